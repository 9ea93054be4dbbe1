"""When a failed payment is tried again, when it is given up, and when a gateway is asked again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khata.core.asking import next_ask
from khata.core.decline_codes import _TOLD, GENERIC, reason_for_payer, reason_for_seller
from khata.core.dunning import DeclineClass, GiveUp, LetAPersonLook, Retry, counts, decide
from khata.core.payment import (
    ATTEMPT_MOVES,
    OPEN,
    Answer,
    Attempt,
    AttemptStatus,
    Cause,
    Outcome,
    learn,
)
from khata.core.policies import AfterLastRetry, Policies

AT = datetime(2025, 2, 28, 6, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _day(month: int, day: int) -> datetime:
    return datetime(2025, month, day, 6, 30, tzinfo=UTC)


def test_a_failure_of_28_february_is_tried_on_1_3_7_and_15_march_then_given_up() -> None:
    at, decided = AT, []
    for count in (1, 2, 3, 4, 5):
        decision = decide(DeclineClass.SOFT, decline_count=count, policies=Policies(), at=at)
        decided.append(decision)
        if isinstance(decision, Retry):
            at = decision.at
    assert decided == [
        Retry(_day(3, 1)),
        Retry(_day(3, 3)),
        Retry(_day(3, 7)),
        Retry(_day(3, 15)),
        GiveUp(AfterLastRetry.UNPAID),
    ]


@pytest.mark.parametrize("decline_class", [DeclineClass.HARD, DeclineClass.MANDATE])
@pytest.mark.parametrize("then", list(AfterLastRetry))
def test_hard_declines_are_not_retried(decline_class: DeclineClass, then: AfterLastRetry) -> None:
    policies = Policies(after_last_retry=then)
    assert decide(decline_class, decline_count=1, policies=policies, at=AT) == GiveUp(then)


@pytest.mark.parametrize(
    "decline_class", [DeclineClass.SOFT, DeclineClass.CUSTOMER_ACTION, DeclineClass.CONFIG]
)
def test_what_may_pass_follows_the_schedule(decline_class: DeclineClass) -> None:
    decision = decide(decline_class, decline_count=2, policies=Policies(), at=AT)
    assert decision == Retry(AT + 2 * DAY)


@pytest.mark.parametrize("decline_count", [0, 5, 50])
def test_a_gateway_that_is_down_is_never_the_last_straw(decline_count: int) -> None:
    assert not counts(DeclineClass.GATEWAY_DOWN)
    decision = decide(
        DeclineClass.GATEWAY_DOWN, decline_count=decline_count, policies=Policies(), at=AT
    )
    assert decision == Retry(AT + DAY)


@pytest.mark.parametrize(
    ("down_for", "decided"),
    [
        (7 * DAY - HOUR, Retry(AT + DAY)),
        (7 * DAY, LetAPersonLook()),
        (30 * DAY, LetAPersonLook()),
    ],
)
def test_after_a_week_out_of_reach_a_person_has_to_look(
    down_for: timedelta, decided: Retry | LetAPersonLook
) -> None:
    decision = decide(
        DeclineClass.GATEWAY_DOWN,
        decline_count=0,
        policies=Policies(),
        at=AT,
        down_since=AT - down_for,
    )
    assert decision == decided


def test_a_tenant_may_choose_other_days_or_none() -> None:
    weekly = Policies(retry_days=(7, 7), after_last_retry=AfterLastRetry.CANCELED)
    assert decide(DeclineClass.SOFT, decline_count=2, policies=weekly, at=AT) == Retry(_day(3, 7))
    gives_up = decide(DeclineClass.SOFT, decline_count=3, policies=weekly, at=AT)
    assert gives_up == GiveUp(AfterLastRetry.CANCELED)
    never = Policies(retry_days=())
    assert decide(DeclineClass.SOFT, decline_count=1, policies=never, at=AT) == GiveUp(
        AfterLastRetry.UNPAID
    )


@given(days=st.lists(st.integers(1, 60), max_size=10), count=st.integers(1, 20))
def test_a_schedule_of_n_days_retries_n_times(days: list[int], count: int) -> None:
    policies = Policies(retry_days=tuple(days))
    decision = decide(DeclineClass.SOFT, decline_count=count, policies=policies, at=AT)
    assert isinstance(decision, Retry) is (count <= len(days))
    if isinstance(decision, Retry):
        assert decision.at - AT == timedelta(days=days[count - 1])


def _asked_until_the_end(status: str, late_until: datetime | None = None) -> list[timedelta]:
    at = AT
    asked: list[timedelta] = []
    while (then := next_ask(status, asks=len(asked), at=at, late_until=late_until)) is not None:
        asked.append(then - at)
        at = then
        assert len(asked) < 100
    return asked


def test_an_unreached_gateway_is_asked_eight_times_doubling_from_300_seconds() -> None:
    seconds = [gap.total_seconds() for gap in _asked_until_the_end("sending")]
    assert seconds == [300, 600, 1_200, 2_400, 4_800, 9_600, 19_200, 38_400]


def test_an_unknown_outcome_is_asked_after_5_minutes_an_hour_and_daily() -> None:
    assert _asked_until_the_end("unknown") == [timedelta(minutes=5), HOUR, *[DAY] * 5]


def test_a_pending_one_is_asked_after_an_hour_and_then_daily() -> None:
    assert _asked_until_the_end("pending") == [HOUR, *[DAY] * 5]


def test_a_late_success_is_looked_for_until_the_last_moment() -> None:
    assert _asked_until_the_end("failed", AT + 60 * HOUR) == [DAY, DAY, 12 * HOUR]
    assert _asked_until_the_end("failed", AT) == []
    assert _asked_until_the_end("failed") == []


def test_nobody_asks_after_a_success() -> None:
    assert _asked_until_the_end("succeeded", AT + DAY) == []


ATTEMPT = Attempt(
    id=UUID(int=1),
    payment_id=UUID(int=2),
    invoice_id=UUID(int=3),
    payment_method_id=None,
    gateway="fake",
    token="tok_ok",
    amount=118_000,
    currency="INR",
    number=1,
    cause=Cause.SCHEDULE,
    status=AttemptStatus.SENDING,
    decline_class=None,
    decline_code=None,
    gateway_reference=None,
    fee=0,
    maybe_sent=True,
    ask_at=AT + timedelta(minutes=5),
    asks=0,
    late_until=None,
    created_at=AT,
    finished_at=None,
)
PAID = Answer(Outcome.SUCCEEDED, "ref", fee=2_360)
FAILED = Answer(Outcome.FAILED, "ref", decline_class=DeclineClass.HARD, decline_code="lost_card")
PENDING = Answer(Outcome.PENDING, "ref")
LOST = Answer(Outcome.UNKNOWN)


def _told(*answers: Answer) -> Attempt:
    attempt = ATTEMPT
    for answer in answers:
        attempt = learn(attempt, answer, at=AT) or attempt
    return attempt


def test_what_cannot_end_before_an_instant_is_asked_about_an_hour_after_it() -> None:
    # A card in India, 36 hours and 5 minutes from the request to the debit.
    debit = AT + timedelta(hours=36, minutes=5)
    assert _told(PENDING).ask_at == AT + timedelta(hours=1)
    assert _told(replace(PENDING, not_before=debit)).ask_at == debit + timedelta(hours=1)


def test_a_success_keeps_its_reference_and_fee_and_is_asked_about_no_more() -> None:
    paid = _told(PAID)
    assert (paid.status, paid.gateway_reference, paid.fee) == ("succeeded", "ref", 2_360)
    assert (paid.ask_at, paid.finished_at) == (None, AT)


def test_a_lost_answer_is_unknown_not_failed() -> None:
    lost = _told(LOST)
    assert (lost.status, lost.finished_at) == (AttemptStatus.UNKNOWN, None)
    assert lost.ask_at == AT + timedelta(minutes=5)


def test_a_failure_without_a_reason_is_soft() -> None:
    failed = _told(Answer(Outcome.FAILED))
    assert (failed.decline_class, failed.decline_code) == (DeclineClass.SOFT, "declined")


@pytest.mark.parametrize("order", list(permutations([PAID, FAILED, PENDING, LOST])))
def test_in_whatever_order_answers_come_money_taken_is_money_taken(
    order: tuple[Answer, ...],
) -> None:
    paid = _told(*order)
    assert (paid.status, paid.fee, paid.decline_code) == (AttemptStatus.SUCCEEDED, 2_360, None)


@pytest.mark.parametrize("status", list(AttemptStatus))
def test_the_same_answer_twice_is_no_news(status: AttemptStatus) -> None:
    attempt = replace(ATTEMPT, status=status)
    for answer in (PAID, FAILED, PENDING, LOST):
        learned = learn(attempt, answer, at=AT)
        if learned is not None:
            assert learn(learned, answer, at=AT + DAY) is None


@given(st.lists(st.sampled_from([PAID, FAILED, PENDING, LOST]), max_size=12))
def test_an_attempt_never_goes_back(answers: list[Answer]) -> None:
    attempt, seen = ATTEMPT, [ATTEMPT.status]
    for answer in answers:
        attempt = learn(attempt, answer, at=AT) or attempt
        if attempt.status != seen[-1]:
            assert attempt.status in ATTEMPT_MOVES[seen[-1]]
            assert attempt.status not in seen
            seen.append(attempt.status)
        assert (attempt.finished_at is None) == (attempt.status in OPEN)


@pytest.mark.parametrize("code", ["lost_card", "stolen_card", "fraudulent", "made_up", None])
def test_the_payer_is_not_told_what_is_the_banks_to_tell(code: str | None) -> None:
    assert reason_for_payer(code) == GENERIC
    assert reason_for_seller(code) == "The customer's bank did not allow the payment."
    assert "expired" in reason_for_payer("expired_card")


@pytest.mark.parametrize("code", [*_TOLD, None, "lost_card"])
def test_the_seller_is_not_taken_for_the_payer(code: str | None) -> None:
    assert "our bank" not in reason_for_seller(code)
