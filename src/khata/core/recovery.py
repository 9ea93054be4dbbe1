"""Recovery: of what failed at first, how much was paid after all, and by what."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from khata.core.money import half_up
from khata.core.refusal import Refusal

LONGEST_RANGE: Final = 366  # days in one question, so that its answer takes bounded time


class RangeTooLong(Refusal):
    """One question is about a year at most."""


class RangeReversed(Refusal):
    """The first day that is asked for comes after the last."""


@dataclass(frozen=True, slots=True)
class Share:
    """Of something that failed, how much came back. Amounts are minor units of one currency."""

    name: str
    failed_count: int
    failed_amount: int
    recovered_count: int
    recovered_amount: int

    @property
    def rate(self) -> str:
        """Return the share of the amount that was recovered; see `rate_of`."""
        return rate_of(self.recovered_amount, self.failed_amount)


@dataclass(frozen=True, slots=True)
class Tried:
    """Retries of one kind (the second try, those of one hour), and how many took the money."""

    name: int
    tries: int
    recovered_count: int
    recovered_amount: int

    @property
    def rate(self) -> str:
        """Return the share of the tries that took the money; see `rate_of`."""
        return rate_of(self.recovered_count, self.tries)


@dataclass(frozen=True, slots=True)
class Way:
    """What brought the money: retry, new_method, link or by_hand."""

    name: str
    recovered_count: int
    recovered_amount: int


@dataclass(frozen=True, slots=True)
class Recovery:
    """The invoices in one currency whose first try failed in a span of days."""

    currency: str
    total: Share
    given_up_count: int
    given_up_amount: int
    running_count: int
    running_amount: int
    late_count: int  # paid, but so late that dunning is not thanked for it
    late_amount: int
    by_class: tuple[Share, ...] = ()
    by_gateway: tuple[Share, ...] = ()
    by_try: tuple[Tried, ...] = ()
    by_hour: tuple[Tried, ...] = ()
    by_way: tuple[Way, ...] = ()


def rate_of(part: int, whole: int) -> str:
    """Return part ÷ whole as a decimal of four places, "0.0000" of nothing.

    Rounds: half up, at the fourth place: 2 of 3 is "0.6667".
    """
    if whole <= 0:
        return "0.0000"
    parts = half_up(part * 10_000, whole)
    return f"{parts // 10_000}.{parts % 10_000:04}"


def check_range(first: date, last: date) -> None:
    """Refuse days in the wrong order, and more than a year. Raises: RangeReversed, RangeTooLong."""
    if first > last:
        raise RangeReversed(f"from is {first}, after to, which is {last}", param="from")
    if (last - first).days >= LONGEST_RANGE:
        raise RangeTooLong(f"From {first} to {last} is more than 366 days", param="to")
