"""The model's coupons: what is in force on a day, and what it takes off which line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.scenarios.histories.days import months_on
from tests.scenarios.histories.goods import OFFERS, Offer
from tests.scenarios.histories.papers import rounded


@dataclass
class Redeemed:
    code: str
    since: date
    uses: int | None
    until: date | None
    over: bool = False

    @classmethod
    def of(cls, code: str, since: date) -> Redeemed:
        offer = OFFERS[code]
        until = None if offer.months is None else months_on(since, offer.months)
        return cls(code, since, offer.uses, until)

    @property
    def offer(self) -> Offer:
        return OFFERS[self.code]

    @property
    def recurs(self) -> bool:
        return self.offer.uses != 1

    def holds(self, day: date, *, opens: bool) -> bool:
        if self.over or not (opens or self.recurs):
            return False
        return self.since <= day and (self.until is None or day < self.until)

    def after(self, begun: date, *, used: bool) -> None:
        """What a period's invoice leaves of it."""
        if self.until is not None and begun >= self.until:
            self.over = True
        elif used and self.uses is not None:
            self.uses -= 1
            self.over = self.uses == 0


def cuts(
    priced: Sequence[tuple[str | None, int]], redeemed: Sequence[Redeemed]
) -> tuple[list[int], set[int]]:
    """What comes off each line, told by plan and price, and which of the coupons took something.

    `redeemed` are in force, the oldest first.
    """
    left = [price for _, price in priced]
    used = set()
    for one in sorted(redeemed, key=lambda one: (not one.offer.of_lines, one.offer.amount > 0)):
        offer = one.offer
        bases = [
            rest if offer.plan in (None, plan) else 0
            for (plan, _), rest in zip(priced, left, strict=True)
        ]
        if offer.percent is not None:
            taken = [rounded(base * Fraction(offer.percent) / 100) for base in bases]
        else:
            taken = _spread(min(offer.amount, sum(bases)), bases)
        left = [rest - off for rest, off in zip(left, taken, strict=True)]
        if any(taken):
            used.add(id(one))
    return [price - rest for (_, price), rest in zip(priced, left, strict=True)], used


def _spread(amount: int, bases: Sequence[int]) -> list[int]:
    """In proportion to the bases; the odd ones go to whom they are missing most, first wins."""
    if not amount:
        return [0 for _ in bases]
    exact = [Fraction(amount * base, sum(bases)) for base in bases]
    given = [int(share) for share in exact]
    by_missing = sorted(range(len(bases)), key=lambda n: given[n] - exact[n])
    for n in by_missing[: amount - sum(given)]:
        given[n] += 1
    return given
