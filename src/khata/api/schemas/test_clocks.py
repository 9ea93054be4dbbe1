"""A test tenant's clock on the wire."""

from typing import Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Asked, Created, Instant, Told
from khata.api.schemas.periods import At
from khata.core.ids import public_id
from khata.db.stores.clocks import TestClock


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
    created: Created

    @classmethod
    def of(cls, clock: TestClock) -> Self:
        return cls.model_validate(
            {
                "id": public_id("clk", clock.id),
                "status": clock.status,
                "frozen_time": clock.frozen_time,
                "target_time": clock.target_time,
                "created": clock.created_at,
            }
        )


class TestClockDeleted(Told):
    """The clock is gone: the tenant's time is the machine's again."""

    __test__ = False

    id: str = Field(examples=["clk_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["test_clock"] = "test_clock"
    deleted: Literal[True] = Field(True, description="It is gone")
