"""A candidate of the gateways' exam: an adapter, its test tokens, and its books' auditors."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from khata.ports.gateway import Answer, ChargeRequest, Gateway, Outcome, RefundRequest
from khata.simulators.vendor import SimulatedVendor

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Candidate:
    """An adapter under examination.

    `tokens` has one for each behaviour of the exam; what the vendor cannot do is named in
    `knows_no`, and its questions are skipped: a token that is merely missing fails them.
    `settles_within` is how long an ordinary charge may be pending; `late_after` when the token
    `late_success` turns; `pending_for` how long `pending` and `pending_fails` are;
    `listed_within` how late a payment may show in the vendor's list. `set_clock` moves the
    vendor's own clock, where it has one.
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
    seen: dict[UUID, str] = field(default_factory=dict)  # attempt → the gateway's reference

    def charge(self, request: ChargeRequest, at: datetime) -> Answer:
        """Send a charge at an instant of the vendor's clock."""
        self.set_clock(at)
        return self._noted(request, self.gateway.charge(request, at=at))

    def ended(self, request: ChargeRequest, at: datetime) -> Answer:
        """Send a charge and wait until the vendor has ended it."""
        answer = self.charge(request, at)
        if answer.outcome is Outcome.PENDING and self.settles_within:
            found = self.look_up(request, at + self.settles_within)
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

    def _noted(self, request: ChargeRequest, answer: Answer) -> Answer:
        if answer.reference is not None:
            self.seen[request.attempt_id] = answer.reference
        return answer


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
