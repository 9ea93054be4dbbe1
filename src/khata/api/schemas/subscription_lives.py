"""What is asked for in the life of a subscription: trials, pauses, another anchor."""

from datetime import date
from typing import Literal

from pydantic import Field

from khata.api.schemas.fields import Asked, Day


class TrialExtension(Asked):
    """Until when."""

    trial_end: Day = Field(
        description="The first day that is paid for, later than now: at most 730 days from the "
        "first day",
        examples=["2026-07-15"],
    )


class PauseAsked(Asked):
    """From when, until when, and what becomes of days that are paid for."""

    when: Literal["now", "period_end"] | Day = Field(
        "now",
        description="now: today is the last day of service; period_end: when what is paid for "
        "ends; a day of the customer's calendar: the first without service",
        examples=["now"],
        union_mode="left_to_right",
    )
    until: Day | None = Field(
        None,
        description="The first day of service again; else it is paused until it is resumed",
        examples=["2026-09-01"],
    )
    credit: Literal["prorated", "none"] | None = Field(
        None,
        description="prorated: the days without service that were billed are credited; none: what "
        "was billed stays billed, and its days are not charged again; else the account's policy",
    )
    proration: Literal["by_day", "by_second", "fixed_30"] = Field(
        "by_day", description="How the days that are credited are measured"
    )


class AnchorAsked(Asked):
    """Which day, and what becomes of days that are paid for."""

    anchor: Day = Field(
        description="The day that periods are counted from; the 31st means the month's last day",
        examples=["2026-07-01"],
    )
    proration: Literal["by_day", "by_second", "fixed_30", "none"] = Field(
        "by_day",
        description="How the days are measured that were billed and belong to a new period",
    )


def day_or_none(when: str | date) -> date | None:
    """Return the day that was named, or None where a word was."""
    return when if isinstance(when, date) else None
