"""Wallets: which money is spent first, and what goes back of what was spent.

The figures are worked out by hand; the order is that of docs/coupons_and_wallets.md.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khata.core.funds import (
    Funds,
    Returned,
    Source,
    StoredSettlement,
    by_kind,
    paid_by,
    pay_from,
    return_order,
)
from khata.core.wallet import GrantKind, Spendable, spend
from tests.core.agreements import id_of

NOW = datetime(2025, 3, 1, tzinfo=UTC)
PAID, GRANTED = GrantKind.PAID, GrantKind.GRANTED


def day(month: int, day: int) -> datetime:
    return datetime(2025, month, day, tzinfo=UTC)


def grant(
    number: int,
    remaining: int,
    kind: GrantKind = PAID,
    *,
    ends: datetime | None = None,
    priority: int = 50,
    wallet: int = 50,
    came: datetime = NOW,
) -> Spendable:
    return Spendable(
        id_of(number), id_of(1000 + wallet), kind, remaining, priority, wallet, ends, came
    )


@dataclass(frozen=True)
class Example:
    note: str
    grants: list[Spendable]
    amount: int
    takes: list[tuple[int, int]]


EXAMPLES = [
    Example("nothing there", [], 100, []),
    Example("nothing asked", [grant(1, 100)], 0, []),
    Example("part of one", [grant(1, 100)], 60, [(1, 60)]),
    Example("all of one, and it is not enough", [grant(1, 100)], 160, [(1, 100)]),
    Example("to the paisa", [grant(1, 100)], 100, [(1, 100)]),
    Example("older before newer", [grant(2, 100, came=day(2, 2)), grant(1, 100, came=day(2, 1))],
            150, [(1, 100), (2, 50)]),
    Example("of one instant: by id", [grant(2, 100), grant(1, 100)], 150, [(1, 100), (2, 50)]),
    Example("granted before paid", [grant(1, 100, PAID, came=day(1, 1)), grant(2, 100, GRANTED)],
            150, [(2, 100), (1, 50)]),
    Example("what expires first, first",
            [grant(1, 100, ends=day(5, 1)), grant(2, 100, ends=day(4, 1))],
            150, [(2, 100), (1, 50)]),
    Example("what expires before what never does",
            [grant(1, 100, came=day(1, 1)), grant(2, 100, ends=day(9, 1))],
            150, [(2, 100), (1, 50)]),
    Example("granted that never expires before paid that does",
            [grant(1, 100, PAID, ends=day(3, 2)), grant(2, 100, GRANTED)],
            150, [(2, 100), (1, 50)]),
    Example("a credit's priority before its kind",
            [grant(1, 100, GRANTED), grant(2, 100, PAID, priority=10)], 150, [(2, 100), (1, 50)]),
    Example("a wallet's priority before all",
            [grant(1, 100, GRANTED, priority=0, ends=day(3, 2)), grant(2, 100, wallet=10)],
            150, [(2, 100), (1, 50)]),
    Example("what has expired is not spent", [grant(1, 100, ends=day(2, 28)), grant(2, 100)],
            150, [(2, 100)]),
    Example("the instant of the expiry is too late", [grant(1, 100, ends=NOW), grant(2, 100)],
            150, [(2, 100)]),
    Example("a second before it is not",
            [grant(1, 100, ends=datetime(2025, 3, 1, 0, 0, 1, tzinfo=UTC))], 150, [(1, 100)]),
    Example("an empty one is passed by", [grant(1, 0), grant(2, 100)], 50, [(2, 50)]),
    Example("three in a row",
            [grant(1, 30, PAID), grant(2, 20, GRANTED, ends=day(6, 1)),
             grant(3, 10, GRANTED, ends=day(4, 1))],
            55, [(3, 10), (2, 20), (1, 25)]),
]  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.note)
def test_what_is_spent_first(example: Example) -> None:
    taken = spend(example.grants, example.amount, at=NOW)
    assert [(_number(one.grant_id), amount) for one, amount in taken] == example.takes


def _number(id: UUID) -> int:
    return id.int


@pytest.mark.parametrize(
    ("credit", "grants", "owed", "expected", "left"),
    [
        (0, [], 100, (0, 0, 0), 0),
        (500, [], 100, (100, 0, 0), 400),
        (100, [], 100, (100, 0, 0), 0),
        (60, [grant(1, 100)], 100, (60, 40, 0), 60),
        (60, [grant(1, 10), grant(2, 20, GRANTED)], 100, (60, 10, 20), 0),
        (0, [grant(1, 500)], 100, (0, 100, 0), 400),
    ],
)
def test_credit_comes_before_wallets(
    credit: int,
    grants: list[Spendable],
    owed: int,
    expected: tuple[int, int, int],
    left: int,
) -> None:
    paid, rest = pay_from(Funds(credit, tuple(grants)), owed, at=NOW)
    assert by_kind(paid) == expected
    assert rest.credit + sum(one.remaining for one in rest.grants) == left


def settled(
    position: int, amount: int, kind: GrantKind | None, returned: int = 0
) -> StoredSettlement:
    source = Source.CREDIT if kind is None else Source.WALLET
    wallet = None if kind is None else id_of(1)
    return StoredSettlement(position, source, wallet, wallet, kind, amount, returned)


PARTS = [settled(0, 100, None), settled(1, 200, GRANTED), settled(2, 300, PAID, returned=50)]


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (0, Returned(0, 0, 0)),
        (100, Returned(0, 100, 0)),
        (250, Returned(0, 250, 0)),
        (300, Returned(0, 250, 50)),
        (500, Returned(50, 250, 200)),
        (9_999, Returned(100, 250, 200)),
    ],
)
def test_what_was_spent_last_goes_back_first(amount: int, expected: Returned) -> None:
    assert Returned.of(return_order(PARTS, amount)) == expected
    assert expected.amount <= 550


_grants = st.lists(
    st.builds(
        grant,
        st.integers(1, 10**6),
        st.integers(0, 10**6),
        st.sampled_from(GrantKind),
        ends=st.sampled_from([None, day(2, 1), day(4, 1), day(5, 1)]),
        priority=st.integers(0, 3),
        wallet=st.integers(0, 3),
        came=st.sampled_from([day(1, 1), day(2, 1)]),
    ),
    max_size=8,
    unique_by=lambda one: one.grant_id,
)


@given(st.integers(0, 10**6), _grants, st.integers(0, 10**7))
def test_no_more_than_is_owed_and_no_more_than_there_is(
    credit: int, grants: list[Spendable], owed: int
) -> None:
    spendable = sum(
        one.remaining for one in grants if one.expires_at is None or one.expires_at > NOW
    )
    paid, rest = pay_from(Funds(credit, tuple(grants)), owed, at=NOW)
    assert paid_by(paid) == min(owed, credit + spendable)
    before = credit + sum(one.remaining for one in grants)
    assert rest.credit + sum(one.remaining for one in rest.grants) == before - paid_by(paid)
    assert all(part.amount > 0 and part.left >= 0 for part in paid)
