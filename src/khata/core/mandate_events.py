"""What can have happened to mandates."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final
from uuid import UUID

from khata.core.event import Event
from khata.core.mandate import Mandate
from khata.core.told_mandate import MandateStatus


@dataclass(frozen=True, slots=True)
class MandateCreated(Event):
    """The terms of a mandate are written down; nobody has agreed to them yet."""

    type: ClassVar[str] = "mandate.created"
    mandate_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class MandateActivated(Event):
    """A mandate can be debited: the payer and the bank have agreed, or a pause is over."""

    type: ClassVar[str] = "mandate.active"
    mandate_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class MandatePaused(Event):
    """A mandate is not debited for now; the customer or the seller may take it up again."""

    type: ClassVar[str] = "mandate.paused"
    mandate_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class MandateRevoked(Event):
    """A mandate was withdrawn, and what was kept of the way to pay is deleted."""

    type: ClassVar[str] = "mandate.revoked"
    mandate_id: UUID
    customer_id: UUID
    cause: str


@dataclass(frozen=True, slots=True)
class MandateExpired(Event):
    """The last day of a mandate is over: the customer has to agree to a new one."""

    type: ClassVar[str] = "mandate.expired"
    mandate_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class MandateRejected(Event):
    """The payer or the bank did not agree to a mandate."""

    type: ClassVar[str] = "mandate.rejected"
    mandate_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class MandateCompleted(Event):
    """All that a mandate was for has been debited."""

    type: ClassVar[str] = "mandate.completed"
    mandate_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class MandateEnding(Event):
    """A mandate ends before what is to be paid by it: the customer is asked for a new one."""

    type: ClassVar[str] = "mandate.ending"
    mandate_id: UUID
    customer_id: UUID
    mandate_end: date
    days_left: int


MANDATE_EVENTS: Final[tuple[type[Event], ...]] = (
    MandateCreated,
    MandateActivated,
    MandatePaused,
    MandateRevoked,
    MandateExpired,
    MandateRejected,
    MandateCompleted,
    MandateEnding,
)


def event_of(mandate: Mandate, *, cause: str) -> Event | None:
    """Return what is told of a mandate that has come into its state; None: nothing."""
    id, customer = mandate.id, mandate.customer_id
    if mandate.status is MandateStatus.REVOKED:
        return MandateRevoked(id, customer, cause)
    of = _OF.get(mandate.status)
    return of(id, customer) if of else None


_OF: Final = {
    MandateStatus.CREATED: MandateCreated,
    MandateStatus.ACTIVE: MandateActivated,
    MandateStatus.PAUSED: MandatePaused,
    MandateStatus.EXPIRED: MandateExpired,
    MandateStatus.REJECTED: MandateRejected,
    MandateStatus.COMPLETED: MandateCompleted,
}
