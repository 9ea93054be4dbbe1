"""Days and periods as they are told: half-open, in the customer's calendar."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import Field, PlainSerializer

from khata.api.schemas.fields import Told
from khata.core.instants import spelled

At = Annotated[
    datetime,
    PlainSerializer(lambda at: spelled(at), return_type=str),
    Field(examples=["2026-02-27T18:30:00Z"]),
]
"""An instant that is told: RFC 3339 in UTC."""


class PeriodTold(Told):
    """The days from `start` up to, not including, `end`."""

    start: date = Field(description="The first day", examples=["2026-01-31"])
    end: date = Field(description="The first day after it", examples=["2026-02-28"])

    @classmethod
    def of(cls, start: date | None, end: date | None) -> Self | None:
        return None if start is None or end is None else cls(start=start, end=end)
