"""Doing something to a subscription: choose, look at what it would come to, and confirm."""

import hashlib
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from khata.core.explaining_previews import explain_preview, explain_previewed_note
from khata.core.foreseen import Foreseen
from khata.core.ids import parse_id, public_id
from khata.core.refusal import NotFound, Refusal
from khata.core.tax.gst import totals
from khata.dashboard.acts import Act, Asked, act_named
from khata.dashboard.page import page
from khata.dashboard.reading import Fields, asked_fields, sent_fields
from khata.dashboard.route import HtmlRoute, status_of
from khata.dashboard.viewer import Viewer, own_form, viewers
from khata.db.reads import browse, closeup
from khata.db.reads.browse import Cursor
from khata.db.reads.choices import plans_for
from khata.usecases.subscriptions.cancel_change import CancelChange, cancel_change
from khata.wiring import Engine

HOME: Final = "/dashboard/subscriptions"
_ONE: Final = Cursor(limit=1)
_NOT_AGAIN: Final = ("form", "seen", "look")  # fields that are not a choice


class LookedDifferent(Refusal):
    """What it would come to has changed since the person looked at it."""


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.post("/dashboard/subscription-changes/cancel", dependencies=[Depends(own_form)])
    def take_back(name: str = Form(""), viewer: Viewer = Depends(seen)) -> Response:
        command = CancelChange(viewer.tenant, parse_id("chg", name), viewer.now)
        change = cancel_change(command, db=engine.db)
        return _back_to(change.subscription_id)

    @routes.get(HOME + "/{name}/{verb}")
    def look(name: str, verb: str, request: Request, viewer: Viewer = Depends(seen)) -> Response:
        act, asked = act_named(verb), Asked(viewer, parse_id("sub", name), asked_fields(request))
        return _page(engine, act, asked, look=not act.asks or "look" in asked.fields)

    @routes.post(HOME + "/{name}/{verb}", dependencies=[Depends(own_form)])
    def do(
        name: str,
        verb: str,
        sent: Fields = Depends(sent_fields),
        viewer: Viewer = Depends(seen),
    ) -> Response:
        act, asked = act_named(verb), Asked(viewer, parse_id("sub", name), sent)
        try:
            if _seal(act.foresee(engine, asked)) != sent.text("seen"):
                raise LookedDifferent(
                    "What this comes to has changed since you looked; look at it again"
                )
            act.do(engine, asked)
        except LookedDifferent as refusal:
            return _page(engine, act, asked, look=True, refusal=refusal)
        except Refusal as refusal:
            return _page(engine, act, asked, look=False, refusal=refusal)
        return _back_to(asked.id)

    return routes


def _page(
    engine: Engine, act: Act, asked: Asked, *, look: bool, refusal: Refusal | None = None
) -> Response:
    viewer, foreseen = asked.viewer, None
    with engine.db.transaction(viewer.tenant) as uow:
        found = browse.subscriptions(uow.connection, _ONE, subscription=asked.id).rows
        if not found:
            raise NotFound("subscription", public_id("sub", asked.id))
        subscription = uow.subscriptions.get(asked.id)
        items = closeup.items(uow.connection, asked.id)
        plans = plans_for(
            uow.connection,
            currency=subscription.currency,
            tax_behavior=subscription.tax_behavior,
        )
    if look:
        try:
            foreseen = act.foresee(engine, asked)
        except Refusal as no:
            refusal = refusal or no
    return page(
        "act.html",
        code=status_of(refusal) if refusal else 200,
        viewer=viewer,
        here="subscriptions",
        act=act,
        shown=found[0],
        subscription=subscription,
        items=items,
        plans=plans,
        fields=asked.fields,
        again=asked.fields.pairs(but=_NOT_AGAIN),
        foreseen=foreseen,
        refusal=refusal,
        **_told(foreseen),
    )


def _told(foreseen: Foreseen | None) -> dict[str, Any]:
    """Return the lines of what is foreseen, each with its reasons."""
    if foreseen is None:
        return {"notes": [], "lines": [], "taxes": [], "seal": ""}
    invoice = foreseen.invoice
    reasons = [] if invoice is None else explain_preview(invoice)
    lines = [] if invoice is None else list(zip(invoice.lines, reasons, strict=True))
    return {
        "notes": [(note, explain_previewed_note(note)) for note in foreseen.notes],
        "lines": lines,
        "taxes": [] if invoice is None else totals(row for one, _ in lines for row in one.taxes),
        "seal": _seal(foreseen),
    }


def _seal(foreseen: Foreseen) -> str:
    """Return a word for what somebody looks at, so that something else is not done for it."""
    figures = (foreseen.on, foreseen.credited, foreseen.charged, foreseen.waiting)
    return hashlib.sha256(repr(figures).encode()).hexdigest()[:16]


def _back_to(id: UUID) -> Response:
    return RedirectResponse(f"{HOME}/{public_id('sub', id)}", status_code=303)
