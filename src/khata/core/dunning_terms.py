"""Dunning terms: what one campaign follows, from a plan's policy or from the tenant's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any, Final, Self
from uuid import UUID

from khata.core.money import half_up
from khata.core.periods import start_of_day
from khata.core.policies import AfterLastRetry, Policies
from khata.core.refusal import Kind, Refusal

MOST_TRIES: Final = 10  # of one invoice after its first failure: below what the networks count
LONGEST_GAP: Final = 30  # days between two tries
MOST_HOLIDAYS: Final = 100  # that one policy names by their dates

# Of these the tenant's own policies have no days: what they say is that nothing is tried again.
_ONLY_BY_POLICY: Final = frozenset({"hard", "mandate"})
# Which end a customer would rather have, the gentlest last.
_GENTLE: Final = (
    AfterLastRetry.CANCELED,
    AfterLastRetry.UNCOLLECTIBLE,
    AfterLastRetry.UNPAID,
    AfterLastRetry.PAUSED,
    AfterLastRetry.PAST_DUE,
)


class DunningPolicyNameTaken(Refusal):
    """Another dunning policy of this tenant has the name."""

    kind = Kind.CONFLICT


class ScheduleTooLong(Refusal):
    """A schedule has at most ten tries, and at most thirty days between two."""


@dataclass(frozen=True, slots=True)
class DunningTerms:
    """What is done about a payment that failed.

    `retry_days` and the days by class count from the failure before; days of `hard` and `mandate`
    are days on which the customer is asked again, for those are not charged. `gateway_down_days`
    None: daily, for a week. `grace_days` after the due day service goes on, None: until the last
    try has failed. `notice_days` before each further try and `last_warning_days` before service
    stops the customer is written to; None: not. Mails wait for `working_hours` (from, to) of the
    customer's `working_days` (1 is Monday; none named: every day). On `holidays`, and with
    `national_holidays` on those of the customer's country, no mail leaves and nothing is tried.
    """

    retry_days: tuple[int, ...] = (1, 2, 4, 8)
    retry_days_by_class: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    gateway_down_days: tuple[int, ...] | None = None
    retry_hour: int | None = None
    pay_days: tuple[int, ...] = ()
    working_hours: tuple[int, int] | None = None
    working_days: tuple[int, ...] = ()
    grace_days: int | None = None
    after_last_retry: AfterLastRetry = AfterLastRetry.UNPAID
    notice_days: int | None = None
    last_warning_days: int | None = None
    holidays: tuple[date, ...] = ()
    national_holidays: bool = False

    @classmethod
    def of(cls, policies: Policies) -> Self:
        """Return the tenant's own policies as terms: what a plan without a policy follows."""
        return cls(
            retry_days=policies.retry_days,
            retry_days_by_class={
                name: days
                for name, days in policies.retry_days_by_class.items()
                if name not in _ONLY_BY_POLICY
            },
            retry_hour=policies.retry_hour,
            pay_days=policies.pay_days,
            after_last_retry=policies.after_last_retry,
        )

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Self:
        """Read terms as `spelled` wrote them; what is not there has its default."""
        default = cls()
        down, hours = stored.get("gateway_down_days"), stored.get("working_hours")
        return cls(
            retry_days=tuple(stored.get("retry_days", default.retry_days)),
            retry_days_by_class={
                name: tuple(days) for name, days in stored.get("retry_days_by_class", {}).items()
            },
            gateway_down_days=None if down is None else tuple(down),
            retry_hour=stored.get("retry_hour"),
            pay_days=tuple(stored.get("pay_days", ())),
            working_hours=None if hours is None else (hours[0], hours[1]),
            working_days=tuple(stored.get("working_days", ())),
            holidays=tuple(date.fromisoformat(day) for day in stored.get("holidays", ())),
            national_holidays=stored.get("national_holidays", False),
            grace_days=stored.get("grace_days"),
            after_last_retry=AfterLastRetry(
                stored.get("after_last_retry", default.after_last_retry)
            ),
            notice_days=stored.get("notice_days"),
            last_warning_days=stored.get("last_warning_days"),
        )

    def spelled(self) -> dict[str, Any]:
        """Return the terms as they are stored."""
        return {
            "retry_days": list(self.retry_days),
            "retry_days_by_class": {k: list(v) for k, v in self.retry_days_by_class.items()},
            "gateway_down_days": (
                None if self.gateway_down_days is None else list(self.gateway_down_days)
            ),
            "retry_hour": self.retry_hour,
            "pay_days": list(self.pay_days),
            "working_hours": None if self.working_hours is None else list(self.working_hours),
            "working_days": list(self.working_days),
            "holidays": [day.isoformat() for day in self.holidays],
            "national_holidays": self.national_holidays,
            "grace_days": self.grace_days,
            "after_last_retry": self.after_last_retry.value,
            "notice_days": self.notice_days,
            "last_warning_days": self.last_warning_days,
        }

    @property
    def looks_at_the_clock(self) -> bool:
        """Say whether the customer's hours, days or country matter."""
        rests = bool(self.holidays) or self.national_holidays
        times = self.grace_days is not None or self.retry_hour is not None
        return rests or times or bool(self.pay_days)


@dataclass(frozen=True, slots=True)
class DunningPolicy:
    """Terms with a name, which plans refer to. A change makes the next version."""

    id: UUID
    name: str
    version: int
    terms: DunningTerms
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Followed:
    """The terms that a campaign follows, and whose they are; no policy: the tenant's own."""

    terms: DunningTerms
    policy_id: UUID | None = None
    version: int | None = None


def exponential(first: int, factor: Fraction, tries: int, *, param: str) -> tuple[int, ...]:
    """Return the days of a schedule that grows: first, first × factor, first × factor² …

    Rounds:  each half up, from the exact product: 1, 1.5, 5 gives 1, 2, 2, 3, 5.
    Raises:  ScheduleTooLong.
    """
    if tries > MOST_TRIES:
        raise ScheduleTooLong(f"{tries} tries are too many; ten are the most", param=param)
    exact = [first * factor**n for n in range(tries)]
    days = tuple(max(1, half_up(day.numerator, day.denominator)) for day in exact)
    if any(gap > LONGEST_GAP for gap in days):
        raise ScheduleTooLong(
            f"The schedule comes to {', '.join(map(str, days))} days; thirty between two tries "
            "are the most",
            param=param,
        )
    return days


def most_patient(found: Sequence[Followed]) -> Followed:
    """Return the most patient of several terms, whole: the longest, then the gentlest.

    Patience is the days until service stops: the schedule's for what may pass, or the grace.
    """
    return max(found, key=lambda one: (patience(one.terms), str(one.policy_id or "")))


def patience(terms: DunningTerms) -> tuple[int, int, int]:
    """Return how patient terms are: days of service, days of tries, and the gentleness of the end.

    By 1, 2, 4, 8 without a grace it is 15 days of both; with a grace of 20 days it is 20 and 15.
    """
    tries = sum(terms.retry_days_by_class.get("soft", terms.retry_days))
    service = tries if terms.grace_days is None else terms.grace_days
    return service, tries, _GENTLE.index(terms.after_last_retry)


def grace_ends_at(terms: DunningTerms, due_on: date, zone: str) -> datetime | None:
    """Return the first instant without service; None: the last try decides.

    Due on 10 February with five days: the 15th is served, and the 16th begins without.
    """
    if terms.grace_days is None:
        return None
    return start_of_day(due_on + timedelta(days=terms.grace_days + 1), zone)
