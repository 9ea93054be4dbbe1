"""Everything that can have happened, one frozen class each. Facts are ids, amounts and words."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from khata.core.dispute_events import DISPUTE_EVENTS
from khata.core.e_invoice.events import E_INVOICE_EVENTS
from khata.core.event import Event as Event
from khata.core.fund_events import FUND_EVENTS
from khata.core.gateway_events import GATEWAY_EVENTS
from khata.core.life_events import LIFE_EVENTS
from khata.core.mandate_events import MANDATE_EVENTS
from khata.core.payment_events import (
    PaymentEndAnnounced as PaymentEndAnnounced,
)
from khata.core.payment_events import (
    PaymentFailed as PaymentFailed,
)
from khata.core.payment_events import (
    PaymentGivenUp as PaymentGivenUp,
)
from khata.core.payment_events import (
    PaymentLateSuccess as PaymentLateSuccess,
)
from khata.core.payment_events import (
    PaymentQuarantined as PaymentQuarantined,
)
from khata.core.payment_events import (
    PaymentRetryAnnounced as PaymentRetryAnnounced,
)
from khata.core.payment_events import (
    PaymentSucceeded as PaymentSucceeded,
)
from khata.core.payment_events import (
    RefundSucceeded as RefundSucceeded,
)


@dataclass(frozen=True, slots=True)
class SubscriptionCreated(Event):
    """A customer has agreed to a subscription; it has not begun."""

    type: ClassVar[str] = "subscription.created"
    subscription_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class SubscriptionTrialing(Event):
    """The trial of a subscription has begun."""

    type: ClassVar[str] = "subscription.trialing"
    subscription_id: UUID
    customer_id: UUID
    trial_end: date


@dataclass(frozen=True, slots=True)
class SubscriptionTrialEnding(Event):
    """Three days before the trial ends; `total` is what the first invoice will come to."""

    type: ClassVar[str] = "subscription.trial_ending"
    subscription_id: UUID
    customer_id: UUID
    trial_end: date
    currency: str
    total: int


@dataclass(frozen=True, slots=True)
class SubscriptionActivated(Event):
    """A subscription is in service: it began, its trial ended, or what was owed is paid."""

    type: ClassVar[str] = "subscription.activated"
    subscription_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class SubscriptionPastDue(Event):
    """An invoice of the subscription could not be collected yet; service goes on."""

    type: ClassVar[str] = "subscription.past_due"
    subscription_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class SubscriptionUnpaid(Event):
    """Given up, or the grace is over: no service and no new invoices until it is paid."""

    type: ClassVar[str] = "subscription.unpaid"
    subscription_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class SubscriptionCancelScheduled(Event):
    """A subscription is to end on a day that is known."""

    type: ClassVar[str] = "subscription.cancel_scheduled"
    subscription_id: UUID
    customer_id: UUID
    cancel_on: date


@dataclass(frozen=True, slots=True)
class SubscriptionCancelWithdrawn(Event):
    """The cancellation was taken back before its day came."""

    type: ClassVar[str] = "subscription.cancel_withdrawn"
    subscription_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class SubscriptionCanceled(Event):
    """A subscription has ended."""

    type: ClassVar[str] = "subscription.canceled"
    subscription_id: UUID
    customer_id: UUID
    ended_on: date
    cause: str


@dataclass(frozen=True, slots=True)
class SubscriptionChanged(Event):
    """The plans, quantities or interval of a subscription are others now."""

    type: ClassVar[str] = "subscription.changed"
    subscription_id: UUID
    customer_id: UUID
    change_id: UUID


@dataclass(frozen=True, slots=True)
class SubscriptionChangeScheduled(Event):
    """A change of a subscription is to happen on a day that is known."""

    type: ClassVar[str] = "subscription.change_scheduled"
    subscription_id: UUID
    customer_id: UUID
    change_id: UUID
    effective_on: date


@dataclass(frozen=True, slots=True)
class SubscriptionChangeWithdrawn(Event):
    """A change that had been scheduled was taken back before its day came."""

    type: ClassVar[str] = "subscription.change_withdrawn"
    subscription_id: UUID
    customer_id: UUID
    change_id: UUID


@dataclass(frozen=True, slots=True)
class SubscriptionParked(Event):
    """A subscription could not be renewed and is set aside until a person looks."""

    type: ClassVar[str] = "subscription.parked"
    subscription_id: UUID
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class EntitlementsChanged(Event):
    """What a customer may use is another: ask for its entitlements."""

    type: ClassVar[str] = "entitlements.changed"
    customer_id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class InvoiceFinalized(Event):
    """An invoice has got its number and does not change any more.

    `amount_due` is what is owed of its total after the customer's credit and wallets paid.
    """

    type: ClassVar[str] = "invoice.finalized"
    invoice_id: UUID
    customer_id: UUID
    subscription_id: UUID | None
    currency: str
    total: int
    collection_method: str
    amount_due: int


@dataclass(frozen=True, slots=True)
class InvoicePaid(Event):
    """An invoice is paid in full."""

    type: ClassVar[str] = "invoice.paid"
    invoice_id: UUID
    customer_id: UUID
    subscription_id: UUID | None
    currency: str
    total: int


@dataclass(frozen=True, slots=True)
class InvoicePartPaid(Event):
    """A part of an invoice was paid; the rest is still owed."""

    type: ClassVar[str] = "invoice.part_paid"
    invoice_id: UUID
    customer_id: UUID
    currency: str
    amount: int
    amount_due: int


@dataclass(frozen=True, slots=True)
class InvoiceRecovered(Event):
    """Money came for an invoice that was written off; `amount` of the loss is made good."""

    type: ClassVar[str] = "invoice.recovered"
    invoice_id: UUID
    customer_id: UUID
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class InvoiceOverdue(Event):
    """An invoice that the customer was to pay by hand was not paid by its due date."""

    type: ClassVar[str] = "invoice.overdue"
    invoice_id: UUID
    customer_id: UUID
    subscription_id: UUID | None
    currency: str
    amount_due: int
    due_on: date


@dataclass(frozen=True, slots=True)
class InvoiceReminderDue(Event):
    """It is time to remind the customer of an overdue invoice."""

    type: ClassVar[str] = "invoice.reminder_due"
    invoice_id: UUID
    customer_id: UUID
    subscription_id: UUID | None
    currency: str
    amount_due: int
    days_overdue: int


@dataclass(frozen=True, slots=True)
class InvoiceVoided(Event):
    """An invoice was declared void: nothing is owed on it."""

    type: ClassVar[str] = "invoice.voided"
    invoice_id: UUID
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class CreditNoteIssued(Event):
    """A part of an invoice was taken back; `to_balance` of it became the customer's credit."""

    type: ClassVar[str] = "credit_note.issued"
    credit_note_id: UUID
    customer_id: UUID
    invoice_id: UUID
    currency: str
    total: int
    to_balance: int


@dataclass(frozen=True, slots=True)
class CreditNoteVoided(Event):
    """A credit note became void with its IRN: what it gave was taken back."""

    type: ClassVar[str] = "credit_note.voided"
    credit_note_id: UUID
    customer_id: UUID
    invoice_id: UUID
    currency: str
    total: int


@dataclass(frozen=True, slots=True)
class InvoiceWrittenOff(Event):
    """The seller has given up an invoice and booked the loss."""

    type: ClassVar[str] = "invoice.written_off"
    invoice_id: UUID
    customer_id: UUID
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class MonthClosed(Event):
    """A month of the books was closed: its revenue is recognised."""

    type: ClassVar[str] = "month.closed"
    close_id: UUID
    month_end: date


@dataclass(frozen=True, slots=True)
class WebhookEndpointDisabled(Event):
    """An endpoint gets no more news: it answered that it is gone, or nothing went through."""

    type: ClassVar[str] = "webhook_endpoint.disabled"
    webhook_endpoint_id: UUID
    url: str
    cause: str


@dataclass(frozen=True, slots=True)
class WebhookEndpointTested(Event):
    """Somebody wants to see that an endpoint is reached; it goes to that endpoint only."""

    type: ClassVar[str] = "webhook_endpoint.tested"
    webhook_endpoint_id: UUID


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it stands in the outbox; `facts` as JSON holds them.

    `sequence` counts the events of its subject: 1, 2, 3 … without holes.
    """

    id: UUID
    type: str
    subject_id: UUID
    sequence: int
    facts: dict[str, Any]
    at: datetime


EVENT_TYPES: dict[str, type[Event]] = {
    event.type: event
    for event in (
        *Event.__subclasses__(),
        *FUND_EVENTS,
        *LIFE_EVENTS,
        *MANDATE_EVENTS,
        *DISPUTE_EVENTS,
        *GATEWAY_EVENTS,
        *E_INVOICE_EVENTS,
    )
}
