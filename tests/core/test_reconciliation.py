"""A day beside the gateway's list: what agrees, and each way in which it does not."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from khata.core.payment import AttemptStatus, Outcome
from khata.core.reconciliation import Difference, Finding, OurPayment, SeenPayment, compare

ID, OTHER = UUID(int=7), UUID(int=8)
NOON = datetime(2026, 1, 31, 6, 30, tzinfo=UTC)

# 1,180.00 was taken, at a fee of 23.60, and 180.00 given back
OURS = OurPayment(ID, "pay_1", 118_000, "INR", AttemptStatus.SUCCEEDED, 2_360, 18_000)
THEIRS = SeenPayment("pay_1", ID, 118_000, "INR", Outcome.SUCCEEDED, 2_360, 18_000, NOON)


def told(findings: list[Finding]) -> list[tuple[str, int | None, int | None]]:
    return [(one.difference.value, one.ours, one.theirs) for one in findings]


def test_the_same_on_both_sides_is_nothing_to_tell() -> None:
    assert compare([OURS], [THEIRS]) == []


def test_it_is_matched_by_the_reference_where_it_carries_no_id_of_ours() -> None:
    assert compare([OURS], [replace(THEIRS, attempt_id=None)]) == []


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ([], [THEIRS], [("money_without_attempt", None, 118_000)]),
        ([], [replace(THEIRS, outcome=Outcome.FAILED)], []),
        ([OURS], [], [("attempt_without_money", 118_000, None)]),
        (
            [OURS],
            [replace(THEIRS, outcome=Outcome.FAILED)],
            [("attempt_without_money", 118_000, None)],
        ),
        (
            [replace(OURS, status=AttemptStatus.FAILED)],
            [THEIRS],
            [("money_not_booked", None, 118_000)],
        ),
        (
            [replace(OURS, status=AttemptStatus.UNKNOWN)],
            [THEIRS],
            [("money_not_booked", None, 118_000)],
        ),
        ([OURS], [replace(THEIRS, amount=118_001)], [("amount_differs", 118_000, 118_001)]),
        ([OURS], [replace(THEIRS, fee=2_785)], [("fee_differs", 2_360, 2_785)]),
        ([OURS], [replace(THEIRS, refunded=0)], [("refund_differs", 18_000, 0)]),
        (
            [OURS],
            [replace(THEIRS, currency="USD", fee=2_361)],
            [("currency_differs", 118_000, 118_000), ("fee_differs", 2_360, 2_361)],
        ),
        ([replace(OURS, status=AttemptStatus.FAILED)], [], []),
    ],
)
def test_each_difference_is_named(
    ours: list[OurPayment],
    theirs: list[SeenPayment],
    expected: list[tuple[str, int | None, int | None]],
) -> None:
    assert told(compare(ours, theirs)) == expected


def test_one_paisa_anywhere_is_found_and_told_in_words() -> None:
    [finding] = compare([OURS], [replace(THEIRS, amount=117_999)])
    assert finding.sentence == (
        "The amounts differ, payment pay_1: ours 118000 INR, theirs 117999 INR (minor units)"
    )
    assert finding.difference is Difference.AMOUNT_DIFFERS


def test_money_taken_twice_for_one_attempt_is_found() -> None:
    again = replace(THEIRS, reference="pay_2", refunded=0)
    assert told(compare([OURS], [THEIRS, again])) == [("money_without_attempt", None, 118_000)]
    assert told(compare([OURS], [again, THEIRS])) == [("money_without_attempt", None, 118_000)]


def test_a_failed_try_beside_the_one_that_paid_is_no_difference() -> None:
    failed = replace(THEIRS, reference="pay_0", outcome=Outcome.FAILED, fee=0, refunded=0)
    assert compare([OURS], [failed, THEIRS]) == []


def test_a_refund_on_its_way_counts_as_the_gateway_counts_it() -> None:
    ours = replace(OURS, refunding=5_000)
    assert compare([ours], [THEIRS]) == []
    assert compare([ours], [replace(THEIRS, refunded=23_000)]) == []
    assert told(compare([ours], [replace(THEIRS, refunded=20_000)])) == [
        ("refund_differs", 18_000, 20_000)
    ]


def test_what_the_list_may_not_hold_yet_is_left_out_when_asked() -> None:
    assert compare([OURS, replace(OURS, attempt_id=OTHER)], [THEIRS], only_listed=True) == []
