"""Events on the wire: what has happened, with the ids of all it concerns."""

from typing import Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Created, Told
from khata.core.event_wire import event_object
from khata.core.events import StoredEvent

EventType = Literal[
    "subscription.created",
    "subscription.trialing",
    "subscription.trial_ending",
    "subscription.activated",
    "subscription.past_due",
    "subscription.unpaid",
    "subscription.cancel_scheduled",
    "subscription.cancel_withdrawn",
    "subscription.canceled",
    "subscription.changed",
    "subscription.change_scheduled",
    "subscription.change_withdrawn",
    "subscription.change_dropped",
    "subscription.paused",
    "subscription.pause_scheduled",
    "subscription.pause_withdrawn",
    "subscription.resumed",
    "subscription.trial_moved",
    "subscription.anchor_moved",
    "subscription.parked",
    "entitlements.changed",
    "invoice.finalized",
    "invoice.paid",
    "invoice.overdue",
    "invoice.reminder_due",
    "invoice.voided",
    "invoice.written_off",
    "credit_note.issued",
    "credit_note.voided",
    "e_invoice.generated",
    "e_invoice.failed",
    "e_invoice.due_soon",
    "e_invoice.cancelled",
    "payment.succeeded",
    "payment.late_success",
    "payment.failed",
    "payment.retry_announced",
    "payment.end_announced",
    "payment.given_up",
    "payment.quarantined",
    "refund.succeeded",
    "invoice.part_paid",
    "invoice.recovered",
    "dispute.opened",
    "dispute.funds_withdrawn",
    "dispute.funds_reinstated",
    "dispute.won",
    "dispute.lost",
    "dispute.closed",
    "dispute.evidence_due",
    "discount.applied",
    "wallet.filled",
    "wallet.low",
    "wallet.expired",
    "voucher.issued",
    "mandate.created",
    "mandate.active",
    "mandate.paused",
    "mandate.revoked",
    "mandate.expired",
    "mandate.rejected",
    "mandate.completed",
    "mandate.ending",
    "gateway_account.ailing",
    "gateway_account.well",
    "month.closed",
    "webhook_endpoint.disabled",
    "webhook_endpoint.tested",
]


class EventObject(Told):
    """Something that has happened. Events are stored with the facts they tell."""

    id: str = Field(examples=["evt_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["event"] = "event"
    livemode: bool = Field(description="Whether it is real, or a test")
    type: EventType = Field(description="What happened", examples=["invoice.paid"])
    subject: str | None = Field(
        description="To what: a subscription, invoice, payment, refund or webhook endpoint; "
        "null for the month's end"
    )
    sequence: int = Field(
        description="Which of its subject's events it is: 1, 2, 3 … without holes", examples=[2]
    )
    facts: dict[str, str | int | None] = Field(
        description="Ids, amounts in minor units, and words; which ones depends on the type",
        examples=[{"invoice": "inv_06f3k2x8c1a4t9w0m5n7p2q6rs", "currency": "INR"}],
    )
    created: Created

    @classmethod
    def of(cls, event: StoredEvent, livemode: bool) -> Self:
        return cls.model_validate(event_object(event, livemode=livemode))
