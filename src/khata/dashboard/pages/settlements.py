"""Settlements: what gateways paid out, what does not agree, and the bank's line of each."""

import re

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from khata.core.ids import parse_id
from khata.core.refusal import Refusal
from khata.dashboard.browsing import browsing
from khata.dashboard.page import page
from khata.dashboard.reading import Fields
from khata.dashboard.route import HtmlRoute, status_of
from khata.dashboard.statement_form import DAY_FORMATS
from khata.dashboard.viewer import Viewer, own_form, viewers
from khata.db.reads import browse_settlements, lists
from khata.db.reads.settlements import SETTLEMENTS, clearing, lines_of
from khata.db.stores.bank import BankTransactions
from khata.usecases.settlements.assign_bank_line import AssignBankLine, assign_bank_line
from khata.usecases.settlements.unmatch_bank_line import UnmatchBankLine, unmatch_bank_line
from khata.wiring import Engine

STATUSES = ("in_transit", "in_bank", "quarantined", "failed")


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.get("/dashboard/settlements")
    def settlements(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        return settlements_page(engine, viewer, request, Fields({}))

    @routes.get("/dashboard/settlements/{name}")
    def settlement(name: str, viewer: Viewer = Depends(seen)) -> Response:
        id = parse_id("set", name)
        with engine.db.transaction(viewer.tenant) as uow:
            shown = lists.find(uow.connection, SETTLEMENTS, id)
            lines = lines_of(uow.connection, id)
            bank_line = BankTransactions(uow.connection).of_settlement(id)
            candidates = []
            if shown.standing == "in_transit":
                candidates = browse_settlements.bank_candidates(
                    uow.connection, shown.amount, shown.currency
                )
            postings = browse_settlements.postings(uow.connection, id)
        return page(
            "settlement.html",
            viewer=viewer,
            here="settlements",
            shown=shown,
            lines=lines,
            bank_line=bank_line,
            candidates=candidates,
            postings=postings,
        )

    @routes.post("/dashboard/settlements/{name}/match", dependencies=[Depends(own_form)])
    def match(name: str, line: str = Form(""), viewer: Viewer = Depends(seen)) -> Response:
        settlement, named = parse_id("set", name), parse_id("bt", line)
        command = AssignBankLine(viewer.tenant, settlement, named, viewer.now)
        assign_bank_line(command, db=engine.db)
        return RedirectResponse(f"/dashboard/settlements/{name}", status_code=303)

    @routes.post("/dashboard/settlements/{name}/unmatch", dependencies=[Depends(own_form)])
    def unmatch(name: str, line: str = Form(""), viewer: Viewer = Depends(seen)) -> Response:
        parse_id("set", name)
        command = UnmatchBankLine(viewer.tenant, parse_id("bt", line), viewer.now)
        unmatch_bank_line(command, db=engine.db)
        return RedirectResponse(f"/dashboard/settlements/{name}", status_code=303)

    return routes


def settlements_page(
    engine: Engine,
    viewer: Viewer,
    request: Request,
    sent: Fields,
    refusal: Refusal | None = None,
) -> Response:
    """Return the list, with what was refused of a bank's statement."""
    asked = browsing(request, "set", STATUSES)
    with engine.db.transaction(viewer.tenant) as uow:
        found = browse_settlements.settlements(uow.connection, asked.cursor, status=asked.status)
        held = clearing(uow.connection, viewer.today)
    return page(
        "settlements.html",
        code=status_of(refusal) if refusal else 200,
        viewer=viewer,
        here="settlements",
        asked=asked,
        found=found,
        held=held,
        statuses=STATUSES,
        sent=sent,
        refusal=refusal,
        came=_came(request),
        day_formats=DAY_FORMATS,
    )


def _came(request: Request) -> dict[str, int] | None:
    """Return what the file brought from which the browser was sent back here."""
    told = {name: request.query_params.get(name, "") for name in ("new", "known", "arrived")}
    if not all(re.fullmatch(r"[0-9]{1,6}", text) for text in told.values()):
        return None
    return {name: int(text) for name, text in told.items()}
