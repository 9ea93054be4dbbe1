"""Visits to Stripe's own page: one Checkout Session for a visit, in payment or in setup mode.

Source: docs.stripe.com/api/checkout/sessions, docs.stripe.com/payments/checkout.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from khata.adapters.gateways.declines import Declines
from khata.adapters.gateways.stripe.amounts import obstacle_to, to_stripe
from khata.adapters.gateways.stripe.pages import customer_of, page_of
from khata.adapters.gateways.stripe.refused import Refused
from khata.adapters.gateways.stripe.translate import (
    TENANT,
    VISIT,
    Object,
    Reading,
    declined,
    ours_in,
    read_intent,
)
from khata.core.payment_method import MethodKind, SavedMethod
from khata.core.visit import Purpose, VisitStatus
from khata.ports.gateway import AnswerLost, IdUsedOtherwise, NotReached
from khata.ports.gateway_visits import OpenedVisit, VisitRequest, VisitState

if TYPE_CHECKING:
    from khata.adapters.gateways.stripe.client import Client

_log = structlog.get_logger(__name__)

_SESSION = re.compile(r"cs_\w{1,250}", re.ASCII)

# Which pages there are. A card's page shows Apple Pay and Google Pay by itself.
VISITS = {kind: frozenset(Purpose) for kind in (MethodKind.CARD, MethodKind.UPI)}

NO_MANDATE = (
    "The bank registered no standing permission (e-mandate) with it, and without one a card of "
    "an Indian bank cannot be charged while its owner is away."
)


@dataclass(frozen=True)
class Visits:
    """What one account does by its pages. `connected` returns its client."""

    connected: "Callable[[], Client]"
    declines: Declines
    read_method: Callable[[str, str | None], SavedMethod | None]  # by token and holder

    def open(self, request: VisitRequest) -> OpenedVisit:
        """Make the page under the visit's id, and before it the customer that it saves for.

        Raises: NotReached (also where Stripe refuses: there is no page), AnswerLost.
        """
        _refuse_impossible(request)
        holder = request.payer.holder or self._customer(request)
        try:
            session, holder = self._made_for(request, holder)
        except Refused as no:
            if no.type != "idempotency_error":
                _log.warning("stripe_makes_no_page", visit=str(request.visit_id), code=no.code)
                raise NotReached(f"there is no page: {no}") from None
            session, holder = self._made_before(request, holder)
        # One that has ended has no address any more: back, where it is told what came of it.
        url = session.get("url") or request.return_url
        return OpenedVisit(_id_of(session), str(url), holder=holder)

    def state(
        self, request: VisitRequest, *, reference: str | None, at: datetime
    ) -> VisitState | None:
        """Read the session by its id, else among its customer's by the visit's id."""
        try:
            session = self._session(request, reference)
        except Refused as no:  # says something of our key, and nothing of the visit
            raise AnswerLost(str(no)) from None
        return None if session is None else self._read(request, session, at=at)

    def close(self, request: VisitRequest, *, reference: str, at: datetime) -> VisitState:
        """Expire the session; where Stripe does not let it, something has come of it."""
        if _SESSION.fullmatch(reference) is None:
            raise AnswerLost("that is no page of Stripe's")
        try:
            self.connected().expire_session(reference)
        except Refused as no:
            if no.status in (401, 403):
                raise AnswerLost(str(no)) from None
        state = self.state(request, reference=reference, at=at)
        if state is None or (state.status is VisitStatus.OPEN and state.paid is None):
            raise AnswerLost("Stripe does not say that the page is closed")
        return state

    def _customer(self, request: VisitRequest) -> str:
        try:
            made = self.connected().create_customer(
                customer_of(request), key=f"{request.visit_id}-customer"
            )
        except Refused as no:
            raise NotReached(f"there is no customer to make a page for: {no}") from None
        except AnswerLost as fault:  # one customer too many at most; no page was asked for
            raise NotReached(f"no page was asked for: {fault}") from None
        return _id_of(made)

    def _made_for(self, request: VisitRequest, holder: str) -> tuple[Object, str]:
        """Make the page, and first the customer anew where Stripe has deleted them."""
        try:
            return self._made(request, holder), holder
        except Refused as no:
            if no.error.get("param") != "customer":
                raise
            holder = self._customer(request)
            return self._made(request, holder), holder

    def _made_before(self, request: VisitRequest, holder: str) -> tuple[Object, str]:
        """Find the page that was asked for otherwise: Stripe's clock allowed another end, or the
        customer was made anew, who is the same again under the same key. Raises: IdUsedOtherwise.
        """
        found = self._found(request, holder)
        if found is None and request.payer.holder:
            holder = self._customer(request)
            found = self._found(request, holder)
        if found is None or not _is_the_same(found, request):
            raise IdUsedOtherwise(
                f"{request.visit_id} was sent to Stripe before with other parameters"
            )
        return found, holder

    def _made(self, request: VisitRequest, holder: str) -> Object:
        """Ask for the page with our end of it, and without where Stripe's clock has none such.

        It ends after a day then, unless it is closed before. Nothing is kept under a key of what
        was refused for its parameters, so the same key serves for both.
        """
        client, key = self.connected(), str(request.visit_id)
        try:
            return client.create_session(page_of(request, holder, with_end=True), key=key)
        except Refused as no:
            if no.error.get("param") != "expires_at":
                raise
            return client.create_session(page_of(request, holder, with_end=False), key=key)

    def _session(self, request: VisitRequest, reference: str | None) -> Object | None:
        if reference is None:
            return self._looked_for(request)
        if _SESSION.fullmatch(reference) is None:
            return None
        try:
            session: Object = self.connected().session(reference)
        except Refused as no:
            if no.is_missing:
                return None
            raise
        return session if _is_of(session, request) else None

    def _looked_for(self, request: VisitRequest) -> Object | None:
        """Find a page whose answer was lost. Its customer is known by the key it was made under.

        After a day that key makes another, who has no page: nobody was ever sent to that one,
        since its address was in the lost answer, and it has ended.
        """
        try:
            holder = request.payer.holder or self._customer(request)
        except NotReached as fault:
            raise AnswerLost(str(fault)) from None
        found = self._found(request, holder)
        return None if found is None else self.connected().session(_id_of(found))

    def _found(self, request: VisitRequest, holder: str) -> Object | None:
        try:
            listed = self.connected().sessions_of(holder)
            return next((one for one in listed if _is_of(one, request)), None)
        except Refused as no:
            raise AnswerLost(str(no)) from None

    def _read(self, request: VisitRequest, session: Object, *, at: datetime) -> VisitState:
        reading = Reading(self.declines, at.date())
        status = session.get("status")
        if status not in ("open", "complete", "expired"):
            raise AnswerLost("the page is in no state that is known")
        intent, setup = session.get("payment_intent"), session.get("setup_intent")
        if isinstance(intent, dict):
            return self._of_payment(request, str(status), intent, reading)
        if isinstance(setup, dict):
            return self._of_setup(request, str(status), setup, reading)
        if status == "complete" or intent or setup:
            raise AnswerLost("the page does not tell what came of it")
        return VisitState(_UNENDED[str(status)])

    def _of_payment(
        self, request: VisitRequest, status: str, intent: Object, reading: Reading
    ) -> VisitState:
        """Money counts whatever the page says; while it is open a decline is only a try."""
        if intent.get("status") in ("succeeded", "processing"):
            paid = read_intent(intent, reading)
            saves = request.purpose is Purpose.PAY_AND_SAVE
            charge = intent.get("latest_charge")
            saved = self._saved(intent, _mandate_in(charge)) if saves else None
            return VisitState(VisitStatus.DONE, paid, saved)
        code = _why(intent.get("last_payment_error"), reading)
        if status == "complete":
            failed = read_intent(intent, reading)  # the bank said no after the payer had gone
            return VisitState(VisitStatus.FAILED, decline_code=failed.decline_code)
        return VisitState(_UNENDED[status], decline_code=code)

    def _of_setup(
        self, request: VisitRequest, status: str, setup: Object, reading: Reading
    ) -> VisitState:
        if setup.get("status") == "succeeded":
            return VisitState(VisitStatus.DONE, saved=self._saved(setup, setup.get("mandate")))
        code = _why(setup.get("last_setup_error"), reading)
        if status == "complete" and setup.get("status") != "processing":
            return VisitState(VisitStatus.FAILED, decline_code=code)
        return VisitState(_UNENDED.get(status, VisitStatus.OPEN), decline_code=code)

    def _saved(self, intent: Object, mandate: object) -> SavedMethod | None:
        """Read what was saved as any method is; None: it was left unattached, and is good once."""
        token, holder = _named(intent.get("payment_method")), _named(intent.get("customer"))
        method = None if token is None else self.read_method(token, holder)
        if method is None or method.holder is None:
            return None
        is_indian = method.kind is MethodKind.CARD and method.country == "IN"
        if method.usable and is_indian and not mandate:
            return replace(method, usable=False, why_not=NO_MANDATE, has_ended=True)
        return method


_UNENDED = {"open": VisitStatus.OPEN, "expired": VisitStatus.EXPIRED}


def _refuse_impossible(request: VisitRequest) -> None:
    """Refuse what Stripe has no page for, before any call. Raises: NotReached."""
    obstacle = None
    if request.purpose not in VISITS.get(request.kind, ()):
        obstacle = "payment_method_not_supported"
    elif request.kind is MethodKind.UPI and request.currency != "INR":
        obstacle = "currency_not_supported"
    elif request.purpose is not Purpose.SAVE:
        obstacle = obstacle_to(request.amount, request.currency)
    if obstacle is not None:
        raise NotReached(f"Stripe has no page for this: {obstacle}")


def _is_of(session: Object, request: VisitRequest) -> bool:
    kept = session.get("metadata")
    return (
        isinstance(kept, dict)
        and kept.get(TENANT) == request.merchant
        and ours_in(session, VISIT) == request.visit_id
    )


def _is_the_same(session: Object, request: VisitRequest) -> bool:
    """Say whether a page asks for what the visit asks for."""
    amount = None
    if request.purpose is not Purpose.SAVE:
        amount = to_stripe(request.amount, request.currency)
    asks = (session.get("amount_total"), session.get("currency"))
    return asks == (amount, request.currency.lower())


def _mandate_in(charge: object) -> object:
    details = charge.get("payment_method_details") if isinstance(charge, dict) else None
    card = details.get("card") if isinstance(details, dict) else None
    return card.get("mandate") if isinstance(card, dict) else None


def _why(error: object, reading: Reading) -> str | None:
    return declined(error, reading).decline_code if isinstance(error, dict) else None


def _named(value: object) -> str | None:
    id = value.get("id") if isinstance(value, dict) else value
    return id if isinstance(id, str) and id else None


def _id_of(object: Object) -> str:
    id = _named(object)
    if id is None:
        raise AnswerLost("an answer of Stripe's has no id")
    return id
