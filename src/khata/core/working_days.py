"""Working days: when mails of the dunning leave, and off which days a try is moved."""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from khata.core.dunning_terms import DunningTerms
from khata.core.periods import day_of


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a customer is: by whose clock and whose holidays it goes."""

    zone: str = "UTC"
    country: str = ""  # ISO 3166


def is_national_holiday(day: date, country: str) -> bool:
    """Say whether a whole country rests on a day. Source: national_holidays.toml."""
    since = _national().get((country, day.month, day.day))
    return since is not None and since <= day


def is_holiday(terms: DunningTerms, day: date, country: str) -> bool:
    """Say whether a policy lets no mail leave and tries nothing again on a day there."""
    return day in terms.holidays or (terms.national_holidays and is_national_holiday(day, country))


def mail_at(terms: DunningTerms, at: datetime, where: Whereabouts) -> datetime:
    """Return when a mail that is wanted at `at` leaves: then, or as the next working hours begin.

    With 9 to 18 in Kathmandu (5:45 ahead) one of 13:00 UTC, 18:45 there, leaves at 03:15 UTC. With
    15 August a holiday, one of that day leaves as the next working day begins.
    """
    begin, end = terms.working_hours or (0, 24)
    zone = ZoneInfo(where.zone)
    today = day_of(at, where.zone)
    day = first_working_day(terms, today, where.country)
    if day == today and at.astimezone(zone).hour >= end:
        day = first_working_day(terms, today + timedelta(days=1), where.country)
    if day == today and terms.working_hours is None:
        return at
    return max(at, datetime.combine(day, time(begin), zone).astimezone(at.tzinfo))


def off_holidays(terms: DunningTerms, planned: datetime, where: Whereabouts) -> datetime:
    """Return when what is planned is tried: at the same hour of the first working day after it.

    With 15 August 2025 a holiday, a Friday, and working days from Monday to Friday, what is planned
    for that day at 10:00 is tried on the 18th at 10:00. What is planned for no holiday stays, also
    on a Sunday: a card needs nobody at a desk.
    """
    day = day_of(planned, where.zone)
    if not is_holiday(terms, day, where.country):
        return planned
    zone = ZoneInfo(where.zone)
    then = first_working_day(terms, day, where.country)
    hour = planned.astimezone(zone).time()
    return datetime.combine(then, hour, zone).astimezone(planned.tzinfo)


def first_working_day(terms: DunningTerms, day: date, country: str) -> date:
    """Return the first day from `day` on that is a working day of the policy and no holiday."""
    while (terms.working_days and day.isoweekday() not in terms.working_days) or is_holiday(
        terms, day, country
    ):
        day += timedelta(days=1)
    return day


@lru_cache(maxsize=1)
def _national() -> dict[tuple[str, int, int], date]:
    text = (files("khata.core") / "national_holidays.toml").read_text(encoding="utf-8")
    return {
        (row["country"], row["month"], row["day"]): row["valid_from"]
        for row in tomllib.loads(text)["holiday"]
    }
