"""Razorpay behind the port: one order for an attempt, and never a second payment while one lives.

Razorpay has no idempotency for charges. What takes its place: an attempt's order bears the
attempt's id as receipt, and before anything is sent the order and all its payments are looked at.
Razorpay itself refuses another payment of an order that is paid.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import ceil, floor
from typing import Final
from uuid import UUID

from khata.adapters.gateways.declines import Declines
from khata.adapters.gateways.razorpay import bodies
from khata.adapters.gateways.razorpay.client import Object, RazorpayClient, Reply, items_of
from khata.adapters.gateways.razorpay.disputes import RazorpayDisputes
from khata.adapters.gateways.razorpay.methods import KINDS, read_method, without_holder
from khata.adapters.gateways.razorpay.notices import (
    OWN_TRIES,
    decoupled,
    may_be_debited,
    payments_of,
    with_tries,
)
from khata.adapters.gateways.razorpay.refunding import Refunding
from khata.adapters.gateways.razorpay.settlements import settlements_of_account
from khata.adapters.gateways.razorpay.translate import (
    LATE_SUCCESS,
    SETTLES_WITHIN,
    Reading,
    number,
    our_id,
    read_payment,
    read_payments,
    read_refusal,
    read_seen,
    text,
)
from khata.adapters.gateways.razorpay.turns import Turns
from khata.adapters.gateways.razorpay.visits import VISITS, Visiting
from khata.core.dunning import DeclineClass
from khata.core.payment import Answer, Outcome
from khata.core.payment_method import MethodKind, SavedMethod
from khata.core.reconciliation import SeenPayment
from khata.core.settlement import SeenSettlement
from khata.ports.gateway import (
    AnswerLost,
    Capabilities,
    ChargeRequest,
    IdUsedOtherwise,
    RefundRequest,
)
from khata.ports.gateway_visits import OpenedVisit, VisitRequest, VisitState
from khata.ports.notices import NoticeRefused, NoticeRequest, Taken

# `replays` is false: a second request is a second payment. What a look-up has not found a quarter
# of an hour after it was sent did not arrive, and the same order still takes only one payment.
# Foreign currencies are for payments with the payer present.
# Sources: razorpay.com/docs/api/payments/recurring-payments, .../late-authorisation.
CAPABILITIES: Final = Capabilities(
    replays=False,
    sent_again_after=timedelta(minutes=15),
    late_success=LATE_SUCCESS,
    currencies=frozenset({"INR"}),
    kinds=frozenset(KINDS.values()),
    partial_refunds=True,
    notice={
        MethodKind.CARD: SETTLES_WITHIN["card"],
        MethodKind.UPI: timedelta(hours=25),
    },
    own_tries=OWN_TRIES,
    visits=VISITS,
    settlements=True,
    forgets=True,
)

# From the request to the debit at the least; before that there is nothing to ask about.
_SOONEST: Final = {**CAPABILITIES.notice, MethodKind.EMANDATE: timedelta(days=1)}

SMALLEST: Final = 100  # paise: one rupee
LARGEST: Final = 1_000_000_000  # paise: one crore, the most that a bank mandate may be for

_TOKEN: Final = re.compile(r"token_\w{1,60}", re.ASCII)
_CUSTOMER: Final = re.compile(r"cust_\w{1,60}", re.ASCII)
_ORDER: Final = re.compile(r"order_\w{1,60}", re.ASCII)
_PAYMENT: Final = re.compile(r"pay_\w{1,60}", re.ASCII)

# The payment was made before, whoever says so.
_DONE_ALREADY: Final = frozenset(
    {"order_already_paid", "duplicate_request", "duplicate_rrn_found", "mandate_already_executed"}
)


class RazorpayGateway:
    """One account at Razorpay; satisfies `khata.ports.gateway.Gateway` and `GatewayVisits`.

    Threads may share it. `is_live`: what the key is for. `is_decoupled`: payers are told when we
    ask for it, and debited when we say so; else Razorpay does both when a debit is handed in.
    """

    def __init__(
        self,
        client: RazorpayClient,
        declines: Declines,
        *,
        is_live: bool = False,
        is_decoupled: bool = False,
    ) -> None:
        self.capabilities = decoupled(CAPABILITIES) if is_decoupled else CAPABILITIES
        self._client = client
        self._declines = declines
        self._turns = Turns()
        self._is_live = is_live

    def close(self) -> None:
        self._client.close()

    @property
    def disputes(self) -> RazorpayDisputes:
        return RazorpayDisputes(self._client)

    def obstacle(self, amount: int, currency: str) -> str | None:
        if currency not in (CAPABILITIES.currencies or ()):
            return "currency_not_supported"
        if amount < SMALLEST:
            return "amount_too_small"
        return "amount_too_large" if amount > LARGEST else None

    def read_method(self, token: str, *, holder: str | None = None) -> SavedMethod | None:
        """Ask for a token of a customer; a token is found only beside its customer."""
        if not _TOKEN.fullmatch(token):
            return None
        if holder is None:
            return without_holder(token)
        customer = self._customer(holder)
        if customer is None:
            return None
        found = _known(self._client.get(f"/v1/customers/{holder}/tokens/{token}"))
        if found is not None and found.get("id") != token:
            raise AnswerLost("Razorpay answered with another token")
        return None if found is None else read_method(found, customer)

    def forget_method(self, token: str, *, holder: str | None) -> None:
        """Delete a token, and with it its mandate. Source: razorpay.com/docs/api/tokens (delete).

        A refusal says the same whatever it is for: whether the token is gone, only a look tells.
        """
        known = _TOKEN.fullmatch(token) and holder and _CUSTOMER.fullmatch(holder)
        if not known:
            return  # no such token was ever given out
        path = f"/v1/customers/{holder}/tokens/{token}"
        if not self._client.delete(path).is_good and _known(self._client.get(path)) is not None:
            raise AnswerLost("Razorpay has not deleted a token")

    def charge(self, request: ChargeRequest, *, at: datetime) -> Answer:
        """Look for the attempt, and only where there is none make its order and its payment.

        A payment that was accepted is pending: notice, debit and result follow within days. On a
        notice the order is there already, and only the debit follows.
        """
        reading = Reading(self._declines, at.date())
        with self._turns.of(request.notice or request.attempt_id):
            orders = self._orders_of(request)
            listed = self._payments(orders)
            payments = payments_of(request, listed)
            _check_same(request, orders, payments)
            known = read_payments(payments, reading)
            if known is not None:
                return with_tries(request, known, orders, payments)
            others = [one for one in listed if one not in payments]
            answer = self._charge_first(request, orders, others, reading)
        soonest = None if request.notice else _SOONEST.get(request.kind)
        if answer.outcome is Outcome.PENDING and soonest is not None:
            return replace(answer, not_before=at + soonest)
        return answer

    def tell_ahead(self, request: NoticeRequest, *, at: datetime) -> Taken:
        """Make the order that tells the payer; whether they were told, an event says later."""
        reading = Reading(self._declines, at.date())
        with self._turns.of(request.notice_id):
            orders = self._orders(request.notice_id)
            if orders:
                return Taken(_order_id(orders[0]), is_told=False)
            made = self._client.post("/v1/orders", bodies.order_with_notice(request))
        if not made.is_good:
            no = read_refusal(made.reason, reading)
            code = no.decline_code or made.reason
            raise NoticeRefused(no.decline_class or DeclineClass.CONFIG, code)
        return Taken(_order_id(made.said), is_told=False)

    def look_up(
        self, request: ChargeRequest, *, reference: str | None, at: datetime
    ) -> Answer | None:
        """Ask for all payments of the attempt: one that has failed is not the last word."""
        reading = Reading(self._declines, at.date())
        named = self._payment(request, reference)
        if named is not None:
            answer = read_payment(named, reading)
            if answer.outcome is Outcome.SUCCEEDED:
                return answer
        orders = self._orders_of(request)
        payments = payments_of(request, self._payments(orders)) or ([named] if named else [])
        known = read_payments(payments, reading)
        return None if known is None else with_tries(request, known, orders, payments)

    def refund(self, request: RefundRequest, *, at: datetime) -> Answer:
        return self._refunding(request, at).give_back()

    def look_up_refund(
        self, request: RefundRequest, *, reference: str | None, at: datetime
    ) -> Answer | None:
        return self._refunding(request, at).look_up(reference)

    def payments_between(self, start: datetime, end: datetime) -> Iterator[SeenPayment]:
        """List what was asked for from `start` on and before `end`; the list counts in seconds."""
        reading = Reading(self._declines, end.astimezone(UTC).date())
        asked = {"from": floor(start.timestamp()), "to": ceil(end.timestamp())}
        for payment in self._client.listed("/v1/payments", **asked):
            seen = read_seen(payment, reading)
            if start <= seen.created_at < end:
                yield seen

    def open_visit(self, request: VisitRequest, *, at: datetime) -> OpenedVisit:
        """Look for the visit, and only where there is none make its link."""
        with self._turns.of(request.visit_id):
            return self._visiting(request, at).open()

    def finish_visit(self, request: VisitRequest, *, reference: str, at: datetime) -> VisitState:
        return self._visiting(request, at).finish(reference)

    def visit_state(
        self, request: VisitRequest, *, reference: str | None, at: datetime
    ) -> VisitState | None:
        return self._visiting(request, at).state(reference)

    def close_visit(self, request: VisitRequest, *, reference: str, at: datetime) -> VisitState:
        return self._visiting(request, at).close(reference)

    def _visiting(self, request: VisitRequest, at: datetime) -> Visiting:
        return Visiting(self._client, self._declines, request, at, self._is_live)

    def settlements_between(
        self, start: datetime, end: datetime, *, but: Collection[str] = ()
    ) -> Iterator[SeenSettlement]:
        """List the payouts that were processed; their fees have the GST told apart."""
        return settlements_of_account(self._client, start, end, but)

    def _charge_first(
        self,
        request: ChargeRequest,
        orders: Sequence[Object],
        others: Sequence[Object],
        reading: Reading,
    ) -> Answer:
        obstacle = self.obstacle(request.amount, request.currency)
        if obstacle is not None:
            return _not_sent(obstacle)
        customer = request.holder or ""
        reach = self._reach(customer, request.facts)
        if reach is None or not _TOKEN.fullmatch(request.token):
            return _not_sent("customer_or_token_missing")
        order = orders[0] if orders else None
        if order is None and request.notice is not None:
            return _not_sent("notice_not_known")
        if order is None:
            made = self._client.post("/v1/orders", bodies.order(request))
            if not made.is_good:
                return read_refusal(made.reason, reading)
            order = made.said
        if not may_be_debited(order, others, reading):
            # Attempted or paid by nothing that is listed, or a word that nobody knows.
            raise AnswerLost("Razorpay's order is not one that a payment can be sent for")
        return self._send(request, order, customer, reach, reading)

    def _send(
        self,
        request: ChargeRequest,
        order: Object,
        customer: str,
        reach: Mapping[str, str],
        reading: Reading,
    ) -> Answer:
        order_id = _order_id(order)
        body = bodies.recurring_payment(
            request, order_id=order_id, customer_id=customer, reach=reach
        )
        reply = self._client.post("/v1/payments/create/recurring", body)
        if reply.is_good:
            reference = text(reply.said, "razorpay_payment_id")
            if reference is None or not _PAYMENT.fullmatch(reference):
                raise AnswerLost("Razorpay accepted a payment without a name")
            return Answer(Outcome.PENDING, reference)
        # What is refused may have left a payment all the same: then that has the word.
        known = read_payments(payments_of(request, self._payments([order])), reading)
        if known is None and (reply.status == 409 or reply.reason in _DONE_ALREADY):
            raise AnswerLost("Razorpay says that this was paid before, and lists no payment")
        return known or read_refusal(reply.reason, reading)

    def _orders_of(self, request: ChargeRequest) -> list[Object]:
        """Return the attempt's orders, or the one that told its payer."""
        if request.notice is None:
            return self._orders(request.attempt_id)
        if not _ORDER.fullmatch(request.notice):
            return []
        found = _known(self._client.get(f"/v1/orders/{request.notice}"))
        if found is not None and found.get("id") != request.notice:
            raise AnswerLost("Razorpay answered with another order")
        return [] if found is None else [found]

    def _orders(self, receipt: UUID) -> list[Object]:
        """Return the orders of an id, the oldest first: a lost answer may have left two."""
        ours = str(receipt)
        found = [
            order
            for order in self._client.listed("/v1/orders", receipt=ours)
            if order.get("receipt") == ours
        ]
        return sorted(found, key=lambda order: (number(order, "created_at") or 0, order["id"]))

    def _payments(self, orders: Sequence[Object]) -> list[Object]:
        """Return every payment of the orders, whatever became of it."""
        return [
            payment
            for order in orders
            for payment in items_of(self._client.get(f"/v1/orders/{_order_id(order)}/payments"))
        ]

    def _payment(self, request: ChargeRequest, reference: str | None) -> Object | None:
        if reference is None or not _PAYMENT.fullmatch(reference):
            return None
        found = _known(self._client.get(f"/v1/payments/{reference}"))
        if found is None or our_id(found, "attempt_id") != request.attempt_id:
            return None
        return found

    def _customer(self, holder: str) -> Object | None:
        if not _CUSTOMER.fullmatch(holder):
            return None
        found = _known(self._client.get(f"/v1/customers/{holder}"))
        if found is not None and found.get("id") != holder:
            raise AnswerLost("Razorpay answered with another customer")
        return found

    def _reach(self, holder: str, facts: Mapping[str, str]) -> Mapping[str, str] | None:
        """Return the e-mail and phone that each charge has to name."""
        if not _CUSTOMER.fullmatch(holder):
            return None
        if facts.get("email") and facts.get("contact"):
            return facts
        customer = self._customer(holder) or {}
        email, contact = text(customer, "email"), text(customer, "contact")
        return {"email": email, "contact": contact} if email and contact else None

    def _refunding(self, request: RefundRequest, at: datetime) -> Refunding:
        def charge() -> str | None:
            reading = Reading(self._declines, at.date())
            found = read_payments(self._payments(self._orders(request.attempt_id)), reading)
            return None if found is None else found.reference

        return Refunding(self._client, request, charge)


def _check_same(
    request: ChargeRequest, orders: Sequence[Object], payments: Sequence[Object]
) -> None:
    """Raises: IdUsedOtherwise, where the attempt's id was sent for another charge."""
    asked = (request.amount, request.currency)
    other = any((number(order, "amount"), text(order, "currency")) != asked for order in orders)
    tokens = {text(payment, "token_id") for payment in payments} - {None, request.token}
    if other or tokens:
        raise IdUsedOtherwise(f"{request.attempt_id} was sent before with other parameters")


def _known(reply: Reply) -> Object | None:
    """Return the object asked for by its id; None: Razorpay has none, which it tells as a 400."""
    if reply.is_good:
        return reply.said
    if reply.status in (400, 404):
        return None
    raise AnswerLost(f"Razorpay does not show what was asked for ({reply.status})")


def _order_id(order: Object) -> str:
    id = text(order, "id")
    if id is None or not _ORDER.fullmatch(id):
        raise AnswerLost("Razorpay answered with something that is no order")
    return id


def _not_sent(code: str) -> Answer:
    return Answer(Outcome.FAILED, decline_class=DeclineClass.CONFIG, decline_code=code)
