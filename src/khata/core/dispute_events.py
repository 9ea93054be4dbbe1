"""What can have happened to disputes."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from khata.core.event import Event


@dataclass(frozen=True, slots=True)
class DisputeOpened(Event):
    """A payer disputes a payment at its bank."""

    type: ClassVar[str] = "dispute.opened"
    dispute_id: UUID
    payment_id: UUID
    invoice_id: UUID
    customer_id: UUID
    currency: str
    amount: int
    reason: str
    evidence_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class DisputeFundsWithdrawn(Event):
    """The gateway took the disputed money back."""

    type: ClassVar[str] = "dispute.funds_withdrawn"
    dispute_id: UUID
    payment_id: UUID
    invoice_id: UUID
    customer_id: UUID
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class DisputeFundsReinstated(Event):
    """The gateway gave disputed money back to the seller."""

    type: ClassVar[str] = "dispute.funds_reinstated"
    dispute_id: UUID
    payment_id: UUID
    invoice_id: UUID
    customer_id: UUID
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class DisputeWon(Event):
    """A dispute ended for the seller."""

    type: ClassVar[str] = "dispute.won"
    dispute_id: UUID
    payment_id: UUID
    invoice_id: UUID
    customer_id: UUID
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class DisputeLost(Event):
    """A dispute ended for the payer: the money is gone. The invoice stays paid."""

    type: ClassVar[str] = "dispute.lost"
    dispute_id: UUID
    payment_id: UUID
    invoice_id: UUID
    customer_id: UUID
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class DisputeClosed(Event):
    """A dispute or a warning of one ended, and nobody has won it."""

    type: ClassVar[str] = "dispute.closed"
    dispute_id: UUID
    payment_id: UUID
    invoice_id: UUID
    customer_id: UUID
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class DisputeEvidenceDue(Event):
    """The answer to a dispute is due soon, and none was given: three days, and one day, before."""

    type: ClassVar[str] = "dispute.evidence_due"
    dispute_id: UUID
    payment_id: UUID
    invoice_id: UUID
    customer_id: UUID
    currency: str
    amount: int
    reason: str
    evidence_due_at: datetime


DISPUTE_EVENTS: Final[tuple[type[Event], ...]] = (
    DisputeOpened,
    DisputeFundsWithdrawn,
    DisputeFundsReinstated,
    DisputeWon,
    DisputeLost,
    DisputeClosed,
    DisputeEvidenceDue,
)
