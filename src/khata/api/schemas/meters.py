"""Meters on the wire: how usage is counted."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints

from khata.api.schemas.fields import Asked, Created, Line, Told
from khata.api.schemas.plans import Code
from khata.core.ids import public_id
from khata.core.metering import Meter

AggregationName = Literal["sum", "count", "unique", "max", "latest", "weighted_sum"]
PropertyName = Annotated[str, StringConstraints(min_length=1, max_length=40)]
AGGREGATION = (
    "sum of values; count of events; unique: how many different values; max: the largest; latest: "
    "the last; weighted_sum: each level, for the share of the period for which it held"
)
FIELD = "The property that is counted; null: the event's value"
RESETS = "Whether each period begins at nothing; else a sum, latest or weighted_sum goes on"


class MeterFilter(Asked):
    """Only events whose property has one of these values are counted."""

    property: PropertyName = Field(description="The property", examples=["region"])
    one_of: list[Annotated[str, StringConstraints(max_length=500)]] = Field(
        min_length=1,
        max_length=100,
        description="The values that pass, as texts: 7 is 7, and true is true",
        examples=[["in", "np"]],
    )


class MeterCreate(Asked):
    """A way to count usage. How it counts never changes."""

    code: Code = Field(description="Your own name for it, unique", examples=["api-calls"])
    name: Line | None = Field(None, description="As people read it; else the code")
    aggregation: AggregationName = Field(description=AGGREGATION, examples=["sum"])
    field: PropertyName | None = Field(None, description=FIELD, examples=[None])
    filters: list[MeterFilter] = Field(
        default_factory=list, max_length=20, description="All have to be passed; none: all count"
    )
    resets: bool = Field(True, description=RESETS)


class FilterObject(Told):
    """Only events whose property has one of these values are counted."""

    property: str = Field(description="The property", examples=["region"])
    one_of: list[str] = Field(description="The values that pass", examples=[["in", "np"]])


class MeterObject(Told):
    """A way to count usage."""

    id: str = Field(examples=["mtr_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["meter"] = "meter"
    livemode: bool = Field(description="Whether it is real, or a test")
    code: str = Field(description="Your own name for it", examples=["api-calls"])
    name: str = Field(description="As people read it", examples=["API calls"])
    aggregation: AggregationName = Field(description=AGGREGATION)
    field: str | None = Field(description=FIELD)
    filters: list[FilterObject] = Field(description="All have to be passed; none: all count")
    resets: bool = Field(description=RESETS)
    archived: bool = Field(description="Whether it takes no more events")
    created: Created

    @classmethod
    def of(cls, meter: Meter, livemode: bool) -> Self:
        return cls(
            id=public_id("mtr", meter.id),
            livemode=livemode,
            code=meter.code,
            name=meter.name,
            aggregation=meter.aggregation.value,
            field=meter.field,
            filters=[
                FilterObject(property=one.property, one_of=list(one.one_of))
                for one in meter.filters
            ],
            resets=meter.resets,
            archived=meter.archived_at is not None,
            created=meter.created_at,
        )
