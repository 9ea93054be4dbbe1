"""Events of usage on the wire."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from khata.api.schemas.fields import Asked, Created, Id, Instant, Told
from khata.api.schemas.meters import PropertyName
from khata.api.schemas.plans import Code
from khata.api.schemas.shapes import Shape
from khata.api.strict_json import Spelled
from khata.core.ids import public_id
from khata.core.instants import spelled
from khata.core.metering import Property
from khata.core.usage import LONGEST_ID, MOST_EVENTS, TRANSACTION_ID
from khata.db.stores.usage_events import StoredUsageEvent

_DECIMAL = r"^-?[0-9]{1,16}(\.[0-9]{1,12})?$"
LONGEST_PROPERTY = 500


def _exact(value: Any) -> Decimal:
    """Read a number to its last digit; no float comes between."""
    if isinstance(value, Spelled):
        return Decimal(value.text)
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and re.fullmatch(_DECIMAL, value):
        return Decimal(value)
    raise PydanticCustomError("wrong_type", "A number is asked for, or a decimal text: 12.5")


def _property(value: Any) -> Property:
    if isinstance(value, str) and len(value) > LONGEST_PROPERTY:
        raise PydanticCustomError("text_too_long", f"At most {LONGEST_PROPERTY} characters")
    if isinstance(value, str | bool | int):
        return value
    raise PydanticCustomError("wrong_type", "A text, a whole number, true or false is asked for")


TransactionId = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONGEST_ID),
    Shape(
        f"^{TRANSACTION_ID.pattern}$",
        "An id has letters, digits and . _ : @ = + ~ -, and begins with one of the first two",
    ),
]
ExactNumber = Annotated[
    Decimal,
    BeforeValidator(_exact),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": -(10**15), "maximum": 10**15},
                {"type": "string", "pattern": _DECIMAL, "maxLength": 30},
            ]
        }
    ),
]
PropertyValue = Annotated[
    Any,
    BeforeValidator(_property),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "maxLength": LONGEST_PROPERTY},
                {"type": "integer"},
                {"type": "boolean"},
            ]
        }
    ),
]
At = Annotated[datetime, PlainSerializer(lambda at: spelled(at), return_type=str)]
PROPERTIES = "Facts that meters filter by or count: up to 50 texts, whole numbers, true or false"


class UsageEventAsked(Asked):
    """Something a customer used, at one instant."""

    transaction_id: TransactionId = Field(
        description="Your own id of it: sent again with the same content it is counted once",
        examples=["call:8f14e45f"],
    )
    customer: Id = Field(description="Who used it", examples=["cus_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    meter: Code = Field(description="What counts it, by code or by id", examples=["api-calls"])
    timestamp: Instant = Field(
        description="When it was used: 35 days ago at the most, 5 minutes ahead at the most",
        examples=["2026-01-31T09:00:00+05:30"],
    )
    value: ExactNumber | None = Field(
        None,
        description="How much: a number or a decimal text, kept to its last digit, up to 10^15 "
        "with 12 decimals",
        examples=["12.5"],
    )
    properties: dict[PropertyName, PropertyValue] = Field(
        default_factory=dict, max_length=50, description=PROPERTIES, examples=[{"region": "in"}]
    )


class UsageBatch(Asked):
    """Events that are recorded together, or not at all."""

    events: list[UsageEventAsked] = Field(
        min_length=1, max_length=MOST_EVENTS, description=f"At most {MOST_EVENTS:,}"
    )


class UsageReceipt(Told):
    """What became of a batch."""

    object: Literal["usage_receipt"] = "usage_receipt"
    livemode: bool = Field(description="Whether it is real, or a test")
    recorded: int = Field(description="How many events were new", examples=[1])
    duplicates: int = Field(
        description="How many were there already, with the same content", examples=[0]
    )


class UsageEventObject(Told):
    """Something a customer used, as it was sent, and what its meter counts of it."""

    transaction_id: str = Field(description="Your own id of it", examples=["call:8f14e45f"])
    object: Literal["usage_event"] = "usage_event"
    livemode: bool = Field(description="Whether it is real, or a test")
    customer: str = Field(description="Who used it")
    meter: str = Field(description="What counts it")
    timestamp: At = Field(description="When it was used", examples=["2026-01-31T03:30:00Z"])
    value: str | None = Field(description="How much, as it was sent", examples=["12.5"])
    properties: dict[str, str | int | bool] = Field(
        description=PROPERTIES, examples=[{"region": "in"}]
    )
    counted: bool = Field(description="Whether it passed the filters of its meter", examples=[True])
    voided_at: At | None = Field(description="When it was made void: it counts no more")
    created: Created

    @classmethod
    def of(cls, event: StoredUsageEvent, livemode: bool) -> Self:
        return cls(
            transaction_id=event.transaction_id,
            livemode=livemode,
            customer=public_id("cus", event.customer_id),
            meter=public_id("mtr", event.meter_id),
            timestamp=event.at,
            value=None if event.value is None else f"{event.value:f}",
            properties=dict(event.properties),
            counted=event.counted,
            voided_at=event.voided_at,
            created=event.received_at,
        )
