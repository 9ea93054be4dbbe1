"""Stripe behind the port: one PaymentIntent for an attempt, confirmed without the customer."""

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cached_property
from math import ceil
from threading import Lock
from typing import TYPE_CHECKING
from uuid import UUID

from khata.adapters.gateways.declines import Declines
from khata.adapters.gateways.stripe.amounts import CURRENCIES, obstacle_to, to_stripe
from khata.adapters.gateways.stripe.disputes import StripeDisputes
from khata.adapters.gateways.stripe.refused import Refused
from khata.adapters.gateways.stripe.settlements import settlements_of_account
from khata.adapters.gateways.stripe.translate import (
    KINDS,
    Object,
    Reading,
    bears,
    declined,
    read_intent,
    read_method,
    read_refund,
    read_refusal,
    read_seen,
    surest,
)
from khata.adapters.gateways.stripe.visits import VISITS, Visits
from khata.core.dunning import DeclineClass
from khata.core.payment import Answer, Outcome
from khata.core.payment_method import MethodKind, SavedMethod
from khata.core.settlement import SeenSettlement
from khata.ports.gateway import (
    AnswerLost,
    Capabilities,
    ChargeRequest,
    CredentialsRefused,
    IdUsedOtherwise,
    NotReached,
    RefundRequest,
    SeenPayment,
)
from khata.ports.gateway_visits import OpenedVisit, VisitRequest, VisitState

if TYPE_CHECKING:
    from stripe.params import (
        PaymentIntentCreateParams,
        PaymentIntentListParamsCreated,
        RefundCreateParams,
        RefundListParams,
    )

    from khata.adapters.gateways.stripe.client import Client

_METHOD = re.compile(r"(pm|card|src|ba)_\w{1,250}", re.ASCII)
_INTENT = re.compile(r"pi_\w{1,250}", re.ASCII)
_REFUND = re.compile(r"(re|pyr)_\w{1,250}", re.ASCII)

# Sources: docs.stripe.com/api/idempotent_requests (keys are kept at least 24 hours; with an hour
# on either side for clocks), docs.stripe.com/currencies, docs.stripe.com/india-recurring-payments.
# After a day the list of a customer's payments is the truth: what it does not hold was not made.
# Of the cards only those issued in India have a notice (about 26 hours), so cards have none here.
# A decline is final: only the customer can confirm a refused PaymentIntent again, and is not let.
CAPABILITIES = Capabilities(
    replays=True,
    remembers=timedelta(hours=23),
    sent_again_after=timedelta(hours=25),
    late_success=None,
    currencies=CURRENCIES,
    kinds=KINDS,
    partial_refunds=True,
    notice={MethodKind.UPI: timedelta(hours=24)},
    # docs.stripe.com/india-recurring-payments: one notice of a customer at a time.
    spacing={MethodKind.CARD: timedelta(hours=26), MethodKind.UPI: timedelta(hours=24)},
    visits=VISITS,
    settlements=True,
    forgets=True,
)


class StripeGateway:
    """One account at Stripe; satisfies `Gateway` and `GatewayVisits` of `khata.ports`.

    `connect` makes its client, at the first call: that loads Stripe's SDK.
    """

    capabilities = CAPABILITIES

    def __init__(self, connect: "Callable[[], Client]", declines: Declines) -> None:
        self._connect = connect
        self._declines = declines
        self._lock = Lock()
        self._visits = Visits(
            lambda: self._client,
            declines,
            lambda token, holder: self.read_method(token, holder=holder),
        )

    @cached_property
    def _connected(self) -> "Client":
        return self._connect()

    @property
    def _client(self) -> "Client":
        with self._lock:
            return self._connected

    @property
    def disputes(self) -> StripeDisputes:
        return StripeDisputes(lambda: self._client)

    def obstacle(self, amount: int, currency: str) -> str | None:
        return obstacle_to(amount, currency)

    def read_method(self, token: str, *, holder: str | None = None) -> SavedMethod | None:
        """Ask for it, and for a card of an Indian bank also whether its mandate still stands."""
        if not _METHOD.fullmatch(token):
            return None
        try:
            method = self._client.payment_method(token)
        except Refused as no:
            if no.is_missing:
                return None
            raise AnswerLost(str(no)) from None
        return read_method(method, holder=holder, mandate=self._mandate_of(method))

    def forget_method(self, token: str, *, holder: str | None) -> None:
        """Detach it: nobody can charge it again, and its mandate ends.

        A method without a customer is refused to be detached; it is as forgotten as it can be.
        """
        if not _METHOD.fullmatch(token):
            return  # no such method was ever given out
        try:
            self._client.detach(token)
        except Refused as no:
            if no.is_missing:
                return
            try:
                left = self._client.payment_method(token).get("customer")
            except Refused as unseen:
                if unseen.is_missing:
                    return
                raise AnswerLost(str(unseen)) from None
            if left is not None:
                raise AnswerLost(str(no)) from None

    def charge(self, request: ChargeRequest, *, at: datetime) -> Answer:
        """Confirm a PaymentIntent under the attempt's id, so that it is made once."""
        reading = Reading(self._declines, at.date())
        obstacle = self.obstacle(request.amount, request.currency)
        if obstacle is not None:
            return Answer(Outcome.FAILED, decline_class=DeclineClass.CONFIG, decline_code=obstacle)
        try:
            holder = request.holder or self._holder_of(request.token)
        except AnswerLost as fault:
            raise NotReached(f"the charge was not sent: {fault}") from None
        if holder is None:
            return declined({"code": "resource_missing"}, reading)
        try:
            intent = self._client.create_intent(_intent(request, holder), key=_key(request))
        except Refused as no:
            if no.type == "idempotency_error":
                raise IdUsedOtherwise(
                    f"{request.attempt_id} was sent to Stripe before with other parameters"
                ) from None
            if no.status == 401:
                raise CredentialsRefused(str(no)) from None
            return read_refusal(no.error, reading, status=no.status)
        return read_intent(intent, reading)

    def look_up(
        self, request: ChargeRequest, *, reference: str | None, at: datetime
    ) -> Answer | None:
        """Find the payment by its id, or among its customer's by the attempt's id."""
        try:
            intent = self._by_reference(request, reference) or self._by_attempt(request)
        except Refused as no:  # says something of our key, and nothing of the attempt
            raise AnswerLost(str(no)) from None
        return None if intent is None else read_intent(intent, Reading(self._declines, at.date()))

    def refund(self, request: RefundRequest, *, at: datetime) -> Answer:
        reading = Reading(self._declines, at.date())
        if request.charge is None:
            return declined({"code": "charge_unknown"}, reading)
        if request.taken is not None and request.amount > request.taken:
            return declined({"code": "amount_too_large"}, reading)
        try:
            refund = self._client.create_refund(
                _refund(request, request.charge), key=str(request.refund_id)
            )
        except Refused as no:
            if no.type == "idempotency_error":
                raise IdUsedOtherwise(
                    f"{request.refund_id} was sent to Stripe before with other parameters"
                ) from None
            return read_refusal(no.error, reading, status=no.status)
        return read_refund(refund, reading)

    def look_up_refund(
        self, request: RefundRequest, *, reference: str | None, at: datetime
    ) -> Answer | None:
        """Find the refund by its id, or among those of the charge by ours."""
        try:
            refund = self._refund_of(request, reference)
        except Refused as no:
            raise AnswerLost(str(no)) from None
        return None if refund is None else read_refund(refund, Reading(self._declines, at.date()))

    def payments_between(self, start: datetime, end: datetime) -> Iterator[SeenPayment]:
        reading = Reading(self._declines, end.date())
        created: PaymentIntentListParamsCreated = {
            "gte": ceil(start.timestamp()),
            "lt": ceil(end.timestamp()),
        }
        try:
            for intent in self._client.intents({"created": created}, with_money=True):
                yield read_seen(intent, reading)
        except Refused as no:
            raise AnswerLost(str(no)) from None

    def open_visit(self, request: VisitRequest, *, at: datetime) -> OpenedVisit:
        return self._visits.open(request)

    def finish_visit(self, request: VisitRequest, *, reference: str, at: datetime) -> VisitState:
        """Ask: Stripe takes the money by itself."""
        state = self._visits.state(request, reference=reference, at=at)
        if state is None:
            raise AnswerLost("Stripe does not know the page that it made")
        return state

    def visit_state(
        self, request: VisitRequest, *, reference: str | None, at: datetime
    ) -> VisitState | None:
        return self._visits.state(request, reference=reference, at=at)

    def close_visit(self, request: VisitRequest, *, reference: str, at: datetime) -> VisitState:
        return self._visits.close(request, reference=reference, at=at)

    def settlements_between(
        self, start: datetime, end: datetime, *, but: Collection[str] = ()
    ) -> Iterator[SeenSettlement]:
        return settlements_of_account(self._client, start, end, but)

    def failed_between(
        self, start: datetime, end: datetime, *, but: Collection[str] = ()
    ) -> Iterator[SeenSettlement]:
        return settlements_of_account(self._client, start, end, but, status="failed")

    def _mandate_of(self, method: Object) -> Object | None:
        card, customer = method.get("card"), method.get("customer")
        if not isinstance(card, dict) or card.get("country") != "IN" or not customer:
            return None
        with suppress(Refused):  # a restricted key may not read them; a charge then tells
            return self._client.mandate_of(str(method["id"]), str(customer))
        return None

    def _holder_of(self, token: str) -> str | None:
        method = self.read_method(token)
        return None if method is None else method.holder

    def _by_reference(self, request: ChargeRequest, reference: str | None) -> Object | None:
        if reference is None or not _INTENT.fullmatch(reference):
            return None
        try:
            intent = self._client.intent(reference)
        except Refused as no:
            if no.is_missing:
                return None
            raise
        return intent if _is_of(intent, request) else None

    def _by_attempt(self, request: ChargeRequest) -> Object | None:
        """Read the customer's payments; a list that ends without it means that there is none.

        Never by time: the tenant's clock may be a test clock, and Stripe's is its own.
        """
        holder = request.holder or self._holder_of(request.token)
        if holder is None:
            raise AnswerLost("it is not known under which customer Stripe keeps it")
        found: list[Object] = []
        for intent in self._client.intents({"customer": holder}, with_money=False):
            if _is_of(intent, request):
                found.append(intent)
                if intent.get("status") in ("succeeded", "processing"):
                    break
        return self._client.intent(str(surest(found)["id"])) if found else None

    def _refund_of(self, request: RefundRequest, reference: str | None) -> Object | None:
        def is_ours(refund: Object) -> bool:
            return bears(refund, tenant=request.merchant, refund_id=request.refund_id)

        if reference is not None and _REFUND.fullmatch(reference):
            try:
                refund: Object = self._client.refund(reference)
            except Refused as no:
                if not no.is_missing:
                    raise
            else:
                if is_ours(refund):
                    return refund
        if request.charge is None:
            return None  # nothing is sent without it
        return next(filter(is_ours, self._client.refunds(_under(request.charge))), None)


def _is_of(intent: Object, request: ChargeRequest) -> bool:
    """Say whether a payment is the attempt's; one that a visit brought has the visit's id."""
    tenant, id = request.merchant, request.attempt_id
    return bears(intent, tenant=tenant, attempt_id=id) or bears(intent, tenant=tenant, visit_id=id)


def _key(request: ChargeRequest) -> str:
    return str(request.attempt_id)


def _intent(request: ChargeRequest, holder: str) -> "PaymentIntentCreateParams":
    """Return the parameters, the same to the byte each time the attempt is sent.

    `error_on_requires_action` is left out: a card of an Indian bank would be refused for it.
    """
    return {
        "amount": to_stripe(request.amount, request.currency),
        "currency": request.currency.lower(),
        "customer": holder,
        "payment_method": request.token,
        "allowed_payment_method_types": [request.facts.get("type", _type_of(request.kind))],
        "off_session": True,
        "confirm": True,
        "description": request.description,
        "metadata": {
            **_ours(request.merchant, attempt_id=request.attempt_id),
            "customer_id": request.customer,
            "invoice_number": request.invoice_number,
        },
    }


def _type_of(kind: MethodKind) -> str:
    return "upi" if kind is MethodKind.UPI else "card"


def _refund(request: RefundRequest, charge: str) -> "RefundCreateParams":
    params: RefundCreateParams = {
        "amount": to_stripe(request.amount, request.currency),
        "metadata": _ours(
            request.merchant, refund_id=request.refund_id, attempt_id=request.attempt_id
        ),
    }
    params["payment_intent" if _INTENT.fullmatch(charge) else "charge"] = charge
    return params


def _under(charge: str) -> "RefundListParams":
    return {"payment_intent": charge} if _INTENT.fullmatch(charge) else {"charge": charge}


def _ours(tenant: str, **ids: UUID) -> dict[str, str]:
    return {"tenant_id": tenant, **{name: str(id) for name, id in ids.items()}}
