"""Events on the wire: what has happened, with the ids of all it concerns."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal, Self
from uuid import UUID

from pydantic import Field

from khata.api.schemas.fields import Created, Told, spelled
from khata.core.ids import public_id
from khata.db.stores.events import StoredEvent

# What a fact's id is of, by its name; the subject's kind is the first word of the event's type.
_PREFIXES: Final = {
    "subscription": "sub",
    "customer": "cus",
    "invoice": "inv",
    "payment": "pay",
    "attempt": "att",
    "refund": "re",
}

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
    "subscription.parked",
    "invoice.finalized",
    "invoice.paid",
    "invoice.overdue",
    "invoice.reminder_due",
    "invoice.voided",
    "invoice.written_off",
    "payment.succeeded",
    "payment.late_success",
    "payment.failed",
    "payment.given_up",
    "payment.quarantined",
    "refund.succeeded",
    "month.closed",
]


class EventObject(Told):
    """Something that has happened. Events are stored with the facts they tell."""

    id: str = Field(examples=["evt_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["event"] = "event"
    livemode: bool = Field(description="Whether it is real, or a test")
    type: EventType = Field(description="What happened", examples=["invoice.paid"])
    subject: str | None = Field(
        description="To what: a subscription, invoice, payment or refund; null for the month's end"
    )
    facts: dict[str, str | int | None] = Field(
        description="Ids, amounts in minor units, and words; which ones depends on the type",
        examples=[{"invoice": "inv_06f3k2x8c1a4t9w0m5n7p2q6rs", "currency": "INR"}],
    )
    created: Created

    @classmethod
    def of(cls, event: StoredEvent, livemode: bool) -> Self:
        prefix = _PREFIXES.get(event.type.partition(".")[0])
        return cls.model_validate(
            {
                "id": public_id("evt", event.id),
                "livemode": livemode,
                "type": event.type,
                "subject": public_id(prefix, event.subject_id) if prefix else None,
                "facts": _facts(event.facts),
                "created": event.at,
            }
        )


def _facts(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Spell ids and instants as everywhere else; what has no id outside is left out."""
    facts: dict[str, Any] = {}
    for name, value in stored.items():
        of = name.removesuffix("_id")
        if of == name:
            is_instant = name.endswith("_at") and value is not None
            facts[name] = spelled(datetime.fromisoformat(value)) if is_instant else value
        elif of in _PREFIXES:
            facts[of] = None if value is None else public_id(_PREFIXES[of], UUID(value))
    return facts
