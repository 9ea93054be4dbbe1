"""Caps of networks and holidays of a policy together: a try breaks neither."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import cast
from uuid import UUID, uuid4

import pytest

from khata.core.dunning import GiveUp, Retry
from khata.core.dunning_terms import DunningTerms
from khata.core.network_caps import PastTries, PastTry
from khata.core.working_days import Whereabouts
from khata.db.transaction import UnitOfWork
from khata.usecases.dunning.keep_to_caps import keep_to_caps

INDIA = Whereabouts("Asia/Kolkata", "IN")
CARD = uuid4()
RESTS = DunningTerms(national_holidays=True)
MOST = date(2025, 8, 17), date(2025, 8, 18)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def tried(count: int, since: str, *, is_in_air: bool = False) -> UnitOfWork:
    """So many tries of a Mastercard, a minute apart; ten in 24 hours are the most."""
    minute = timedelta(minutes=1)
    tries = tuple(
        PastTry(utc(since) + n * minute, "soft", "do_not_honor", is_in_air) for n in range(count)
    )

    def past_tries(ids: list[UUID], at: datetime) -> dict[UUID, PastTries]:
        return dict.fromkeys(ids, PastTries("mastercard", tries))

    return cast(UnitOfWork, SimpleNamespace(dunning=SimpleNamespace(past_tries=past_tries)))


@pytest.mark.parametrize(
    ("count", "planned", "terms", "then"),
    [
        (9, "2025-08-14 12:00", RESTS, "2025-08-14 12:00"),
        # The cap lets it from 10:00 of the 15th on, which is a holiday there.
        (10, "2025-08-14 12:00", RESTS, "2025-08-16 10:00"),
        (10, "2025-08-14 12:00", DunningTerms(), "2025-08-15 10:00"),
        (
            10,
            "2025-08-14 12:00",
            DunningTerms(holidays=(date(2025, 8, 16), *MOST), national_holidays=True),
            "2025-08-19 10:00",
        ),
    ],
)
def test_what_a_cap_moves_onto_a_holiday_goes_on(
    count: int, planned: str, terms: DunningTerms, then: str
) -> None:
    uow = tried(count, "2025-08-14 10:00")
    kept = keep_to_caps(uow, Retry(utc(planned)), CARD, terms, INDIA)
    assert kept == Retry(utc(then))
    assert isinstance(kept, Retry)
    assert kept.is_moved is (count == 10)


def test_holidays_and_caps_of_more_than_two_weeks_are_the_end() -> None:
    days = tuple(date(2025, 8, 15) + timedelta(days=n) for n in range(14))
    terms = DunningTerms(holidays=days)
    kept = keep_to_caps(
        tried(10, "2025-08-14 10:00"), Retry(utc("2025-08-14 12:00")), CARD, terms, INDIA
    )
    assert kept == GiveUp(terms.after_last_retry)


def test_what_is_in_the_air_is_waited_for_some_minutes_once() -> None:
    uow = tried(10, "2025-08-14 11:50", is_in_air=True)
    kept = keep_to_caps(uow, Retry(utc("2025-08-14 12:00")), CARD, RESTS, INDIA)
    assert kept == Retry(utc("2025-08-14 12:05"))
