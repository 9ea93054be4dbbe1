"""What can have happened to payments, their retries and their refunds."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from khata.core.event import Event


@dataclass(frozen=True, slots=True)
class PaymentSucceeded(Event):
    """A payment was collected."""

    type: ClassVar[str] = "payment.succeeded"
    payment_id: UUID
    attempt_id: UUID
    invoice_id: UUID
    customer_id: UUID
    currency: str
    amount: int
    fee: int


@dataclass(frozen=True, slots=True)
class PaymentLateSuccess(Event):
    """An attempt that had failed took the money after all."""

    type: ClassVar[str] = "payment.late_success"
    payment_id: UUID
    attempt_id: UUID
    invoice_id: UUID
    customer_id: UUID
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class PaymentFailed(Event):
    """An attempt to collect a payment has failed; it says when the next one is due, if any."""

    type: ClassVar[str] = "payment.failed"
    payment_id: UUID
    attempt_id: UUID | None
    invoice_id: UUID
    customer_id: UUID
    currency: str
    amount: int
    decline_class: str
    decline_code: str
    next_attempt_at: datetime | None


@dataclass(frozen=True, slots=True)
class PaymentRetryAnnounced(Event):
    """A payment that failed will be tried again soon, and its customer is told before."""

    type: ClassVar[str] = "payment.retry_announced"
    payment_id: UUID
    invoice_id: UUID
    customer_id: UUID
    currency: str
    amount: int
    decline_class: str
    decline_code: str
    next_attempt_at: datetime


@dataclass(frozen=True, slots=True)
class PaymentEndAnnounced(Event):
    """Service will stop unless the payment comes; `then` is what its terms say of the end."""

    type: ClassVar[str] = "payment.end_announced"
    payment_id: UUID
    invoice_id: UUID
    customer_id: UUID
    currency: str
    amount: int
    stops_at: datetime
    then: str


@dataclass(frozen=True, slots=True)
class PaymentGivenUp(Event):
    """The last attempt to collect a payment has failed."""

    type: ClassVar[str] = "payment.given_up"
    payment_id: UUID
    invoice_id: UUID
    customer_id: UUID
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class PaymentQuarantined(Event):
    """A payment is set aside until a person looks."""

    type: ClassVar[str] = "payment.quarantined"
    payment_id: UUID
    attempt_id: UUID | None
    invoice_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class RefundSucceeded(Event):
    """Money was given back to the customer."""

    type: ClassVar[str] = "refund.succeeded"
    refund_id: UUID
    attempt_id: UUID
    invoice_id: UUID
    currency: str
    amount: int
