"""Disputes: a bank takes money back, or asks about it; how that stands, and what it moves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from khata.core.money import decimal_text
from khata.core.refusal import Kind, Refusal


class DisputeEnded(Refusal):
    """The dispute has ended, or an answer was given: nothing more can be said."""

    kind = Kind.CONFLICT


class PaymentDisputed(Refusal):
    """The payer's bank holds this money: a refund beside that would give it back twice."""

    kind = Kind.CONFLICT


class DisputeStatus(StrEnum):
    """A warning asks before any money moves; the others are about money."""

    WARNING_NEEDS_RESPONSE = "warning_needs_response"
    WARNING_UNDER_REVIEW = "warning_under_review"
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"
    CLOSED = "closed"  # it came to nothing, or was settled otherwise


NEEDS_AN_ANSWER = frozenset({DisputeStatus.WARNING_NEEDS_RESPONSE, DisputeStatus.NEEDS_RESPONSE})
ENDED = frozenset({DisputeStatus.WON, DisputeStatus.LOST, DisputeStatus.CLOSED})
OPEN = frozenset(DisputeStatus) - ENDED

# Forward only. A bank that has looked may ask again (a next phase), and what was won or lost may
# turn once more at the last court; nothing that was about money is a mere warning again.
_ABOUT_MONEY = frozenset(
    {DisputeStatus.NEEDS_RESPONSE, DisputeStatus.UNDER_REVIEW, *ENDED},
)
MOVES: Mapping[DisputeStatus, frozenset[DisputeStatus]] = {
    DisputeStatus.WARNING_NEEDS_RESPONSE: _ABOUT_MONEY | {DisputeStatus.WARNING_UNDER_REVIEW},
    DisputeStatus.WARNING_UNDER_REVIEW: _ABOUT_MONEY,
    DisputeStatus.NEEDS_RESPONSE: _ABOUT_MONEY,
    DisputeStatus.UNDER_REVIEW: _ABOUT_MONEY,
    DisputeStatus.WON: frozenset({DisputeStatus.LOST}),
    DisputeStatus.LOST: frozenset({DisputeStatus.WON}),
    DisputeStatus.CLOSED: frozenset({DisputeStatus.LOST, DisputeStatus.WON}),
}


@dataclass(frozen=True, slots=True)
class SeenDispute:
    """A dispute as its gateway tells it now. Amounts in minor units of `currency`.

    `charge` is the gateway's id of the payment. `taken` is what is gone from the account for it at
    this moment, and `fee` what the gateway took for the dispute itself.
    """

    reference: str
    charge: str | None
    amount: int
    currency: str
    status: DisputeStatus
    reason: str
    opened_at: datetime
    phase: str | None = None
    due_by: datetime | None = None
    taken: int = 0
    fee: int = 0
    ours: UUID | None = None  # our id of the attempt, where the gateway keeps it


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute as it is kept; see SeenDispute.

    `held` was taken and nobody has it yet; `lost` is gone for good. `above` is what is disputed
    beyond what refunds had left of the payment. `warned` counts the warnings before `due_by`.
    """

    id: UUID
    account_id: UUID
    gateway: str
    reference: str
    attempt_id: UUID
    payment_id: UUID
    invoice_id: UUID
    customer_id: UUID
    amount: int
    currency: str
    reason: str
    phase: str | None
    status: DisputeStatus
    due_by: datetime | None
    above: int
    held: int
    lost: int
    fee: int
    warned: int
    accepted_at: datetime | None
    evidence_sent_at: datetime | None
    next_look_at: datetime | None
    opened_at: datetime
    closed_at: datetime | None
    created_at: datetime

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def keeps_money(self) -> bool:
        """The payer's bank has the money, or may get it: it cannot be given back beside that."""
        return self.is_open or self.held > 0 or self.lost > 0


class MoneyKind(StrEnum):
    WITHDRAWN = "withdrawn"
    REINSTATED = "reinstated"
    LOST = "lost"
    REGAINED = "regained"  # what had been lost is open again, or won after all
    FEE = "fee"
    FEE_RETURNED = "fee_returned"


@dataclass(frozen=True, slots=True)
class Moved:
    """Money that the dispute moved since it was seen last, in minor units."""

    kind: MoneyKind
    amount: int


def next_status(was: DisputeStatus, now: DisputeStatus) -> DisputeStatus:
    """Return how it stands after the gateway's word; what would go back is no news."""
    return now if now in MOVES[was] else was


def should_stand(seen: SeenDispute, status: DisputeStatus) -> tuple[int, int]:
    """Return how much is to be held and how much lost, by what the gateway has taken.

    Lost and closed for good is lost; while it is open, or won and not given back yet, the gateway
    owes it.
    """
    if status in (DisputeStatus.LOST, DisputeStatus.CLOSED):
        return 0, seen.taken
    return seen.taken, 0


def moved(
    *, held: int, lost: int, fee: int, to_held: int, to_lost: int, to_fee: int
) -> tuple[Moved, ...]:
    """Return the moves from what is booked to what should stand, in an order that never goes below.

    The difference is what is booked, so however many events tell of the same money, it is booked
    once.
    """
    taken, to_taken = held + lost, to_held + to_lost
    steps = (
        (MoneyKind.WITHDRAWN, max(to_taken - taken, 0)),
        (MoneyKind.REGAINED, max(lost - to_lost, 0)),
        (MoneyKind.REINSTATED, max(taken - to_taken, 0)),
        (MoneyKind.LOST, max(to_lost - lost, 0)),
        (MoneyKind.FEE, max(to_fee - fee, 0)),
        (MoneyKind.FEE_RETURNED, max(fee - to_fee, 0)),
    )
    return tuple(Moved(kind, amount) for kind, amount in steps if amount)


_WARNINGS = (timedelta(days=3), timedelta(days=1))  # before the answer is due
_EVERY = timedelta(days=1)  # an open one is asked about so often, whatever was told meanwhile
_LONGEST = timedelta(days=200)  # money that was won and has not come back after that is a person's


def warnings_due(status: DisputeStatus, due_by: datetime | None, at: datetime) -> int:
    """Return how many warnings should have been told by now: at three days and at one day."""
    if status not in NEEDS_AN_ANSWER or due_by is None or due_by <= at:
        return 0
    return sum(due_by - before <= at for before in _WARNINGS)


def next_look(dispute: Dispute, at: datetime) -> datetime | None:
    """Return when it is looked at again: daily, and when a warning is due; None: it has ended."""
    if dispute.status in ENDED and not dispute.held:
        return None
    if at - dispute.opened_at > _LONGEST:
        return None
    times = [at + _EVERY]
    if dispute.status in NEEDS_AN_ANSWER and dispute.due_by is not None:
        times += [dispute.due_by - before for before in _WARNINGS]
    return min(time for time in times if time > at)


def check_answerable(dispute: Dispute) -> None:
    """Raises: DisputeEnded, where no answer is awaited any more."""
    if dispute.status not in NEEDS_AN_ANSWER:
        raise DisputeEnded(
            f"The dispute is {dispute.status.replace('_', ' ')}: no answer to it is awaited"
        )


def check_refundable(dispute: Dispute) -> None:
    """Raises: PaymentDisputed, while the payer's bank has the money or may get it."""
    if dispute.keeps_money:
        amount = f"{decimal_text(dispute.amount, dispute.currency)} {dispute.currency}"
        raise PaymentDisputed(
            f"{amount} of this payment are disputed ({dispute.status.replace('_', ' ')}): the "
            "payer's bank decides where that money goes. Accept the dispute to give it back"
        )
