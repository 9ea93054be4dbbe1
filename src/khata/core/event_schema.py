"""What each event looks like, as JSON Schema, made from the classes of events.py.

A new fact needs its sentence here; without it the description cannot be made, and a test fails.
Source: JSON Schema 2020-12; CloudEvents 1.0.2.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from types import UnionType
from typing import Any, Final, get_args
from uuid import UUID

from khata.core.dunning import DeclineClass
from khata.core.event_wire import PREFIXES, area_of
from khata.core.events import EVENT_TYPES, Event
from khata.core.gateway_health import Trouble
from khata.core.policies import AfterLastRetry
from khata.core.subscription import CollectionMethod

Schema = dict[str, Any]

_TYPES: Final[Mapping[type, Schema]] = {
    int: {"type": "integer"},
    str: {"type": "string"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
}
_FACTS: Final[Mapping[str, Schema]] = {
    "subscription": {"description": "The subscription, where there is one"},
    "customer": {"description": "The customer"},
    "invoice": {"description": "The invoice"},
    "payment": {"description": "The payment"},
    "attempt": {"description": "The call to a gateway that it came from, where there was one"},
    "refund": {"description": "The refund"},
    "dispute": {"description": "The dispute"},
    "evidence_due_at": {"description": "The last moment to answer a dispute, where there is one"},
    "credit_note": {"description": "The credit note"},
    "e_invoice": {"description": "The e-invoice"},
    "irn": {"description": "The number that the portal gave it"},
    "last_day": {"description": "The last day on which the portal takes it"},
    "change": {"description": "The change"},
    "effective_on": {"description": "The first day on which it holds"},
    "to_balance": {"description": "What became the customer's credit, in minor units"},
    "discount": {"description": "The discount"},
    "coupon_code": {"description": "The code that was redeemed"},
    "wallet": {"description": "The wallet"},
    "voucher": {"description": "The voucher"},
    "kind": {
        "description": "An advance was received, or given back",
        "enum": ["receipt_voucher", "refund_voucher"],
    },
    "tax": {"description": "The tax inside the total, in minor units", "minimum": 0},
    "mandate": {"description": "The mandate"},
    "mandate_end": {"description": "The last day on which it can be debited"},
    "days_left": {"description": "Days until its last", "minimum": 0},
    "balance": {"description": "What is in the wallet after it, in minor units", "minimum": 0},
    "webhook_endpoint": {"description": "The webhook endpoint"},
    "gateway_account": {"description": "The gateway account"},
    "gateway": {"description": "Whose account it is"},
    "name": {"description": "What the account is called"},
    "trouble": {
        "description": "What is wrong: its credentials are refused, nobody answers, or what is "
        "answered says nothing",
        "enum": [trouble.value for trouble in Trouble],
    },
    "version": {"description": "How often what the customer has was changed", "minimum": 1},
    "url": {"description": "Where its webhooks were sent"},
    "currency": {"description": "Of all amounts beside it, ISO 4217", "pattern": "^[A-Z]{3}$"},
    "total": {"description": "With tax, in minor units"},
    "amount": {"description": "In minor units", "minimum": 0},
    "amount_due": {"description": "What is still owed, in minor units", "minimum": 0},
    "fee": {"description": "What the gateway kept, in minor units"},
    "trial_end": {"description": "The first day after the trial"},
    "pause_on": {"description": "The first day without service"},
    "resume_on": {"description": "The day on which the pause ends by itself, if it does"},
    "billing_anchor": {"description": "The day that periods are counted from"},
    "cancel_on": {"description": "The day on which it is to end"},
    "ended_on": {"description": "The day on which it ended"},
    "due_on": {"description": "The last day to pay"},
    "month_end": {"description": "The last day of the month"},
    "days_overdue": {"description": "Days since the due date", "minimum": 0},
    "next_attempt_at": {"description": "When it is tried again; null: it is not"},
    "stops_at": {"description": "When service stops, unless it is paid before"},
    "then": {
        "description": "What becomes of the subscription then",
        "enum": [end.value for end in AfterLastRetry],
    },
    "cause": {"description": "Why, in a few words"},
    "reason": {"description": "Why, in a sentence for a person"},
    "code": {"description": "Why, in a word that does not change"},
    "collection_method": {
        "description": "Whether we collect it, or the customer pays it by hand",
        "enum": [method.value for method in CollectionMethod],
    },
    "decline_class": {
        "description": "What the failure means for the next try",
        "enum": [kind.value for kind in DeclineClass],
    },
    "decline_code": {"description": "The failure in the gateway's word, or in ours"},
}


def event_schema(type: str) -> Schema:
    """Return the schema of the event object of this type."""
    of = EVENT_TYPES[type]
    facts = _facts(of)
    prefix = PREFIXES.get(area_of(type))
    return {
        "title": type,
        "description": _says(of),
        "type": "object",
        "properties": {
            "id": _id("evt", "The event's own; what comes twice has the same"),
            "object": {"const": "event"},
            "livemode": {"type": "boolean", "description": "Whether it is real, or a test"},
            "type": {"const": type},
            "subject": _id(prefix, "What it happened to") if prefix else {"type": "null"},
            "sequence": {
                "type": "integer",
                "minimum": 1,
                "description": "Which of its subject's events it is: 1, 2, 3 … without holes",
            },
            "facts": {"type": "object", "properties": facts, "required": list(facts)},
            "created": {"type": "string", "format": "date-time", "description": "When"},
        },
        "required": [
            "id",
            "object",
            "livemode",
            "type",
            "subject",
            "sequence",
            "facts",
            "created",
        ],
    }


def envelope_schema(type: str, *, event: Schema) -> Schema:
    """Return the schema of the CloudEvents envelope around an event of this type.

    `event` is the schema of its `data`: the one above, or a reference to it.
    """
    prefix = PREFIXES.get(area_of(type))
    properties: Schema = {
        "specversion": {"const": "1.0"},
        "id": _id("evt", "The event's own; what comes twice has the same"),
        "source": {"type": "string", "pattern": "^/tenants/ten_[0-9a-z]{26}$"},
        "type": {"const": type},
        **({"subject": _id(prefix, "What it happened to")} if prefix else {}),
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "sequence": {
            "type": "string",
            "pattern": "^[0-9]{10}$",
            "description": "The number of `data`, with noughts before it so that it sorts as text",
        },
        "partitionkey": {"type": "string", "description": "Tenant and subject: one order for each"},
        "data": event,
    }
    return {
        "title": f"{type} as a CloudEvent",
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }


def _facts(of: type[Event]) -> Schema:
    schemas: Schema = {}
    for fact in fields(of):
        name = fact.name.removesuffix("_id")
        if name != fact.name and name not in PREFIXES:
            continue  # has no id outside
        inner, is_nullable = _inner(fact.type)
        schema = _id(PREFIXES[name], "") if inner is UUID else dict(_TYPES[inner])
        schema |= _FACTS[name]
        if is_nullable:
            schema["type"] = [schema["type"], "null"]
        schemas[name] = schema
    return schemas


def _inner(type: Any) -> tuple[type, bool]:
    """Tell `X | None` apart from X."""
    if isinstance(type, UnionType):
        [inner] = [one for one in get_args(type) if one is not _NOTHING]
        return inner, True
    return type, False


_NOTHING: Final = type(None)


def _id(prefix: str, says: str) -> Schema:
    return {"type": "string", "pattern": f"^{prefix}_[0-9a-z]{{26}}$", "description": says}


def _says(of: type[Event]) -> str:
    says = of.__dict__.get("__doc__")
    if not says:
        raise ValueError(f"{of.__name__} has no sentence that says what has happened")
    return " ".join(str(says).split())
