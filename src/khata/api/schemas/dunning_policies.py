"""Dunning policies on the wire."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from khata.api.schemas.accounts import AfterLastRetryName
from khata.api.schemas.fields import Asked, Created, Day, Line, Told, kept
from khata.core.dunning_terms import (
    LONGEST_GAP,
    MOST_HOLIDAYS,
    MOST_TRIES,
    DunningPolicy,
    exponential,
)
from khata.core.ids import public_id
from khata.core.policies import AfterLastRetry

ClassName = Literal["soft", "hard", "mandate", "customer_action", "config", "gateway_down"]
Gap = Annotated[int, Field(ge=1, le=LONGEST_GAP)]
Factor = Annotated[str, StringConstraints(pattern=r"^(10|[1-9])(\.[0-9]{1,4})?$")]


class Exponential(Asked):
    """Days that grow: first, first × factor, first × factor² …, each rounded half up."""

    first: Gap = Field(description="Days until the first retry", examples=[1])
    factor: Factor = Field("2", description="How each gap grows, a decimal", examples=["2"])
    tries: int = Field(ge=1, le=MOST_TRIES, description="How many retries", examples=[4])


class ClassSchedule(Asked):
    """Days after each failure until the next try: a list, or a series that grows."""

    days: list[Gap] | None = Field(
        None,
        max_length=MOST_TRIES,
        description="One for each retry; an empty list gives up at once",
        examples=[[1, 2, 4, 8]],
    )
    exponential: Exponential | None = Field(None, description="Told back as days")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.days is None) == (self.exponential is None):
            raise PydanticCustomError("one_of", "Give days or exponential, one of them")
        return self

    def agreed(self, param: str) -> tuple[int, ...]:
        """Return the days. Raises: ScheduleTooLong."""
        if self.exponential is None:
            return tuple(self.days or ())
        series = self.exponential
        factor = Fraction(Decimal(series.factor))
        return exponential(series.first, factor, series.tries, param=param)


class WorkingHours(Asked):
    """From one full hour to another, of the customer's day."""

    from_: int = Field(alias="from", ge=0, le=23, description="The first hour", examples=[9])
    to: int = Field(ge=1, le=24, description="The hour at which it ends", examples=[18])

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.from_ >= self.to:
            raise PydanticCustomError("hours_order", "They end after they begin, on the same day")
        return self


class WorkingHoursTold(Told):
    """From one full hour to another, of the customer's day."""

    from_: int = Field(alias="from", serialization_alias="from", description="The first hour")
    to: int = Field(description="The hour at which it ends")


class Schedule(Asked):
    """Days by class of decline; what is not named goes by soft."""

    soft: ClassSchedule | None = Field(None, description="May pass another day; else 1, 2, 4, 8")
    hard: ClassSchedule | None = Field(None, description="The card is reported, closed, expired")
    mandate: ClassSchedule | None = Field(None, description="The permission to debit is gone")
    customer_action: ClassSchedule | None = Field(None, description="The customer has to act")
    config: ClassSchedule | None = Field(None, description="Something is set up wrongly")
    gateway_down: ClassSchedule | None = Field(None, description="Nobody could be reached")


_SCHEDULE = (
    "By class of decline; what is not named goes by soft. hard and mandate are never charged "
    "again: their days are those on which the customer is asked again. gateway_down: when it is "
    "tried again after nobody could be reached; without it daily, for a week"
)
_RETRY_HOUR = "At which hour of the customer's day is tried again; null: that of the failure"
_HOURS = "When mails of the dunning leave, in the customer's zone; null: at once"
_DAYS = "Days of the week on which they leave, 1 is Monday; empty: every day"
_HOLIDAYS = (
    "Days, of the customer's calendar, on which no mail leaves and nothing is tried again: both "
    "wait for the next working day"
)
_NATIONAL = (
    "Whether the national holidays of the customer's country are such days, too; known are India's "
    "26 January, 15 August and 2 October"
)
_PAY_DAYS = (
    "Days of the month on which money comes in (31: the last): a try for want of funds waits "
    "for one that comes before the try after"
)
_GRACE = "Days after the due day with service; null: until the last try has failed"
_END = (
    "What becomes of a subscription that cannot be collected: no service until it is paid, "
    "canceled, paused until it is paid, served all the same, or as unpaid and written off"
)
_NOTICE = "Days before each further try on which the customer is told of it; null: not told"
_WARNING = "Days before service stops on which the customer is warned, once; null: not warned"

WeekDay = Annotated[int, Field(ge=1, le=7)]
MonthDay = Annotated[int, Field(ge=1, le=31)]
Hour = Annotated[int, Field(ge=0, le=23)]


class _Terms(Asked):
    def agreed(self) -> dict[str, Any]:
        """Return the fields of DunningTerms that were named. Raises: ScheduleTooLong."""
        asked = self.model_dump(exclude_unset=True, exclude={"name", "schedule", "working_hours"})
        for name in ("pay_days", "working_days", "holidays"):
            if name in asked:
                asked[name] = tuple(sorted(set(asked[name])))
        if "after_last_retry" in asked:
            asked["after_last_retry"] = AfterLastRetry(asked["after_last_retry"])
        if "working_hours" in self.model_fields_set:
            hours: WorkingHours | None = getattr(self, "working_hours")  # noqa: B009
            asked["working_hours"] = None if hours is None else (hours.from_, hours.to)
        if "schedule" in self.model_fields_set:
            schedule: Schedule = getattr(self, "schedule")  # noqa: B009
            asked |= _scheduled(schedule)
        return asked


def _scheduled(schedule: Schedule) -> dict[str, Any]:
    days = {name: each.agreed(f"schedule.{name}") for name, each in schedule if each is not None}
    found: dict[str, Any] = {"retry_days": days.pop("soft", (1, 2, 4, 8))}
    found["gateway_down_days"] = days.pop("gateway_down", None)
    return {**found, "retry_days_by_class": days}


class DunningPolicyCreate(_Terms):
    """What is done about payments that fail, for the plans that name it."""

    name: Line = Field(description="Your own name for it, unique", examples=["Patient"])
    schedule: Schedule = Field(
        default_factory=lambda: Schedule.model_validate({}),
        description=_SCHEDULE,
        examples=[{"soft": {"exponential": {"first": 1, "factor": "2", "tries": 4}}}],
    )
    retry_hour: Hour | None = Field(None, description=_RETRY_HOUR, examples=[10])
    working_hours: WorkingHours | None = Field(None, description=_HOURS)
    working_days: list[WeekDay] = Field(default_factory=list, max_length=7, description=_DAYS)
    holidays: list[Day] = Field(
        default_factory=list,
        max_length=MOST_HOLIDAYS,
        description=_HOLIDAYS,
        examples=[["2026-11-08", "2026-11-09"]],
    )
    national_holidays: bool = Field(False, description=_NATIONAL)
    pay_days: list[MonthDay] = Field(default_factory=list, max_length=10, description=_PAY_DAYS)
    grace_days: Annotated[int, Field(ge=0, le=90)] | None = Field(None, description=_GRACE)
    after_last_retry: AfterLastRetryName = Field("unpaid", description=_END)
    notice_days: Annotated[int, Field(ge=1, le=14)] | None = Field(1, description=_NOTICE)
    last_warning_days: Annotated[int, Field(ge=1, le=14)] | None = Field(3, description=_WARNING)

    def agreed(self) -> dict[str, Any]:
        """Return all fields of DunningTerms. Raises: ScheduleTooLong."""
        defaults = {
            "notice_days": self.notice_days,
            "last_warning_days": self.last_warning_days,
        }
        return defaults | super().agreed()


class DunningPolicyChange(_Terms):
    """What is left out stays as it is. Other terms are the next version; what runs keeps its."""

    name: Line = Field(default_factory=kept, description="Your own name for it, unique")
    schedule: Schedule = Field(
        default_factory=kept, description=f"Replaces the whole schedule. {_SCHEDULE}"
    )
    retry_hour: Hour | None = Field(default_factory=kept, description=_RETRY_HOUR)
    working_hours: WorkingHours | None = Field(default_factory=kept, description=_HOURS)
    working_days: list[WeekDay] = Field(default_factory=kept, max_length=7, description=_DAYS)
    holidays: list[Day] = Field(
        default_factory=kept, max_length=MOST_HOLIDAYS, description=_HOLIDAYS
    )
    national_holidays: bool = Field(default_factory=kept, description=_NATIONAL)
    pay_days: list[MonthDay] = Field(default_factory=kept, max_length=10, description=_PAY_DAYS)
    grace_days: Annotated[int, Field(ge=0, le=90)] | None = Field(
        default_factory=kept, description=_GRACE
    )
    after_last_retry: AfterLastRetryName = Field(default_factory=kept, description=_END)
    notice_days: Annotated[int, Field(ge=1, le=14)] | None = Field(
        default_factory=kept, description=_NOTICE
    )
    last_warning_days: Annotated[int, Field(ge=1, le=14)] | None = Field(
        default_factory=kept, description=_WARNING
    )


class ClassScheduleTold(Told):
    """Days after each failure."""

    days: list[int] = Field(description="One for each retry", examples=[[1, 2, 4, 8]])


class DunningPolicyObject(Told):
    """What is done about payments that fail, for the plans that name it."""

    id: str = Field(examples=["dun_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["dunning_policy"] = "dunning_policy"
    livemode: bool = Field(description="Whether it is real, or a test")
    name: str = Field(description="Your own name for it")
    version: int = Field(description="Which version of its terms this is", examples=[1])
    schedule: dict[ClassName, ClassScheduleTold] = Field(description=_SCHEDULE)
    retry_hour: int | None = Field(description=_RETRY_HOUR)
    working_hours: WorkingHoursTold | None = Field(description=_HOURS)
    working_days: list[int] = Field(description=_DAYS)
    holidays: list[date] = Field(description=_HOLIDAYS)
    national_holidays: bool = Field(description=_NATIONAL)
    pay_days: list[int] = Field(description=_PAY_DAYS)
    grace_days: int | None = Field(description=_GRACE)
    after_last_retry: AfterLastRetryName = Field(description=_END)
    notice_days: int | None = Field(description=_NOTICE)
    last_warning_days: int | None = Field(description=_WARNING)
    created: Created

    @classmethod
    def of(cls, policy: DunningPolicy, livemode: bool) -> Self:
        terms = policy.terms
        schedule = {"soft": terms.retry_days, **terms.retry_days_by_class}
        if terms.gateway_down_days is not None:
            schedule["gateway_down"] = terms.gateway_down_days
        hours = terms.working_hours
        return cls.model_validate(
            {
                "id": public_id("dun", policy.id),
                "livemode": livemode,
                "name": policy.name,
                "version": policy.version,
                "schedule": {name: {"days": list(days)} for name, days in schedule.items()},
                "retry_hour": terms.retry_hour,
                "working_hours": hours and {"from": hours[0], "to": hours[1]},
                "working_days": list(terms.working_days),
                "holidays": list(terms.holidays),
                "national_holidays": terms.national_holidays,
                "pay_days": list(terms.pay_days),
                "grace_days": terms.grace_days,
                "after_last_retry": terms.after_last_retry.value,
                "notice_days": terms.notice_days,
                "last_warning_days": terms.last_warning_days,
                "created": policy.created_at,
            }
        )
