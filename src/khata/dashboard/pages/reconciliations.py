"""Days beside the gateways' lists: what agrees, what differs either way, and comparing anew."""

from typing import Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from khata.core.ids import new_id, parse_id
from khata.core.refusal import NotFound, Refusal
from khata.dashboard.browsing import browsing
from khata.dashboard.page import page
from khata.dashboard.reading import Fields, sent_fields
from khata.dashboard.route import HtmlRoute, status_of
from khata.dashboard.viewer import Viewer, own_form, viewers
from khata.db.reads import lists
from khata.db.reads.browse import Cursor
from khata.db.reads.browse_gateways import reconciliations
from khata.db.reads.gateways import GATEWAY_ACCOUNTS
from khata.usecases.gateways.ask_for_reconciliation import (
    AskForReconciliation,
    ask_for_reconciliation,
)
from khata.wiring import Engine

HOME: Final = "/dashboard/reconciliations"
_STATUSES: Final = ("due", "agrees", "differs")


class NoDayTyped(Refusal):
    """A day is compared when it is named."""


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.get(HOME)
    def days(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        return _list(engine, request, viewer)

    @routes.get(HOME + "/{name}")
    def day(name: str, viewer: Viewer = Depends(seen)) -> Response:
        id = parse_id("rec", name)
        with engine.db.transaction(viewer.tenant) as uow:
            rows = reconciliations(uow.connection, Cursor(limit=1), id=id).rows
        if not rows:
            raise NotFound("reconciliation", name)
        return page("reconciliation.html", viewer=viewer, here="gateways", shown=rows[0])

    @routes.post(HOME, dependencies=[Depends(own_form)])
    def compare(
        request: Request, sent: Fields = Depends(sent_fields), viewer: Viewer = Depends(seen)
    ) -> Response:
        """Compare a day, or compare it anew: it is due at once, and a parked one is taken up."""
        account = parse_id("ga", sent.text("account"))
        try:
            day = sent.day("day")
            if day is None:
                raise NoDayTyped("Type the day that is to be compared", param="day")
            ask = AskForReconciliation(viewer.tenant, new_id(viewer.now), account, day, viewer.now)
            ask_for_reconciliation(ask, db=engine.db)
        except NotFound:
            raise
        except Refusal as refusal:
            return _list(engine, request, viewer, sent, refusal)
        return RedirectResponse(HOME, status_code=303)

    return routes


def _list(
    engine: Engine,
    request: Request,
    viewer: Viewer,
    sent: Fields | None = None,
    refusal: Refusal | None = None,
) -> Response:
    asked = browsing(request, "rec", _STATUSES)
    with engine.db.transaction(viewer.tenant) as uow:
        found = reconciliations(uow.connection, asked.cursor, status=asked.status)
        accounts = lists.page(uow.connection, GATEWAY_ACCOUNTS, lists.Wanted(limit=100)).rows
    return page(
        "reconciliations.html",
        code=status_of(refusal) if refusal else 200,
        viewer=viewer,
        here="gateways",
        asked=asked,
        found=found,
        accounts=accounts,
        sent=sent or Fields({}),
        refusal=refusal,
        statuses=_STATUSES,
    )
