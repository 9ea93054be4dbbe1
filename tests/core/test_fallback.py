"""When another way may be tried: only where it is certain that nothing was taken."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khata.core.dunning import DeclineClass
from khata.core.fallback import MOST_IN_ONE_GO, has_certainly_taken_nothing, may_fall_back, next_way
from khata.core.payment import OPEN, Answer, Attempt, AttemptStatus, Cause, Outcome, learn

NOON = datetime(2026, 1, 31, 6, 30, tzinfo=UTC)
DAY = timedelta(days=1)
A, B, C, D, E = (UUID(int=number) for number in range(1, 6))


def attempt(status: AttemptStatus = AttemptStatus.SENDING) -> Attempt:
    return Attempt(
        id=A,
        payment_id=A,
        invoice_id=A,
        payment_method_id=A,
        gateway="paper",
        token="tok_ok",
        amount=118_000,
        currency="INR",
        number=1,
        cause=Cause.SCHEDULE,
        status=status,
        decline_class=None,
        decline_code=None,
        gateway_reference=None,
        fee=0,
        maybe_sent=True,
        ask_at=None,
        asks=0,
        late_until=None,
        created_at=NOON,
        finished_at=None,
    )


def ended(decline_class: DeclineClass, late_until: datetime | None = None) -> Attempt:
    answer = Answer(Outcome.FAILED, decline_class=decline_class, late_until=late_until)
    learned = learn(attempt(), answer, at=NOON)
    assert learned is not None
    return learned


@pytest.mark.parametrize(
    ("decline_class", "may"),
    [
        (DeclineClass.CONFIG, True),
        (DeclineClass.GATEWAY_DOWN, True),
        (DeclineClass.SOFT, False),  # a bank's no is dunning's
        (DeclineClass.HARD, False),
        (DeclineClass.MANDATE, False),
        (DeclineClass.CUSTOMER_ACTION, False),
    ],
)
def test_only_what_was_nobodys_card_falls_back(decline_class: DeclineClass, may: bool) -> None:
    assert may_fall_back(decline_class, [ended(decline_class)], at=NOON) is may
    assert may_fall_back(decline_class, [], at=NOON) is may  # there was nobody to call


@pytest.mark.parametrize("status", sorted({*OPEN, AttemptStatus.SUCCEEDED}))
def test_one_attempt_that_is_not_certain_is_enough(status: AttemptStatus) -> None:
    both = [ended(DeclineClass.CONFIG), attempt(status)]
    assert not may_fall_back(DeclineClass.CONFIG, both, at=NOON)


def test_what_may_come_late_is_waited_for() -> None:
    late = ended(DeclineClass.GATEWAY_DOWN, late_until=NOON + 3 * DAY)
    assert not may_fall_back(DeclineClass.GATEWAY_DOWN, [late], at=NOON)
    assert not may_fall_back(DeclineClass.GATEWAY_DOWN, [late], at=NOON + 3 * DAY)
    after = NOON + 3 * DAY + timedelta(seconds=1)
    assert may_fall_back(DeclineClass.GATEWAY_DOWN, [late], at=after)


def test_each_way_is_tried_once_and_three_further_ones_are_the_end() -> None:
    ways = [A, B, C, D, E]
    assert next_way(ways, tried=[A]) == B
    assert next_way(ways, tried=[A, B]) == C
    assert next_way([A, B], tried=[A, B]) is None
    assert next_way(ways, tried=[A, B, C]) == D
    assert MOST_IN_ONE_GO == 3
    assert next_way(ways, tried=[A, B, C, D]) is None


_LATE = NOON + 3 * DAY
_FAILED = [
    Answer(Outcome.FAILED, decline_class=one, late_until=late)
    for one in DeclineClass
    for late in (None, _LATE)
]
# What is told of a charge at once; None: whoever called died on the way.
_TOLD = [
    Answer(Outcome.SUCCEEDED),
    Answer(Outcome.UNKNOWN),
    Answer(Outcome.PENDING),
    None,
    *_FAILED,
]


@st.composite
def charges(draw: st.DrawFn) -> tuple[Answer | None, bool]:
    """A charge, and whether it takes money in the end: a gateway keeps its word.

    What has failed takes nothing, but late where that was said; of what is open nobody knows.
    """
    told = draw(st.sampled_from(_TOLD))
    if told is not None and told.outcome is Outcome.SUCCEEDED:
        return told, True
    is_final = told is not None and told.outcome is Outcome.FAILED and told.late_until is None
    return told, not is_final and draw(st.booleans())


@given(st.lists(charges(), min_size=1, max_size=6))
def test_no_two_attempts_of_one_invoice_can_both_have_moved_money(
    script: list[tuple[Answer | None, bool]],
) -> None:
    """Whatever happens to each, a further one is opened only where none before took anything."""
    attempts: list[Attempt] = []
    takings = 0
    for number, (told, takes) in enumerate(script, start=1):
        made = replace(attempt(), number=number, id=UUID(int=number))
        learned = learn(made, told, at=NOON) if told is not None else None
        attempts.append(learned or made)
        takings += takes
        failed_by = attempts[-1].decline_class or DeclineClass.GATEWAY_DOWN
        if not may_fall_back(failed_by, attempts, at=NOON):
            break
    assert takings <= 1
    assert all(has_certainly_taken_nothing(one, at=NOON) for one in attempts[:-1])
