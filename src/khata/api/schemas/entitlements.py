"""Features, what plans give of them, and what customers have, on the wire."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from khata.api.schemas.fields import Asked, Created, Id, Line, Metadata, ShortLine, Told, kept
from khata.api.schemas.plans import Code
from khata.core.entitlements import LARGEST_LIMIT, Entitled, Entitlement, Feature, Value
from khata.core.ids import public_id
from khata.core.instants import spelled

FeatureTypeName = Literal["switch", "limit", "metered"]
CombineName = Literal["max", "sum"]

_VALUE_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "boolean"},
        {"type": "integer", "minimum": 0, "maximum": LARGEST_LIMIT},
        {"type": "string", "const": "unlimited"},
    ]
}


def _value(given: Any) -> bool | int | str:
    if isinstance(given, bool) or given == "unlimited":
        return bool(given) if isinstance(given, bool) else str(given)
    if isinstance(given, int) and 0 <= given <= LARGEST_LIMIT:
        return given
    raise PydanticCustomError(
        "bad_value",
        'true, false, a whole number from 0 to 1,000,000,000,000,000 or "unlimited" is asked for',
    )


ValueAsked = Annotated[Any, BeforeValidator(_value), WithJsonSchema(_VALUE_SCHEMA)]
ValueTold = Annotated[Any, WithJsonSchema(_VALUE_SCHEMA)]


class FeatureCreate(Asked):
    """Something that plans may give."""

    code: Code = Field(description="Your own name for it, unique", examples=["seats"])
    name: Line = Field(description="As people say it", examples=["Seats"])
    type: FeatureTypeName = Field(
        description="switch: on or off; limit: so many at a time; metered: so much in a period"
    )
    unit: ShortLine | None = Field(None, description="What is counted", examples=["seat"])
    combine: CombineName = Field(
        "max",
        description="What the limits of several subscriptions come to: the largest, or their sum",
    )
    meter: Code | None = Field(None, description="The code of the meter of a metered feature")
    metadata: Metadata = Field(default_factory=dict)


class FeatureChange(Asked):
    """What is left out stays as it is. Code and type never change."""

    name: Line = Field(default_factory=kept, description="As people say it")
    metadata: Metadata = Field(default_factory=kept, description="Replaces what was there")


class FeatureObject(Told):
    """Something that plans may give."""

    id: str = Field(examples=["feat_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["feature"] = "feature"
    livemode: bool = Field(description="Whether it is real, or a test")
    code: str = Field(description="Your own name for it", examples=["seats"])
    name: str = Field(description="As people say it", examples=["Seats"])
    type: FeatureTypeName = Field(description="How it is given")
    unit: str | None = Field(description="What is counted", examples=["seat"])
    combine: CombineName = Field(description="What several limits of one customer come to")
    meter: str | None = Field(description="The code of the meter of a metered feature")
    metadata: dict[str, str] = Field(description="Facts of your own")
    created: Created

    @classmethod
    def of(cls, feature: Feature, livemode: bool) -> Self:
        return cls(
            id=public_id("feat", feature.id),
            livemode=livemode,
            code=feature.code,
            name=feature.name,
            type=feature.type.value,
            unit=feature.unit,
            combine=feature.combine.value,
            meter=feature.meter,
            metadata=dict(feature.metadata),
            created=feature.created_at,
        )


class FeatureDeleted(Told):
    """A feature that is gone."""

    id: str = Field(examples=["feat_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["feature"] = "feature"
    deleted: Literal[True] = Field(True, description="It is gone")


class EntitlementCreate(Asked):
    """What a plan gives of a feature."""

    plan: Id = Field(description="The plan that gives it", examples=["plan_06f3k2x8c1a4t9w0m5"])
    feature: Id = Field(description="The feature", examples=["feat_06f3k2x8c1a4t9w0m5"])
    value: ValueAsked = Field(
        description='true or false for a switch, a whole number or "unlimited" for the others',
        examples=[10],
    )
    per_unit: bool = Field(False, description="The number is for each unit of the quantity")
    while_paused: bool = Field(False, description="It is kept while the subscription is paused")
    guards_use: bool = Field(
        True, description="A change of plans that leaves less than is in use is refused"
    )


class EntitlementChange(Asked):
    """What is left out stays as it is. It holds at once for all who have the plan."""

    value: ValueAsked = Field(default_factory=kept, description="What the plan gives")
    per_unit: bool = Field(
        default_factory=kept, description="The number is for each unit of the quantity"
    )
    while_paused: bool = Field(
        default_factory=kept, description="It is kept while the subscription is paused"
    )
    guards_use: bool = Field(
        default_factory=kept,
        description="A change of plans that leaves less than is in use is refused",
    )


class EntitlementObject(Told):
    """What a plan gives of a feature."""

    id: str = Field(examples=["ent_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["entitlement"] = "entitlement"
    livemode: bool = Field(description="Whether it is real, or a test")
    plan: str = Field(description="The plan that gives it")
    feature: str = Field(description="The feature")
    value: ValueTold = Field(description="What the plan gives", examples=[10])
    per_unit: bool = Field(description="The number is for each unit of the quantity")
    while_paused: bool = Field(description="It is kept while the subscription is paused")
    guards_use: bool = Field(description="A change that leaves less than is in use is refused")
    created: Created

    @classmethod
    def of(cls, entitlement: Entitlement, livemode: bool) -> Self:
        return cls(
            id=public_id("ent", entitlement.id),
            livemode=livemode,
            plan=public_id("plan", entitlement.plan_id),
            feature=public_id("feat", entitlement.feature_id),
            value=_plain(entitlement.value),
            per_unit=entitlement.per_unit,
            while_paused=entitlement.while_paused,
            guards_use=entitlement.guards_use,
            created=entitlement.created_at,
        )


class EntitlementDeleted(Told):
    """An entitlement that is gone."""

    id: str = Field(examples=["ent_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["entitlement"] = "entitlement"
    deleted: Literal[True] = Field(True, description="It is gone")


class HeldFeature(Told):
    """What a customer has of one feature."""

    code: str = Field(description="The feature's code", examples=["seats"])
    type: FeatureTypeName = Field(description="How it is given")
    value: ValueTold = Field(
        description='true or false of a switch, a whole number or "unlimited" of the others'
    )
    unit: str | None = Field(description="What is counted", examples=["seat"])
    meter: str | None = Field(description="The code of the meter of a metered feature")
    used: int | None = Field(description="How much was last reported to be in use; null: nothing")
    subscriptions: list[str] = Field(description="The subscriptions that it comes from")


class CustomerEntitlementsObject(Told):
    """What a customer may use now: one row, written together with what changes it."""

    object: Literal["customer_entitlements"] = "customer_entitlements"
    livemode: bool = Field(description="Whether it is real, or a test")
    customer: str = Field(description="Whose it is", examples=["cus_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    version: int = Field(description="Counts the changes; 0: there was never anything")
    features: list[HeldFeature] = Field(description="By code; what is not here is not given")
    changed_at: str | None = Field(description="When it changed last, RFC 3339 in UTC")

    @classmethod
    def of(cls, entitled: Entitled, livemode: bool) -> Self:
        return cls(
            livemode=livemode,
            customer=public_id("cus", entitled.customer_id),
            version=entitled.version,
            features=[
                HeldFeature(
                    code=code,
                    type=held.type.value,
                    value=_plain(held.value),
                    unit=held.unit,
                    meter=held.meter,
                    used=entitled.used.get(code),
                    subscriptions=[public_id("sub", id) for id in held.subscriptions],
                )
                for code, held in sorted(entitled.held.items())
            ],
            changed_at=spelled(entitled.changed_at) if entitled.changed_at else None,
        )


class FeatureUsageReport(Asked):
    """How much of a feature is in use."""

    feature: Id = Field(description="A feature that is a limit")
    used: int = Field(ge=0, le=LARGEST_LIMIT, description="How much there is now", examples=[7])


def _plain(value: Value) -> bool | int | str:
    return value if isinstance(value, bool | int) else value.value
