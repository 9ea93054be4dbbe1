"""Discounts: the stacking order, the spreading of amounts, and that nothing goes below zero.

The figures are worked out by hand, as each row's note tells; the rules are those of
docs/coupons_and_wallets.md.
"""

from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khata.core.discounts import Cut, Reducible, Reduction, Scope, reduce
from tests.core.agreements import id_of

TEA, COFFEE, CAKE = id_of(101), id_of(102), id_of(103)


@dataclass(frozen=True)
class Example:
    """`lines` are amounts by plan; `takes` is what each coupon, by its number, takes of each."""

    note: str
    lines: list[tuple[UUID | None, int]]
    coupons: list[Reduction]
    takes: list[list[tuple[int, int]]]


def percent(
    number: int, of: str, scope: str = "invoice", plans: tuple[UUID, ...] = (), minimum: int = 0
) -> Reduction:
    share = Fraction(of)
    return Reduction(
        id_of(number), id_of(number), Scope(scope), share, None, frozenset(plans), minimum
    )


def amount(
    number: int, of: int, scope: str = "invoice", plans: tuple[UUID, ...] = (), minimum: int = 0
) -> Reduction:
    return Reduction(
        id_of(number), id_of(number), Scope(scope), None, of, frozenset(plans), minimum
    )


EXAMPLES = [
    Example("no coupon", [(TEA, 1000)], [], [[]]),
    Example("25 % of 1,000.00", [(TEA, 100_000)], [percent(1, "25")], [[(1, 25_000)]]),
    Example("100 % leaves nothing", [(TEA, 100_000)], [percent(1, "100")], [[(1, 100_000)]]),
    Example("12.5 % of 9.99 is 1.24875", [(TEA, 999)], [percent(1, "12.5")], [[(1, 125)]]),
    Example("50 % of 0.01 is half: up", [(TEA, 1)], [percent(1, "50")], [[(1, 1)]]),
    Example("33.3333 % of 1.00", [(TEA, 100)], [percent(1, "33.3333")], [[(1, 33)]]),
    Example("0.4 % of 1.00 rounds to nothing", [(TEA, 100)], [percent(1, "0.4")], [[]]),
    Example("a percent rounds on each line: 0.5 and 0.5", [(TEA, 5), (COFFEE, 5)],
            [percent(1, "10")], [[(1, 1)], [(1, 1)]]),
    Example("a percent of a plan", [(TEA, 1000), (COFFEE, 1000)],
            [percent(1, "10", plans=(COFFEE,))],
            [[], [(1, 100)]]),
    Example("an amount of one line", [(TEA, 1000)], [amount(1, 300)], [[(1, 300)]]),
    Example("an amount larger than the invoice stops at zero", [(TEA, 1000)], [amount(1, 1300)],
            [[(1, 1000)]]),
    Example("spread 1:3 of 400", [(TEA, 1000), (COFFEE, 3000)], [amount(1, 400)],
            [[(1, 100)], [(1, 300)]]),
    Example("spread 100 over three equal lines: 34, 33, 33, the first wins the tie",
            [(TEA, 500), (COFFEE, 500), (CAKE, 500)], [amount(1, 100)],
            [[(1, 34)], [(1, 33)], [(1, 33)]]),
    Example("spread 200 over three: 66.67 each, the first two get the rest",
            [(TEA, 500), (COFFEE, 500), (CAKE, 500)], [amount(1, 200)],
            [[(1, 67)], [(1, 67)], [(1, 66)]]),
    Example("100 of 1, 2 and 4 parts: 14.29, 28.57, 57.14; the largest remainder is the second's",
            [(TEA, 100), (COFFEE, 200), (CAKE, 400)], [amount(1, 100)],
            [[(1, 14)], [(1, 29)], [(1, 57)]]),
    Example("an amount of a plan only", [(TEA, 1000), (COFFEE, 500)],
            [amount(1, 800, plans=(COFFEE,))],
            [[], [(1, 500)]]),
    Example("a line of nothing gets nothing", [(TEA, 0), (COFFEE, 500)], [amount(1, 100)],
            [[], [(1, 100)]]),
    Example("an invoice of nothing takes nothing", [(TEA, 0)], [amount(1, 100), percent(2, "50")],
            [[]]),
    Example("two percents: 10 % of 1000, then 10 % of 900", [(TEA, 1000)],
            [percent(1, "10"), percent(2, "10")], [[(1, 100), (2, 90)]]),
    Example("older before newer: 20 % of 1000, then 10 % of 800", [(TEA, 1000)],
            [percent(2, "10"), percent(1, "20")], [[(1, 200), (2, 80)]]),
    Example("percent before amount, though it is newer: 10 % of 1000, then 100", [(TEA, 1000)],
            [amount(1, 100), percent(2, "10")], [[(2, 100), (1, 100)]]),
    Example("two amounts, the older first; the newer gets the rest", [(TEA, 1000)],
            [amount(2, 800), amount(1, 700)], [[(1, 700), (2, 300)]]),
    Example("line before invoice: 100 off the line, then 10 % of 900", [(TEA, 1000)],
            [percent(1, "10"), amount(2, 100, "line")], [[(2, 100), (1, 90)]]),
    Example("line percent, line amount, invoice percent, invoice amount: 500, 100, 40, 50",
            [(TEA, 1000)],
            [amount(1, 50), percent(2, "10"), amount(3, 100, "line"), percent(4, "50", "line")],
            [[(4, 500), (3, 100), (2, 40), (1, 50)]]),
    Example("a line coupon of one plan, then 10 % of what is left of all",
            [(TEA, 1000), (COFFEE, 1000)],
            [percent(1, "10"), percent(2, "50", "line", (TEA,))],
            [[(2, 500), (1, 50)], [(1, 100)]]),
    Example("an amount is spread by what is left: 500 and 1000 of 300",
            [(TEA, 1000), (COFFEE, 1000)],
            [percent(1, "50", "line", (TEA,)), amount(2, 300)],
            [[(1, 500), (2, 100)], [(2, 200)]]),
    Example("the minimum is reached to the paisa", [(TEA, 600), (COFFEE, 400)],
            [amount(1, 100, minimum=1000)], [[(1, 60)], [(1, 40)]]),
    Example("one paisa below the minimum", [(TEA, 999)], [amount(1, 100, minimum=1000)], [[]]),
    Example("the minimum looks at the charges before other coupons", [(TEA, 1000)],
            [percent(1, "50"), amount(2, 100, minimum=1000)], [[(1, 500), (2, 100)]]),
    Example("a one-time item has no plan: a plan's coupon passes it by", [(None, 500), (TEA, 500)],
            [amount(1, 600, plans=(TEA,))], [[], [(1, 500)]]),
    Example("a coupon for everything takes of it too", [(None, 500), (TEA, 500)],
            [percent(1, "20")], [[(1, 100)], [(1, 100)]]),
    Example("what 100 % left is nothing for an amount", [(TEA, 1000)],
            [percent(1, "100"), amount(2, 50)], [[(1, 1000)]]),
]  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.note)
def test_what_is_taken(example: Example) -> None:
    charges = [Reducible(amount, plan) for plan, amount in example.lines]
    cuts = reduce(charges, example.coupons)
    assert [[(_number(cut), cut.amount) for cut in of] for of in cuts] == example.takes


def _number(cut: Cut) -> int:
    return next(n for n in range(1, 10) if id_of(n) == cut.reduction.id)


_charges = st.lists(
    st.builds(Reducible, st.integers(0, 10**9), st.sampled_from([None, TEA, COFFEE, CAKE])),
    min_size=1,
    max_size=6,
)
_plans = st.frozensets(st.sampled_from([TEA, COFFEE, CAKE]), max_size=2)
_scopes = st.sampled_from(Scope)
_minimums = st.sampled_from([0, 0, 1, 10**6])


@st.composite
def _reductions(draw: st.DrawFn) -> list[Reduction]:
    found = []
    for n in range(1, draw(st.integers(0, 6)) + 1):
        is_percent = draw(st.booleans())
        share = Fraction(draw(st.integers(1, 1_000_000)), 10_000) if is_percent else None
        off = None if is_percent else draw(st.integers(1, 10**10))
        found.append(
            Reduction(id_of(n), id_of(n), draw(_scopes), share, off, draw(_plans), draw(_minimums))
        )
    return found


@given(_charges, _reductions())
def test_never_below_zero_and_to_the_paisa(
    charges: list[Reducible], reductions: list[Reduction]
) -> None:
    cuts = reduce(charges, reductions)
    for charge, of_line in zip(charges, cuts, strict=True):
        assert all(cut.amount > 0 for cut in of_line)
        assert sum(cut.amount for cut in of_line) <= charge.amount
    for reduction in reductions:
        taken = sum(cut.amount for of in cuts for cut in of if cut.reduction == reduction)
        applies = [
            charge.amount - sum(cut.amount for cut in of if cut.reduction != reduction)
            for charge, of in zip(charges, cuts, strict=True)
            if not reduction.plans or charge.plan_id in reduction.plans
        ]
        if reduction.amount is not None:
            assert taken <= reduction.amount
        if sum(charge.amount for charge in charges) < reduction.minimum:
            assert taken == 0
        elif reduction.amount is not None and taken < reduction.amount:
            assert sum(applies) == taken  # all that was left of its lines is gone


@given(_charges, _reductions())
def test_the_order_of_asking_changes_nothing(
    charges: list[Reducible], reductions: list[Reduction]
) -> None:
    shuffled = list(reversed(reductions))
    assert reduce(charges, shuffled) == reduce(charges, reductions)
