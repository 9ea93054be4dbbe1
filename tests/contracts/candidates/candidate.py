"""A candidate of the gateways' exam: an adapter, its test tokens, and its books' auditors."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

from khata.ports.gateway import Answer, ChargeRequest, Gateway, Outcome, RefundRequest
from khata.ports.gateway_visits import OpenedVisit
from khata.ports.notices import NoticeRequest, TellsAhead
from khata.simulators.vendor import SimulatedVendor

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOLD_AT = datetime(2025, 1, 20, 6, 30, tzinfo=UTC)  # before all that the exam asks for
DEBIT_AT = TOLD_AT + 2 * DAY


@dataclass(frozen=True)
class Candidate:
    """An adapter under examination.

    `tokens` has one for each behaviour of the exam; what the vendor cannot do is named in
    `knows_no`, and its questions are skipped: a token that is merely missing fails them.
    `settles_within` is how long an ordinary charge may be pending; `late_after` when the token
    `late_success` turns; `pending_for` how long `pending` and `pending_fails` are;
    `listed_within` how late a payment may show in the vendor's list. `set_clock` moves the
    vendor's own clock, where it has one.
    With `visits` it has pages of its own, where the payer acts at its clock's now: pays or agrees
    to save, is declined, or goes back; a page that does not let them changes nothing.
    `confirms_within` is how long it may take until what was saved can be charged.
    """

    gateway: Gateway
    captured: Callable[[ChargeRequest, datetime], int]  # how often an invoice's money was taken
    refunded: Callable[[ChargeRequest], int]  # minor units given back of an attempt
    as_stranger: Callable[[ChargeRequest, datetime], Answer | None]  # another merchant's look-up
    tokens: dict[str, str]
    unknown_token: str
    knows_no: frozenset[str] = frozenset()
    currency: str = "INR"
    other_currency: str = "USD"
    fee: int = 2_360  # of 118,000
    holder: str | None = None
    settles_within: timedelta = timedelta(0)
    pending_for: timedelta = HOUR
    late_after: timedelta = 2 * DAY
    listed_within: timedelta = timedelta(0)
    set_clock: Callable[[datetime], None] = lambda at: None
    itemises: bool = True  # it says what a payout is made of, where it tells payouts
    request_fields: dict[str, Any] = field(default_factory=dict)  # of every charge request
    simulator: SimulatedVendor | None = None  # None: it tells nothing by itself
    disputes: Callable[[ChargeRequest], str] | None = None  # a payer's complaint; else simulator's
    decides: Callable[[str, str], None] | None = None  # … and the bank's decision
    takes_at_once: bool = True  # a dispute takes the money when it is opened, not when it is lost
    dispute_fee: int = 0  # of a dispute over 118,000
    seen: dict[UUID, str] = field(default_factory=dict)  # attempt → the gateway's reference
    visits: bool = False
    payer_pays: Callable[[OpenedVisit], None] = lambda opened: None
    payer_declines: Callable[[OpenedVisit], None] = lambda opened: None
    payer_leaves: Callable[[OpenedVisit], None] = lambda opened: None
    confirms_within: timedelta = timedelta(0)
    visit_fee: int = 2_360  # of 118,000

    def charge(self, request: ChargeRequest, at: datetime) -> Answer:
        """Send a charge at an instant of the vendor's clock."""
        self.set_clock(at)
        return self._noted(request, self.gateway.charge(request, at=at))

    def told(self, request: ChargeRequest) -> ChargeRequest:
        """Return the request on a notice of its own, if it needs one: told long before the exam."""
        if request.kind not in self.gateway.capabilities.tells_ahead:
            return request
        self.set_clock(TOLD_AT)
        taken = cast(TellsAhead, self.gateway).tell_ahead(notice_of(request), at=TOLD_AT)
        self.set_clock(DEBIT_AT)  # by then the payer knows
        return replace(request, notice=taken.reference)

    def ended(self, request: ChargeRequest, at: datetime) -> Answer:
        """Send a charge and wait until the vendor has ended it."""
        answer = self.charge(request, at)
        notice = self.gateway.capabilities.notice.get(request.kind, timedelta(0))
        wait = self.settles_within or notice
        if answer.outcome is Outcome.PENDING and wait:
            found = self.look_up(request, at + wait)
            assert found is not None
            return found
        return answer

    def look_up(self, request: ChargeRequest, at: datetime) -> Answer | None:
        """Ask by our own id alone, as after a lost answer."""
        self.set_clock(at)
        answer = self.gateway.look_up(request, reference=None, at=at)
        return None if answer is None else self._noted(request, answer)

    def refund(self, refund: RefundRequest, at: datetime) -> Answer:
        self.set_clock(at)
        return self.gateway.refund(refund, at=at)

    def dispute(self, request: ChargeRequest, reference: str) -> str:
        """Let the payer of a charge complain; return the dispute's name at the vendor."""
        if self.disputes is not None:
            return self.disputes(request)
        assert self.simulator is not None
        return self.simulator.dispute(reference)

    def decide(self, dispute: str, outcome: str) -> None:
        """Let the payer's bank decide, `won` or `lost` for the merchant."""
        if self.decides is not None:
            self.decides(dispute, outcome)
            return
        assert self.simulator is not None
        self.simulator.decide(dispute, outcome)

    def _noted(self, request: ChargeRequest, answer: Answer) -> Answer:
        if answer.reference is not None:
            self.seen[request.attempt_id] = answer.reference
        return answer


def notice_of(request: ChargeRequest, debit_at: datetime = DEBIT_AT) -> NoticeRequest:
    """Return what the payer is told of a charge that is to come."""
    return NoticeRequest(
        uuid4(),
        request.merchant,
        request.customer,
        request.token,
        request.amount,
        request.currency,
        debit_at,
        request.description,
        request.invoice_number,
        request.kind,
        request.holder,
        request.facts,
    )


def captured_at(simulator: SimulatedVendor) -> Callable[[ChargeRequest, datetime], int]:
    """Return how to count, in a pretend gateway's books, how often an invoice was taken."""

    def captured(request: ChargeRequest, at: datetime) -> int:
        simulator.advance(at)
        paid = [one for one in simulator.books()["payments"] if one["captured"]]
        mine = [one for one in paid if one["invoice"] == request.invoice_number]
        assert all(one["amount"] == request.amount for one in mine)
        return len(mine)

    return captured


def refunded_at(simulator: SimulatedVendor) -> Callable[[ChargeRequest], int]:
    """Return how to sum, in a pretend gateway's books, what was given back of an attempt."""

    def refunded(request: ChargeRequest) -> int:
        paid = simulator.books()["payments"]
        return sum(one["refunded"] for one in paid if one["ours"] == str(request.attempt_id))

    return refunded
