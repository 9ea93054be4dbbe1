"""Dunning terms: a table of decisions, patience, growing days, grace, hours, caps and mails."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khata.core.campaign import plan_steps
from khata.core.dunning import DeclineClass, GiveUp, LetAPersonLook, Retry, decide
from khata.core.dunning_terms import (
    DunningTerms,
    Followed,
    ScheduleTooLong,
    exponential,
    grace_ends_at,
    most_patient,
)
from khata.core.network_caps import (
    PastTries,
    PastTry,
    allowed_at,
    caps_of,
    forbidding,
    free_at,
)
from khata.core.policies import AfterLastRetry, Policies
from khata.core.recovery import rate_of
from khata.core.working_days import Whereabouts, mail_at

KOLKATA, KATHMANDU = "Asia/Kolkata", "Asia/Kathmandu"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


JAN31 = "2025-01-31 06:30"  # noon in India
T = DunningTerms
PAUSED, CANCELED = AfterLastRetry.PAUSED, AfterLastRetry.CANCELED

# terms, class, which decline it is, when it failed (UTC) → when it is tried again, or the end
DECISIONS: list[tuple[DunningTerms, str, int, str, str | AfterLastRetry]] = [
    # the usual days, over the ends of months
    (T(), "soft", 1, JAN31, "2025-02-01 06:30"),
    (T(), "soft", 2, "2025-02-01 06:30", "2025-02-03 06:30"),
    (T(), "soft", 3, "2025-02-27 06:30", "2025-03-03 06:30"),
    (T(), "soft", 3, "2024-02-27 06:30", "2024-03-02 06:30"),  # a leap year
    (T(), "soft", 4, "2025-02-27 06:30", "2025-03-07 06:30"),
    (T(), "soft", 5, "2025-03-07 06:30", AfterLastRetry.UNPAID),
    (T(), "soft", 50, JAN31, AfterLastRetry.UNPAID),
    (T(retry_days=()), "soft", 1, JAN31, AfterLastRetry.UNPAID),
    (T(retry_days=(30,)), "soft", 1, JAN31, "2025-03-02 06:30"),
    (T(retry_days=(1,), after_last_retry=PAUSED), "soft", 2, JAN31, PAUSED),
    (T(retry_days=(1,), after_last_retry=CANCELED), "soft", 2, JAN31, CANCELED),
    (
        T(retry_days=(), after_last_retry=AfterLastRetry.PAST_DUE),
        "soft",
        1,
        JAN31,
        AfterLastRetry.PAST_DUE,
    ),
    (
        T(retry_days=(), after_last_retry=AfterLastRetry.UNCOLLECTIBLE),
        "soft",
        1,
        JAN31,
        AfterLastRetry.UNCOLLECTIBLE,
    ),
    # classes with and without days of their own
    (T(), "customer_action", 1, JAN31, "2025-02-01 06:30"),
    (
        T(retry_days_by_class={"customer_action": (3, 7)}),
        "customer_action",
        1,
        JAN31,
        "2025-02-03 06:30",
    ),
    (
        T(retry_days_by_class={"customer_action": (3, 7)}),
        "customer_action",
        2,
        JAN31,
        "2025-02-07 06:30",
    ),
    (
        T(retry_days_by_class={"customer_action": (3, 7)}),
        "customer_action",
        3,
        JAN31,
        AfterLastRetry.UNPAID,
    ),
    (T(retry_days_by_class={"customer_action": (3, 7)}), "soft", 1, JAN31, "2025-02-01 06:30"),
    (T(retry_days_by_class={"config": ()}), "config", 1, JAN31, AfterLastRetry.UNPAID),
    (T(), "config", 1, JAN31, "2025-02-01 06:30"),
    (T(retry_days_by_class={"soft": (9,)}), "soft", 1, JAN31, "2025-02-09 06:30"),
    # what forbids: nothing without days of its own, and days for the customer with them
    (T(), "hard", 1, JAN31, AfterLastRetry.UNPAID),
    (T(), "mandate", 1, JAN31, AfterLastRetry.UNPAID),
    (T(retry_days_by_class={"hard": (5,)}), "hard", 1, JAN31, "2025-02-05 06:30"),
    (T(retry_days_by_class={"hard": (5,)}), "hard", 2, JAN31, AfterLastRetry.UNPAID),
    (T(retry_days_by_class={"hard": (5,)}), "mandate", 1, JAN31, AfterLastRetry.UNPAID),
    (T(retry_days_by_class={"mandate": (2, 2)}), "mandate", 2, JAN31, "2025-02-02 06:30"),
    (T(retry_days_by_class={"hard": (5,)}, after_last_retry=PAUSED), "hard", 2, JAN31, PAUSED),
    # an hour of the customer's day: ten in India is 04:30 UTC
    (T(retry_hour=10), "soft", 1, JAN31, "2025-02-01 04:30"),
    (T(retry_hour=10), "soft", 1, "2025-01-31 20:00", "2025-02-02 04:30"),  # 01:30 on the 1st there
    (T(retry_hour=10), "soft", 1, "2025-01-31 17:30", "2025-02-02 04:30"),  # 23:00: eleven hours
    (T(retry_hour=0), "soft", 1, "2025-01-30 18:30", "2025-01-31 18:30"),  # midnight to midnight
    (T(retry_hour=23), "soft", 1, JAN31, "2025-02-01 17:30"),
    (T(retry_hour=10), "soft", 2, "2025-02-27 04:30", "2025-03-01 04:30"),
    # pay days: "funds" stands for a want of funds
    (T(pay_days=(1,)), "funds", 1, "2025-01-31 06:30", "2025-02-01 06:30"),
    (T(pay_days=(7,)), "funds", 3, "2025-02-02 06:30", "2025-02-07 06:30"),
    (T(pay_days=(31,)), "funds", 3, "2025-02-23 06:30", "2025-02-28 06:30"),  # February's last day
    (T(pay_days=(31,)), "funds", 3, "2024-02-24 06:30", "2024-02-29 06:30"),
    (T(pay_days=(31,)), "funds", 3, "2025-04-25 06:30", "2025-04-30 06:30"),
    (T(pay_days=(31,)), "soft", 3, "2025-02-23 06:30", "2025-02-27 06:30"),  # not for want of funds
    (T(pay_days=(15,)), "funds", 1, JAN31, "2025-02-01 06:30"),  # too far away
    (T(pay_days=(7,), retry_hour=10), "funds", 3, "2025-02-02 06:30", "2025-02-07 04:30"),
    (T(pay_days=(7,)), "funds", 4, "2025-02-01 06:30", "2025-02-09 06:30"),  # none within a week
    (T(pay_days=(14,)), "funds", 4, "2025-02-01 06:30", "2025-02-14 06:30"),
]


@pytest.mark.parametrize(("terms", "what", "count", "failed", "then"), DECISIONS)
def test_what_follows_a_failure(
    terms: DunningTerms, what: str, count: int, failed: str, then: str | AfterLastRetry
) -> None:
    decided = decide(
        DeclineClass("soft" if what == "funds" else what),
        decline_count=count,
        policies=terms,
        at=utc(failed),
        decline_code="insufficient_funds" if what == "funds" else "do_not_honor",
        where=Whereabouts(KOLKATA, "IN"),
    )
    assert decided == (GiveUp(then) if isinstance(then, AfterLastRetry) else Retry(utc(then)))


def test_the_table_is_long_enough() -> None:
    assert len(DECISIONS) >= 40


@pytest.mark.parametrize(("count", "is_last"), [(1, False), (3, False), (4, True)])
def test_the_last_try_is_known_as_such(count: int, is_last: bool) -> None:
    decided = decide(DeclineClass.SOFT, decline_count=count, policies=T(), at=utc(JAN31))
    assert isinstance(decided, Retry)
    assert decided.is_last is is_last


@pytest.mark.parametrize(
    ("days", "down_count", "decided"),
    [
        ((1, 2), 1, Retry(utc(JAN31) + DAY)),
        ((1, 2), 2, Retry(utc(JAN31) + 2 * DAY)),
        ((1, 2), 3, LetAPersonLook()),
        ((), 1, LetAPersonLook()),
        (None, 3, Retry(utc(JAN31) + DAY)),
    ],
)
def test_a_gateway_that_is_down_may_have_days_of_its_own(
    days: tuple[int, ...] | None, down_count: int, decided: Retry | LetAPersonLook
) -> None:
    terms = T(gateway_down_days=days)
    found = decide(
        DeclineClass.GATEWAY_DOWN,
        decline_count=0,
        policies=terms,
        at=utc(JAN31),
        down_count=down_count,
    )
    assert found == decided


@given(
    days=st.lists(st.integers(1, 30), max_size=10),
    grace=st.none() | st.integers(0, 90),
    hours=st.none() | st.tuples(st.integers(0, 11), st.integers(12, 24)),
    end=st.sampled_from(list(AfterLastRetry)),
)
def test_terms_are_read_as_they_were_spelled(
    days: list[int], grace: int | None, hours: tuple[int, int] | None, end: AfterLastRetry
) -> None:
    terms = T(
        retry_days=tuple(days),
        retry_days_by_class={"hard": tuple(days)},
        grace_days=grace,
        working_hours=hours,
        after_last_retry=end,
        gateway_down_days=tuple(days),
        holidays=tuple(date(2026, 11, day) for day in days),
        national_holidays=grace is not None,
    )
    assert T.read(terms.spelled()) == terms


def test_the_tenants_own_policies_are_terms_that_let_no_lost_card_be_tried() -> None:
    policies = Policies(retry_days_by_class={"hard": (1,), "config": (2,)}, retry_hour=9)
    terms = T.of(policies)
    assert terms.retry_days_by_class == {"config": (2,)}
    assert (terms.retry_hour, terms.grace_days, terms.notice_days) == (9, None, None)


@pytest.mark.parametrize(
    ("first", "factor", "tries", "days"),
    [
        (1, "2", 4, (1, 2, 4, 8)),
        (1, "1.5", 5, (1, 2, 2, 3, 5)),  # 1, 1.5, 2.25, 3.375, 5.0625
        (3, "1", 3, (3, 3, 3)),
        (2, "3", 3, (2, 6, 18)),
        (1, "2", 1, (1,)),
    ],
)
def test_days_that_grow(first: int, factor: str, tries: int, days: tuple[int, ...]) -> None:
    assert exponential(first, Fraction(factor), tries, param="schedule.soft") == days


@pytest.mark.parametrize(("first", "factor", "tries"), [(1, "2", 6), (1, "1", 11), (30, "1.1", 2)])
def test_days_that_grow_too_far_are_refused(first: int, factor: str, tries: int) -> None:
    with pytest.raises(ScheduleTooLong):
        exponential(first, Fraction(factor), tries, param="schedule.soft")


def _followed(number: int, **terms: Any) -> Followed:
    return Followed(T(**terms), UUID(int=number), 1)


@pytest.mark.parametrize(
    ("one", "other"),  # the first is the more patient
    [
        ({"retry_days": (1, 2, 4, 8)}, {"retry_days": (1, 2, 4)}),
        ({"retry_days": (10,)}, {"retry_days": (1, 2, 3)}),
        ({"retry_days": (1,), "grace_days": 20}, {"retry_days": (1, 2, 4, 8)}),
        ({"retry_days": (5,)}, {"retry_days": (9, 9), "grace_days": 2}),
        ({"retry_days_by_class": {"soft": (30,)}}, {"retry_days": (1, 2, 4, 8)}),
        ({"after_last_retry": PAUSED}, {"after_last_retry": CANCELED}),
        ({"after_last_retry": AfterLastRetry.PAST_DUE}, {"after_last_retry": PAUSED}),
    ],
)
def test_the_most_patient_terms_are_followed(one: dict[str, Any], other: dict[str, Any]) -> None:
    patient, hasty = _followed(1, **one), _followed(2, **other)
    assert most_patient([hasty, patient]) is patient
    assert most_patient([patient, hasty]) is patient


@pytest.mark.parametrize(
    ("zone", "days", "ends"),
    [
        (KOLKATA, 5, "2025-02-15 18:30"),  # 16 February 00:00 there
        (KATHMANDU, 5, "2025-02-15 18:15"),
        (KOLKATA, 0, "2025-02-10 18:30"),  # the due day itself is served
        ("America/New_York", 27, "2025-03-10 04:00"),  # summer time since the 9th
    ],
)
def test_the_grace_counts_whole_days_of_the_customer(zone: str, days: int, ends: str) -> None:
    assert grace_ends_at(T(grace_days=days), date(2025, 2, 10), zone) == utc(ends)


def test_without_a_grace_the_last_try_decides() -> None:
    assert grace_ends_at(T(), date(2025, 2, 10), KOLKATA) is None


@pytest.mark.parametrize(
    ("at", "zone", "leaves"),
    [
        ("2025-02-10 03:15", KATHMANDU, "2025-02-10 03:15"),  # nine there, a Monday
        ("2025-02-10 03:14", KATHMANDU, "2025-02-10 03:15"),
        ("2025-02-10 12:14", KATHMANDU, "2025-02-10 12:14"),  # 17:59
        ("2025-02-10 12:15", KATHMANDU, "2025-02-11 03:15"),  # 18:00 is over
        ("2025-02-07 13:00", KATHMANDU, "2025-02-10 03:15"),  # Friday evening: Monday
        ("2025-02-08 06:00", KOLKATA, "2025-02-10 03:30"),  # Saturday
        ("2025-02-09 18:45", KOLKATA, "2025-02-10 03:30"),  # Monday, 00:15 there
    ],
)
def test_mails_leave_in_working_hours(at: str, zone: str, leaves: str) -> None:
    terms = T(working_hours=(9, 18), working_days=(1, 2, 3, 4, 5))
    assert mail_at(terms, utc(at), Whereabouts(zone)) == utc(leaves)
    assert mail_at(T(), utc(at), Whereabouts(zone)) == utc(at)


NOON = utc("2026-06-01 12:00")


def tries(count: int, *, every: timedelta, since: datetime, in_air: bool = False) -> list[PastTry]:
    return [PastTry(since + every * n, "soft", "do_not_honor", in_air) for n in range(count)]


@pytest.mark.parametrize(
    ("brand", "made", "then"),
    [
        ("visa", [], NOON),
        ("visa", tries(14, every=HOUR, since=NOON - 20 * HOUR), NOON),
        ("visa", tries(15, every=HOUR, since=NOON - 20 * HOUR), NOON - 20 * HOUR + 30 * DAY),
        ("visa", tries(15, every=DAY, since=NOON - 30 * DAY), NOON),  # the first left the window
        ("mastercard", tries(9, every=HOUR, since=NOON - 10 * HOUR), NOON),
        ("mastercard", tries(10, every=HOUR, since=NOON - 10 * HOUR), NOON + 14 * HOUR),
        ("Mastercard", tries(15, every=DAY, since=NOON - 20 * DAY), NOON),  # 35 in 30 days
        ("mastercard", tries(35, every=20 * HOUR, since=NOON - 29 * DAY - HOUR), NOON + 23 * HOUR),
        ("rupay", tries(15, every=DAY, since=NOON - 20 * DAY), NOON + 10 * DAY),  # the strictest
        (None, tries(10, every=HOUR, since=NOON - 10 * HOUR), NOON + 14 * HOUR),
    ],
)
def test_caps_of_networks(brand: str | None, made: list[PastTry], then: datetime) -> None:
    assert allowed_at(made, caps_of(brand, NOON.date()), NOON) == then
    assert free_at(PastTries(brand, tuple(made)), NOON) == then


def test_what_is_in_the_air_is_waited_for_some_minutes() -> None:
    made = tries(10, every=timedelta(0), since=NOON, in_air=True)
    assert free_at(PastTries("mastercard", tuple(made)), NOON) == NOON + timedelta(minutes=5)


@given(
    st.lists(st.integers(0, 40 * 24), max_size=60), st.sampled_from(["visa", "mastercard", None])
)
def test_an_allowed_try_breaks_no_cap(hours: list[int], brand: str | None) -> None:
    made = [PastTry(NOON - 40 * DAY + HOUR * hour, "soft", "x") for hour in hours]
    caps = caps_of(brand, NOON.date())
    then = allowed_at(made, caps, NOON)
    assert then >= NOON
    for cap in caps:
        assert sum(one.at > then - cap.window for one in made) < cap.tries


@pytest.mark.parametrize(
    ("decline_class", "code", "forbids"),
    [
        ("hard", "lost_card", True),
        ("hard", "fraudulent", True),
        ("hard", "expired_card", False),  # the network may have renewed it
        ("mandate", "mandate_cancelled", True),
        ("soft", "insufficient_funds", False),
        ("soft", "do_not_try_again", True),
    ],
)
def test_what_forbids_another_try(decline_class: str, code: str, forbids: bool) -> None:
    made = [PastTry(NOON, decline_class, code), PastTry(NOON + DAY, "soft", "do_not_honor")]
    assert (forbidding(made) is not None) is forbids


@pytest.mark.parametrize(
    ("terms", "retry_in", "is_last", "access_in", "announces_in", "warns_in"),
    [
        (T(), 4, False, None, None, None),  # the tenant's own: the failure's mail is all
        (T(notice_days=1), 4, False, None, 3, None),
        (T(notice_days=1), 1, False, None, None, None),  # the failure's own mail says it
        (T(notice_days=1), None, False, None, None, None),
        (T(last_warning_days=3), 8, True, None, None, 5),
        (T(last_warning_days=3), 8, False, None, None, None),  # not the last try
        (T(last_warning_days=3), 2, True, None, None, 0.5),  # as soon as it is not said twice
        (T(last_warning_days=3), 2, False, 10, None, 7),  # the grace says when service stops
        (T(last_warning_days=3, notice_days=3), 8, True, None, None, 5),  # one mail says both
    ],
)
def test_mails_between_two_tries(
    terms: DunningTerms,
    retry_in: int | None,
    is_last: bool,
    access_in: int | None,
    announces_in: float | None,
    warns_in: float | None,
) -> None:
    def after(days: float | None) -> datetime | None:
        return None if days is None else NOON + DAY * days

    planned = plan_steps(
        terms,
        at=NOON,
        retry_at=after(retry_in),
        is_last=is_last,
        access_ends_at=after(access_in),
        is_warned=False,
    )
    assert (planned.announces_at, planned.warns_at) == (after(announces_in), after(warns_in))


@pytest.mark.parametrize(
    ("part", "whole", "rate"),
    [(0, 0, "0.0000"), (2, 3, "0.6667"), (1, 3, "0.3333"), (5, 5, "1.0000"), (1, 20_000, "0.0001")],
)
def test_a_rate_has_four_places(part: int, whole: int, rate: str) -> None:
    assert rate_of(part, whole) == rate
