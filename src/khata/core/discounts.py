"""Discounts: what coupons take off the lines of an invoice, before any tax."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from khata.core.money import allocate, half_up


class Scope(StrEnum):
    LINE = "line"  # taken first
    INVOICE = "invoice"  # taken of what line coupons left


@dataclass(frozen=True, slots=True)
class Reduction:
    """One coupon in force: a `percent` of each line, or an `amount` of all that it applies to.

    `order` tells older from newer: ids made one after another rise. `plans` are those it
    applies to, none meaning all; `minimum` is what the charges of the invoice must come to.
    `subscription_id` is set where it is for one subscription, of those that one invoice bills.
    """

    id: UUID
    order: UUID
    scope: Scope
    percent: Fraction | None = None
    amount: int | None = None
    plans: frozenset[UUID] = frozenset()
    minimum: int = 0
    subscription_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Reducible:
    """What a coupon needs to know of a charge. `amount` is in minor units, and never negative."""

    amount: int
    plan_id: UUID | None = None
    subscription_id: UUID | None = None  # only where one invoice bills several


@dataclass(frozen=True, slots=True)
class Cut:
    """What one coupon takes off one line; never nothing."""

    reduction: Reduction
    amount: int


def reduce(charges: Sequence[Reducible], reductions: Sequence[Reduction]) -> list[tuple[Cut, ...]]:
    """Return what is taken off each charge, by which coupon, in the order it is taken.

    Line coupons come before invoice coupons, percents before amounts, older before newer; each
    takes of what those before it left. An amount is spread over the lines in proportion to what
    is left of each, by largest remainder; what exceeds them is lost.
    Rounds: a percent half up on each line, never below zero.
    Source: docs/coupons_and_wallets.md
    """
    cuts: list[list[Cut]] = [[] for _ in charges]
    left = [charge.amount for charge in charges]
    whole = sum(left)
    for reduction in sorted(reductions, key=_turn):
        if whole < reduction.minimum:
            continue
        for place, taken in enumerate(_taken(reduction, charges, left)):
            if taken:
                left[place] -= taken
                cuts[place].append(Cut(reduction, taken))
    return [tuple(of_line) for of_line in cuts]


def _turn(reduction: Reduction) -> tuple[bool, bool, UUID]:
    return (reduction.scope is Scope.INVOICE, reduction.percent is None, reduction.order)


def _applies(reduction: Reduction, charge: Reducible) -> bool:
    own, of = reduction.subscription_id, charge.subscription_id
    if own is not None and of is not None and own != of:
        return False
    return not reduction.plans or charge.plan_id in reduction.plans


def _taken(
    reduction: Reduction, charges: Sequence[Reducible], left: Sequence[int]
) -> Sequence[int]:
    bases = [
        amount if _applies(reduction, charge) else 0
        for charge, amount in zip(charges, left, strict=True)
    ]
    if reduction.percent is not None:
        share = reduction.percent / 100
        return [half_up(base * share.numerator, share.denominator) for base in bases]
    whole = sum(bases)
    if not whole:
        return bases
    return allocate(min(reduction.amount or 0, whole), bases)
