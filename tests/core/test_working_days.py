"""Holidays: when mails leave and tries are made that would fall on one, by the calendar."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khata.core.dunning import DeclineClass, LetAPersonLook, Retry, decide
from khata.core.dunning_terms import DunningTerms
from khata.core.working_days import (
    Whereabouts,
    first_working_day,
    is_holiday,
    is_national_holiday,
    mail_at,
    off_holidays,
)

INDIA, NEPAL = Whereabouts("Asia/Kolkata", "IN"), Whereabouts("Asia/Kathmandu", "NP")
BERLIN = Whereabouts("Europe/Berlin", "DE")
T = DunningTerms
WEEK = (1, 2, 3, 4, 5)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "country", "is_one"),
    [
        ("2026-01-26", "IN", True),  # Republic Day
        ("2025-08-15", "IN", True),  # Independence Day
        ("2025-10-02", "IN", True),  # Gandhi's birthday
        ("2025-08-14", "IN", False),
        ("2025-08-15", "DE", False),
        ("1949-01-26", "IN", False),  # there was no republic
    ],
)
def test_indias_national_holidays(day: str, country: str, is_one: bool) -> None:
    assert is_national_holiday(date.fromisoformat(day), country) is is_one
    assert not is_holiday(T(), date.fromisoformat(day), country)  # unless a policy says so
    terms = T(national_holidays=True)
    assert is_holiday(terms, date.fromisoformat(day), country) is is_one


NATIONAL = T(national_holidays=True)
DIWALI = T(holidays=(date(2026, 11, 8), date(2026, 11, 9)), working_hours=(9, 18))

# terms, when a mail is wanted (UTC), where → when it leaves; 15 August 2025 is a Friday
MAILS: list[tuple[DunningTerms, str, Whereabouts, str]] = [
    (NATIONAL, "2025-08-15 06:30", INDIA, "2025-08-15 18:30"),  # at 00:00 of the 16th
    (NATIONAL, "2025-08-14 18:29", INDIA, "2025-08-14 18:29"),  # 23:59 of the 14th
    (NATIONAL, "2025-08-14 18:30", INDIA, "2025-08-15 18:30"),  # 00:00 of the 15th
    (NATIONAL, "2025-08-15 06:30", NEPAL, "2025-08-15 06:30"),  # Nepal works
    (T(national_holidays=True, working_days=WEEK), "2025-08-15 06:30", INDIA, "2025-08-17 18:30"),
    (DIWALI, "2026-11-07 13:00", INDIA, "2026-11-10 03:30"),  # 18:30 on the 7th: closed already
    (DIWALI, "2026-11-08 06:30", INDIA, "2026-11-10 03:30"),
    (DIWALI, "2026-11-10 06:30", INDIA, "2026-11-10 06:30"),
]


@pytest.mark.parametrize(("terms", "at", "where", "leaves"), MAILS)
def test_no_mail_leaves_on_a_holiday(
    terms: DunningTerms, at: str, where: Whereabouts, leaves: str
) -> None:
    assert mail_at(terms, utc(at), where) == utc(leaves)


# terms, what is planned (UTC), where → when it is tried
TRIES: list[tuple[DunningTerms, str, Whereabouts, str]] = [
    (NATIONAL, "2025-08-15 04:30", INDIA, "2025-08-16 04:30"),  # ten o'clock on Saturday
    (T(national_holidays=True, working_days=WEEK), "2025-08-15 04:30", INDIA, "2025-08-18 04:30"),
    (T(national_holidays=True, working_days=WEEK), "2025-08-16 04:30", INDIA, "2025-08-16 04:30"),
    (T(), "2025-08-15 04:30", INDIA, "2025-08-15 04:30"),
    (DIWALI, "2026-11-08 04:30", INDIA, "2026-11-10 04:30"),
    # The clocks go back on 25 October 2026: ten o'clock there is 08:00 and then 09:00 UTC.
    (T(holidays=(date(2026, 10, 24),)), "2026-10-24 08:00", BERLIN, "2026-10-25 09:00"),
]


@pytest.mark.parametrize(("terms", "planned", "where", "tried"), TRIES)
def test_a_try_is_moved_off_a_holiday(
    terms: DunningTerms, planned: str, where: Whereabouts, tried: str
) -> None:
    assert off_holidays(terms, utc(planned), where) == utc(tried)


def test_what_failed_the_day_before_a_holiday_is_tried_the_day_after_it() -> None:
    """By 1, 2 what fails on 14 August is planned for the 15th; the gateway that is down, too."""
    at, terms = utc("2025-08-14 06:30"), T(retry_days=(1, 2), national_holidays=True)
    declined = decide(DeclineClass.SOFT, decline_count=1, policies=terms, at=at, where=INDIA)
    assert declined == Retry(at + timedelta(days=2))
    down = decide(
        DeclineClass.GATEWAY_DOWN,
        decline_count=0,
        policies=terms,
        at=at,
        where=INDIA,
        down_since=at,
    )
    assert down == Retry(at + timedelta(days=2))
    since = at - timedelta(days=7)
    ends = decide(
        DeclineClass.GATEWAY_DOWN,
        decline_count=0,
        policies=terms,
        at=at,
        where=INDIA,
        down_since=since,
    )
    assert ends == LetAPersonLook()


DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@given(
    holidays=st.lists(DAYS, max_size=40),
    working=st.sets(st.integers(1, 7)),
    national=st.booleans(),
    on=DAYS,
    minute=st.integers(0, 24 * 60 - 1),
)
def test_whatever_the_holidays_a_mail_leaves_on_a_working_day_and_no_sooner(
    holidays: list[date], working: set[int], national: bool, on: date, minute: int
) -> None:
    terms = T(
        holidays=tuple(holidays), working_days=tuple(sorted(working)), national_holidays=national
    )
    wanted = datetime.combine(on, time(minute // 60, minute % 60), UTC)
    leaves = mail_at(terms, wanted, INDIA)
    assert leaves >= wanted
    day = (leaves + timedelta(hours=5, minutes=30)).date()
    assert first_working_day(terms, day, "IN") == day
    tried = off_holidays(terms, wanted, INDIA)
    assert not is_holiday(terms, (tried + timedelta(hours=5, minutes=30)).date(), "IN")
