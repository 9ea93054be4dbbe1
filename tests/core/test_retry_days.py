"""On which day and hour a failed payment is tried again: by class, by pay day, by the clock."""

from datetime import UTC, datetime

import pytest

from khata.core.dunning import DeclineClass, GiveUp, Retry, decide
from khata.core.policies import AfterLastRetry, Policies
from khata.core.working_days import Whereabouts

INDIA = "Asia/Kolkata"


def india(month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    """An instant of 2026, by the clock of India, which is 5:30 ahead."""
    minutes = hour * 60 + minute - 330
    start = datetime(2026, month, day, tzinfo=UTC)
    return datetime.fromtimestamp(start.timestamp() + minutes * 60, UTC)


def tried(
    policies: Policies,
    at: datetime,
    *,
    count: int = 1,
    code: str = "insufficient_funds",
    decline_class: DeclineClass = DeclineClass.SOFT,
) -> datetime | None:
    decision = decide(
        decline_class,
        decline_count=count,
        policies=policies,
        at=at,
        decline_code=code,
        where=Whereabouts(INDIA, "IN"),
    )
    return decision.at if isinstance(decision, Retry) else None


@pytest.mark.parametrize(
    ("at", "count", "then"),
    [
        # 1, 2, 4, 8 days; salaries come on the last day of the month, on the 1st and the 7th
        (india(1, 25), 1, india(1, 26)),  # the next try is on the 28th: no pay day before that
        (india(1, 29), 2, india(1, 31)),  # the 31st itself is one
        (india(2, 1), 2, india(2, 3)),  # the try after is on the 7th: not before it
        (india(2, 2), 3, india(2, 7)),  # planned for the 6th, the try after on the 14th: the 7th
        (india(2, 23), 3, india(2, 28)),  # planned for the 27th: February's last day
        (india(2, 7), 4, india(2, 15)),  # the last try waits a week at most: none until the 22nd
        (india(2, 20), 4, india(2, 28)),  # planned for the 28th
        (india(2, 17), 4, india(2, 28)),  # planned for the 25th: three days more
    ],
)
def test_want_of_funds_waits_for_a_pay_day(at: datetime, count: int, then: datetime) -> None:
    assert tried(Policies(pay_days=(31, 1, 7)), at, count=count) == then


def test_another_decline_waits_for_no_pay_day() -> None:
    policies = Policies(pay_days=(31,))
    assert tried(policies, india(1, 25), count=3, code="do_not_honor") == india(1, 29)


@pytest.mark.parametrize(
    ("at", "then"),
    [
        (india(1, 25, 6), india(1, 26, 10)),
        (india(1, 25, 23, 30), india(1, 27, 10)),  # 10:00 next day is 10½ hours later: too soon
        (india(1, 25, 22), india(1, 26, 10)),  # twelve hours
        (india(1, 25, 10), india(1, 26, 10)),
        (india(1, 25, 0, 30), india(1, 26, 10)),  # the 24th in London, the 25th where it counts
    ],
)
def test_it_is_tried_at_an_hour_of_the_customers_day(at: datetime, then: datetime) -> None:
    assert tried(Policies(retry_hour=10), at) == then


def test_the_hour_is_kept_when_the_clock_is_put_forward() -> None:
    """Berlin, 29 March 2026: 10:00 is 09:00 UTC on the 28th, and 08:00 on the 29th."""
    failed = datetime(2026, 3, 28, 9, tzinfo=UTC)
    decision = decide(
        DeclineClass.SOFT,
        decline_count=1,
        policies=Policies(retry_hour=10),
        at=failed,
        where=Whereabouts("Europe/Berlin"),
    )
    assert decision == Retry(datetime(2026, 3, 29, 8, tzinfo=UTC))


def test_a_class_has_days_of_its_own() -> None:
    policies = Policies(retry_days_by_class={"customer_action": (3, 7), "config": ()})
    asked = DeclineClass.CUSTOMER_ACTION
    assert tried(policies, india(1, 25), decline_class=asked) == india(1, 28)
    assert tried(policies, india(1, 28), count=2, decline_class=asked) == india(2, 4)
    assert tried(policies, india(2, 4), count=3, decline_class=asked) is None
    assert tried(policies, india(1, 25), decline_class=DeclineClass.CONFIG) is None
    assert tried(policies, india(1, 25)) == india(1, 26)


@pytest.mark.parametrize("decline_class", [DeclineClass.HARD, DeclineClass.MANDATE])
def test_no_policy_lets_a_lost_card_be_tried_again(decline_class: DeclineClass) -> None:
    policies = Policies(retry_days_by_class={decline_class.value: (1, 2)})
    decided = decide(decline_class, decline_count=1, policies=policies, at=india(1, 25))
    assert decided == GiveUp(AfterLastRetry.UNPAID)
