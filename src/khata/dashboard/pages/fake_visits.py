"""The fake gateway's own page, in test mode: where a payer is sent when there is no account yet."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Form, Response

from khata.core.payment_method import MethodKind
from khata.core.refusal import Refusal
from khata.core.visit import Purpose, VisitStatus
from khata.dashboard.browsing import typed
from khata.dashboard.hosted_page import NoSuchPage
from khata.dashboard.page import paying_page
from khata.dashboard.pages.paying import goes
from khata.dashboard.route import HtmlRoute, status_of
from khata.ports.pretend_payer import PretendPayer, SeenVisit
from khata.wiring import Engine

# What becomes of each try, in words.
CARDS: Final = {
    "tok_ok": "Card 4242: works",
    "tok_declined": "Card 0002: always declined",
    "tok_insufficient_funds": "Card 9995: no funds at first, then it works",
    "tok_lost_card": "Card 9987: reported lost",
    "tok_disputed": "Card 0259: works, and its holder disputes it a day later",
    "tok_pending": "Card 3220: pending for an hour, then it works",
}

# What becomes of a mandate that is registered here.
MANDATES: Final = {
    "tok_ok": "The bank agrees, and each debit goes through",
    "tok_insufficient_funds": "The bank agrees; the first debit lacks funds",
    "tok_declined": "The PIN was wrong: nothing is registered yet",
    "tok_rejected": "The bank says no",
}


_DECLINED: Final = "The card was declined. Nothing was taken; try another one."
_NOT_REGISTERED: Final = "The bank did not take it. Nothing is registered yet; try once more."


class DeclinedHere(Refusal):
    """The test card was declined; nothing was taken."""


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)

    @routes.get("/fake/{name}")
    def show(name: str) -> Response:
        return _page(*_found(engine, name))

    @routes.post("/fake/{name}")
    def act(name: str, card: str = Form(""), slow: str = Form("")) -> Response:
        payer, id, seen = _found(engine, name)
        at = engine.now(UUID(seen.request.merchant))
        if payer.agree(id, typed(card, 100), at=at, is_slow=slow == "yes"):
            return goes(seen.request.return_url)
        _, _, seen = _found(engine, name)
        if seen.status is not VisitStatus.OPEN:
            return _page(payer, id, seen)
        refusal = DeclinedHere(_DECLINED if _is_card(seen) else _NOT_REGISTERED)
        return _page(payer, id, seen, refusal)

    return routes


def _found(engine: Engine, name: str) -> tuple[PretendPayer, UUID, SeenVisit]:
    """Raises: NoSuchPage; also for what belongs to a live tenant, which is never sent here."""
    try:
        id = UUID(name)
    except ValueError:
        raise NoSuchPage from None
    payer = engine.pretend_payer
    # The test clock of its tenant says what time it is, and only the visit says whose it is.
    seen = payer.seen(id, at=engine.clock.now()) if payer is not None else None
    if payer is None or seen is None:
        raise NoSuchPage
    tenant = UUID(seen.request.merchant)
    seen = payer.seen(id, at=engine.now(tenant))
    with engine.db.transaction(tenant) as uow:
        is_live = uow.tenants.get().livemode
    if seen is None or is_live:
        raise NoSuchPage
    return payer, id, seen


def _is_card(seen: SeenVisit) -> bool:
    saves = seen.request.purpose is not Purpose.PAY
    return seen.request.kind is MethodKind.CARD or not saves


def _page(
    payer: PretendPayer, id: UUID, seen: SeenVisit, refusal: Refusal | None = None
) -> Response:
    return paying_page(
        "fake_visit.html",
        livemode=False,
        code=status_of(refusal) if refusal else 200,
        visit=seen.request,
        status=seen.status.value,
        here=f"/fake/{id}",
        cards=CARDS if _is_card(seen) else MANDATES,
        is_card=_is_card(seen),
        refusal=refusal,
    )
