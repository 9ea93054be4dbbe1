"""A test tenant's clock on the wire."""

from datetime import datetime
from typing import Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Asked, Created, Instant, Told
from khata.api.schemas.periods import At
from khata.core.ids import public_id
from khata.db.stores.clocks import DueTimes, TestClock


class TestClockCreate(Asked):
    """Freeze the time of a test tenant."""

    __test__ = False

    frozen_time: Instant = Field(
        description="The instant it shows, in the years 2000 to 2099",
        examples=["2026-01-31T09:00:00+05:30"],
    )


class TestClockAdvance(Asked):
    """Let time pass."""

    __test__ = False

    to: Instant = Field(
        description="The instant to go to; time only goes forward",
        examples=["2027-02-01T09:00:00+05:30"],
    )


class NextDue(Told):
    """What happens next, by itself."""

    at: At = Field(description="When it is due; where the clock failed, this is what it failed at")
    kinds: list[str] = Field(description="What sort of work it is", examples=[["billing"]])


class TestClockObject(Told):
    """Time as a test tenant lives it."""

    __test__ = False

    id: str = Field(examples=["clk_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["test_clock"] = "test_clock"
    livemode: Literal[False] = Field(False, description="Only a test tenant has a clock")
    status: Literal["ready", "advancing"] = Field(
        description="ready: all that was due by frozen_time is done", examples=["ready"]
    )
    frozen_time: At = Field(description="What it shows")
    target_time: At | None = Field(description="Where it is going, while it is advancing")
    failure: str | None = Field(
        description="Why it does not get on from frozen_time. It is tried again by itself, and at "
        "once by an advance to target_time or beyond"
    )
    next_due: NextDue | None = Field(description="What is due next, done or not by now")
    parked: int = Field(
        description="How much work is parked: it was refused on the way, and time went on", ge=0
    )
    created: Created

    @classmethod
    def of(cls, clock: TestClock, due: DueTimes, *, parked: int) -> Self:
        return cls.model_validate(
            {
                "id": public_id("clk", clock.id),
                "status": clock.status,
                "frozen_time": clock.frozen_time,
                "target_time": clock.target_time,
                "failure": clock.failure,
                "next_due": _next_due(due.first, due),
                "parked": parked,
                "created": clock.created_at,
            }
        )


def _next_due(first: datetime | None, due: DueTimes) -> NextDue | None:
    return None if first is None else NextDue(at=first, kinds=sorted(due.by(first)))


class TestClockDeleted(Told):
    """The clock is gone: the tenant's time is the machine's again."""

    __test__ = False

    id: str = Field(examples=["clk_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["test_clock"] = "test_clock"
    deleted: Literal[True] = Field(True, description="It is gone")
