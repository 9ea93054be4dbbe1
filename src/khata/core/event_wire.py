"""Events as the outside reads them: our event object, and the CloudEvents envelope around it.

The API, webhooks, the stream and the terminal all spell an event here, so that they cannot differ.
Source: CloudEvents 1.0.2; its extensions `sequence` and `partitioning`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from khata.core.events import StoredEvent
from khata.core.ids import public_id
from khata.core.instants import spelled

# What a fact's id is of, by its name; the subject's kind is the first word of the event's type.
PREFIXES: Final = {
    "subscription": "sub",
    "customer": "cus",
    "invoice": "inv",
    "payment": "pay",
    "attempt": "att",
    "refund": "re",
    "dispute": "dp",
    "credit_note": "cn",
    "e_invoice": "ein",
    "change": "chg",
    "discount": "di",
    "wallet": "wal",
    "voucher": "vch",
    "mandate": "mdt",
    "webhook_endpoint": "we",
    "gateway_account": "ga",
    "entitlements": "cus",  # they are told of whom they belong to
}


def event_object(event: StoredEvent, *, livemode: bool) -> dict[str, Any]:
    """Return the event as JSON may hold it, with public ids and instants in UTC."""
    return {
        "id": public_id("evt", event.id),
        "object": "event",
        "livemode": livemode,
        "type": event.type,
        "subject": subject_of(event),
        "sequence": event.sequence,
        "facts": _facts(event.facts),
        "created": spelled(event.at),
    }


def cloud_event(event: StoredEvent, *, tenant: UUID, livemode: bool) -> dict[str, Any]:
    """Return the event in the CloudEvents envelope; its `data` is the event object.

    `sequence` has ten digits, so that it sorts as text as its extension asks. An event whose
    subject has no id outside (a month) has no `subject`.
    """
    told = event_object(event, livemode=livemode)
    envelope = {
        "specversion": "1.0",
        "id": told["id"],
        "source": f"/tenants/{public_id('ten', tenant)}",
        "type": event.type,
        "subject": told["subject"],
        "time": told["created"],
        "datacontenttype": "application/json",
        "sequence": f"{event.sequence:010}",
        "partitionkey": partition_key(event, tenant=tenant),
        "data": told,
    }
    return {name: value for name, value in envelope.items() if value is not None}


def subject_of(event: StoredEvent) -> str | None:
    """Return the public id of what it happened to; None for what has no id outside."""
    prefix = PREFIXES.get(area_of(event.type))
    return public_id(prefix, event.subject_id) if prefix else None


def partition_key(event: StoredEvent, *, tenant: UUID) -> str:
    """Return what keeps events in order that must be: the tenant and the subject."""
    whose = public_id("ten", tenant)
    return f"{whose}/{subject_of(event) or area_of(event.type)}"


def area_of(type: str) -> str:
    """Return what an event of this type is about: subscription, invoice, payment …"""
    return type.partition(".")[0]


def _facts(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Spell ids and instants as everywhere else; what has no id outside is left out."""
    facts: dict[str, Any] = {}
    for name, value in stored.items():
        of = name.removesuffix("_id")
        if of == name:
            is_instant = name.endswith("_at") and value is not None
            facts[name] = spelled(datetime.fromisoformat(value)) if is_instant else value
        elif of in PREFIXES:
            facts[of] = None if value is None else public_id(PREFIXES[of], UUID(value))
    return facts
