"""PayPal behind the port: an order first, which takes no money, then its capture, which does.

A capture may also be asked for in the order itself. In two steps an attempt can be looked up: the
order is asked for once more under its own request id, which can never take money, and it tells
whether it was captured. Source: Orders v2, "Capture payment for order": a valid payment source in
the request stands for the buyer's approval.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from khata.adapters.gateways.paypal.amounts import (
    CURRENCIES,
    NoAmount,
    obstacle_of,
    read_amount,
)
from khata.adapters.gateways.paypal.bodies import capture_body, order_body
from khata.adapters.gateways.paypal.client import BrokenOff, LetNobodyIn, PayPalClient, Reply
from khata.adapters.gateways.paypal.disputes import PayPalDisputes
from khata.adapters.gateways.paypal.listing import (
    SHOWN_WITHIN,
    WIDEST,
    payments_of,
    rows_of,
    withdrawals_of,
)
from khata.adapters.gateways.paypal.orders import (
    ORDERS,
    REFERENCE,
    STILL_ON_ITS_WAY,
    TAKEN_BEFORE,
    USED_OTHERWISE,
    best_of,
    class_of,
    of_order,
    order_id,
    unit_of,
)
from khata.adapters.gateways.paypal.refunding import Refunding
from khata.adapters.gateways.paypal.shown import Shelf, Shown, filters_of, found_in
from khata.adapters.gateways.paypal.translate import (
    NotReadable,
    captures_of,
    ours_or_visits,
    read_capture,
    read_instant,
    read_token,
)
from khata.adapters.gateways.paypal.visits import VISITS, Visits
from khata.adapters.gateways.paypal.words import refused
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

REMEMBERS: Final = timedelta(hours=6)  # request ids of orders. Source: Orders v2, PayPal-Request-Id

CAPABILITIES: Final = Capabilities(
    # The same request id gets the latest state of the first request.
    replays=True,
    remembers=REMEMBERS,
    # What a look-up does not find by then has certainly not come: it is listed three hours later.
    sent_again_after=REMEMBERS + SHOWN_WITHIN,
    # A capture that was declined stays declined; what may still come is pending.
    late_success=None,
    currencies=CURRENCIES,
    kinds=frozenset({MethodKind.CARD, MethodKind.WALLET}),
    partial_refunds=True,
    visits=VISITS,
    settlements=True,
    forgets=True,
)

# An older order is not captured any more. So whatever was captured is listed before the order's
# request id is forgotten (2.5 h and the list's 3 h are less than 6 h), and no look-up can miss it.
_CAPTURED_WITHIN = timedelta(hours=2, minutes=30)

# An attempt is asked about for days; this is far more, and three questions of the list.
_LOOKS_BACK = timedelta(days=93)

_TOKEN = re.compile(r"[0-9A-Za-z_-]{1,255}", re.ASCII)


class PayPalGateway:
    """One account of PayPal's; satisfies `Gateway` and `GatewayVisits` of `khata.ports`."""

    capabilities = CAPABILITIES

    def __init__(self, client: PayPalClient, shown: Shown | None = None) -> None:
        self._client = client
        self._shown = shown or Shelf().of(b"")
        self._refunding = Refunding(client)
        self._visits = Visits(client)

    def close(self) -> None:
        self._client.close()

    @property
    def disputes(self) -> PayPalDisputes:
        return PayPalDisputes(self._client)

    def obstacle(self, amount: int, currency: str) -> str | None:
        return obstacle_of(amount, currency)

    def read_method(self, token: str, *, holder: str | None = None) -> SavedMethod | None:
        """Return what the vault knows; a token of another holder than the named one is unknown."""
        if _TOKEN.fullmatch(token) is None:
            return None
        reply = self._asked(f"/v3/vault/payment-tokens/{token}")
        if reply is None:
            return None
        try:
            method = read_token(reply.said)
        except NotReadable as fault:
            raise AnswerLost(str(fault)) from None
        return None if holder is not None and method.holder != holder else method

    def forget_method(self, token: str, *, holder: str | None) -> None:
        """Delete it from the vault. Source: Payment Method Tokens v3, "Delete payment token"."""
        if _TOKEN.fullmatch(token) is None:
            return  # no such token was ever given out
        try:
            reply = self._client.delete(f"/v3/vault/payment-tokens/{token}")
        except LetNobodyIn as fault:
            raise CredentialsRefused(str(fault)) from None
        if not reply.is_good and reply.status != 404:
            raise AnswerLost(f"PayPal has not deleted a token: {reply.issue}")

    def charge(self, request: ChargeRequest, *, at: datetime) -> Answer:
        """Make the order and capture it; both once for the attempt's id.

        An order that waits for longer than two and a half hours is left alone (NotReached) until
        PayPal has forgotten it. Raises: NotReached, CredentialsRefused, AnswerLost,
        IdUsedOtherwise.
        """
        obstacle = _no_way(request)
        if obstacle is not None:
            return _misset(obstacle)
        try:
            made = self._order(request)
            if not made.is_good:
                return refused(made.issue, on=at.date(), otherwise=class_of(made))
            order, id = made.said, order_id(made.said)
            if _is_too_old(made):
                raise NotReached("this order is too old to be captured; in hours there is another")
            captured = self._client.post(
                f"/v2/checkout/orders/{id}/capture",
                capture_body(request),
                request_id=f"{request.attempt_id}-{id}",
            )
            try:
                return self._read_capture(request, order, captured, at=at)
            except LetNobodyIn:
                raise AnswerLost("it was sent, and PayPal lets nothing be read now") from None
        except LetNobodyIn as fault:
            raise CredentialsRefused(str(fault)) from None
        except (NotReadable, NoAmount) as fault:
            raise AnswerLost(f"PayPal told {fault}") from None

    def look_up(
        self, request: ChargeRequest, *, reference: str | None, at: datetime
    ) -> Answer | None:
        """Ask by the reference; else by the order's request id; else in the list of payments.

        That tells all, at any time. A spare order may be left behind, unpaid, which PayPal drops.
        """
        if _no_way(request) is not None:
            return None
        try:
            known = self._by_reference(request, reference, at=at) if reference else None
            if known is not None:
                return known
            made = self._order(request)
            if not made.is_good:
                raise AnswerLost(f"PayPal tells nothing of this attempt: {made.issue}")
            known = of_order(made.said, at=at)
            return known or self._listed_before(request, made, at=at)
        except LetNobodyIn as fault:
            raise AnswerLost(str(fault)) from None
        except (NotReadable, NoAmount) as fault:
            raise AnswerLost(f"PayPal told {fault}") from None

    def refund(self, request: RefundRequest, *, at: datetime) -> Answer:
        return self._refunding.refund(request, at=at)

    def look_up_refund(
        self, request: RefundRequest, *, reference: str | None, at: datetime
    ) -> Answer | None:
        return self._refunding.look_up(request, reference=reference)

    def payments_between(self, start: datetime, end: datetime) -> Iterator[SeenPayment]:
        """List what PayPal lists: whatever is older than three hours is there."""
        try:
            yield from payments_of(self._client, start, end)
        except LetNobodyIn as fault:
            raise AnswerLost(str(fault)) from None

    def open_visit(self, request: VisitRequest, *, at: datetime) -> OpenedVisit:
        return self._visits.open(request)

    def finish_visit(self, request: VisitRequest, *, reference: str, at: datetime) -> VisitState:
        return self._visits.finish(request, reference=reference, at=at)

    def visit_state(
        self, request: VisitRequest, *, reference: str | None, at: datetime
    ) -> VisitState | None:
        """Read the order or setup token; one whose answer was lost is not known (None).

        Nobody has its address then, so nothing can come of it; opened again it is the same.
        """
        if reference is None:
            return None
        return self._visits.state(request, reference=reference, at=at)

    def close_visit(self, request: VisitRequest, *, reference: str, at: datetime) -> VisitState:
        return self._visits.close(request, reference=reference, at=at)

    def settlements_between(
        self, start: datetime, end: datetime, *, but: Collection[str] = ()
    ) -> Iterator[SeenSettlement]:
        """List what went to the bank; whatever is older than three hours is there."""
        try:
            for seen in withdrawals_of(self._client, start, end):
                if seen.reference not in but:
                    yield seen
        except LetNobodyIn as fault:
            raise AnswerLost(str(fault)) from None

    def _order(self, request: ChargeRequest) -> Reply:
        """Make the attempt's order, or get it again as it now is; it takes no money.

        So it is asked for a second time at once where the first answer broke off: else three
        answers in a row would have to hold before a lost attempt is sent again.
        """
        body, id = order_body(request), str(request.attempt_id)
        try:
            reply = self._client.post("/v2/checkout/orders", body, request_id=id)
        except BrokenOff:
            reply = self._client.post("/v2/checkout/orders", body, request_id=id)
        if reply.at is not None:
            self._shown.now_is(reply.at)
        _refuse_other_use(reply, request)
        if reply.is_good:
            if "purchase_units" not in reply.said:
                reply = self._client.get(f"/v2/checkout/orders/{order_id(reply.said)}")
            if reply.said.get("status") not in ORDERS:
                raise NotReadable("an order with no status that is known")
            _refuse_another_order(reply.said, request)
        return reply

    def _read_capture(
        self, request: ChargeRequest, order: Any, captured: Reply, *, at: datetime
    ) -> Answer:
        _refuse_other_use(captured, request)
        if captured.is_good:
            status = captured.said.get("status")
            if status == "PAYER_ACTION_REQUIRED":
                return refused(status, on=at.date(), reference=order_id(order))
            if status not in ORDERS:
                raise NotReadable("an order with no status that is known")
        if captured.is_good or captured.issue in TAKEN_BEFORE:
            known = of_order(captured.said, at=at) if captured.is_good else None
            known = known or self._again(order, at=at) or self._listed(request, order, at=at)
            if known is None:
                raise AnswerLost("PayPal has taken this before and does not list it yet")
            return known
        return refused(
            captured.issue, on=at.date(), reference=order_id(order), otherwise=class_of(captured)
        )

    def _again(self, order: Any, *, at: datetime) -> Answer | None:
        reply = self._asked(f"/v2/checkout/orders/{order_id(order)}")
        return None if reply is None else of_order(reply.said, at=at)

    def _by_reference(
        self, request: ChargeRequest, reference: str, *, at: datetime
    ) -> Answer | None:
        """Return what a capture's id, or an order's, leads to, if it is this attempt's."""
        if REFERENCE.fullmatch(reference) is None:
            return None
        reply = self._asked(f"/v2/payments/captures/{reference}")
        if reply is not None:
            if ours_or_visits(reply.said.get("custom_id")) != request.attempt_id:
                return None
            return read_capture(reply.said, on=at.date())
        order = self._asked(f"/v2/checkout/orders/{reference}")
        if (
            order is None
            or ours_or_visits(unit_of(order.said).get("custom_id")) != request.attempt_id
        ):
            return None
        return of_order(order.said, at=at)

    def _listed_before(self, request: ChargeRequest, made: Reply, *, at: datetime) -> Answer | None:
        """Look for the capture of an order that PayPal has forgotten, by PayPal's own time.

        It was taken three and a half hours before this order was made, or earlier, and is shown
        after three: so far back the list is whole, and most of it known from look-ups before.
        """
        created_at = read_instant(made.said.get("create_time"))
        ids = self._shown.payments_of(
            self._client,
            request.attempt_id,
            amount=request.amount,
            currency=request.currency,
            until=max(made.at or created_at, created_at) - SHOWN_WITHIN,
            back=_LOOKS_BACK,
        )
        return self._best_of(ids, at=at)

    def _listed(self, request: ChargeRequest, order: Any, *, at: datetime) -> Answer | None:
        """Look for what PayPal says that it has taken, up to this order, however newly shown."""
        end = read_instant(order.get("create_time")) + timedelta(seconds=1)
        oldest, filters = end - _LOOKS_BACK, filters_of(request.amount, request.currency)
        while end > oldest:
            start = max(oldest, end - WIDEST)
            rows = rows_of(self._client, start, end, filters).rows
            ids = found_in(rows, request.attempt_id)
            if ids:
                return self._best_of(ids, at=at)
            end = start
        return None

    def _best_of(self, ids: Sequence[str], *, at: datetime) -> Answer | None:
        """Return what the captures come to (a decline, then a success): what took money first."""
        answers = []
        for id in ids:
            reply = self._asked(f"/v2/payments/captures/{id}")
            if reply is None:
                raise AnswerLost("PayPal lists a payment that it does not show")
            answers.append(read_capture(reply.said, on=at.date()))
        return best_of(answers)

    def _asked(self, path: str) -> Reply | None:
        """Ask for an object; None: there is none. Raises: AnswerLost for any other no."""
        try:
            reply = self._client.get(path)
        except LetNobodyIn as fault:
            raise AnswerLost(str(fault)) from None
        if reply.status == 404:
            return None
        if not reply.is_good:
            raise AnswerLost(f"PayPal does not show it: {reply.issue}")
        return reply


def _no_way(request: ChargeRequest) -> str | None:
    if request.kind not in CAPABILITIES.kinds:
        return "payment_method_not_supported"
    return obstacle_of(request.amount, request.currency)


def _misset(code: str) -> Answer:
    return Answer(Outcome.FAILED, decline_class=DeclineClass.CONFIG, decline_code=code)


def _refuse_other_use(reply: Reply, request: ChargeRequest) -> None:
    if reply.is_good:
        return
    if reply.issue in USED_OTHERWISE:
        raise IdUsedOtherwise(f"{request.attempt_id} was sent before with other parameters")
    if reply.issue in STILL_ON_ITS_WAY or reply.status == 409:
        raise AnswerLost("the first request of this attempt is still on its way")


def _refuse_another_order(order: Any, request: ChargeRequest) -> None:
    """See that the order is this attempt's. Raises: IdUsedOtherwise, NotReadable, NoAmount."""
    unit = unit_of(order)
    money = unit.get("amount")
    if not isinstance(money, dict):
        raise NotReadable("an order without an amount")
    its_amount = read_amount(money.get("value"), money.get("currency_code"))
    its = (unit.get("custom_id"), its_amount, money.get("currency_code"))
    if its != (str(request.attempt_id), request.amount, request.currency):
        raise IdUsedOtherwise(f"{request.attempt_id} was sent before with other parameters")


def _is_too_old(made: Reply) -> bool:
    """Say whether an order has waited for too long, by PayPal's own time."""
    if made.at is None or captures_of(made.said):
        return False
    return made.at - read_instant(made.said.get("create_time")) > _CAPTURED_WITHIN
