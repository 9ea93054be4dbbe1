"""What a payment rail allows of debits by mandate, read from dated rows, never from code."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

from khata.core.payment_method import MethodKind

FILE: Final = "india.toml"


class Category(StrEnum):
    """What is paid for, as far as the limits differ by it."""

    GENERAL = "general"
    INSURANCE_PREMIUM = "insurance_premium"
    MUTUAL_FUND = "mutual_fund"
    CREDIT_CARD_BILL = "credit_card_bill"


@dataclass(frozen=True, slots=True)
class Row:
    """One rule for some rails, from one day to another, both included.

    `number` is paise, hours or tries, as the rule counts. `categories` empty: all.
    """

    kinds: frozenset[MethodKind]
    valid_from: date
    valid_until: date | None
    source: str
    number: int = 0
    categories: frozenset[Category] = frozenset()
    opens: time = time()  # of a closed part of the day: when it begins …
    closes: time = time()  # … and the first minute that is free again

    def holds(self, kind: MethodKind, on: date) -> bool:
        until = self.valid_until
        return kind in self.kinds and self.valid_from <= on and (until is None or on <= until)


@dataclass(frozen=True, slots=True)
class RailRules:
    """The rules of a country's rails; `zone` is where its days and hours are counted."""

    zone: str
    currency: str
    rows: Mapping[str, Sequence[Row]]

    def local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.zone))

    def day(self, at: datetime) -> date:
        return self.local(at).date()

    def silent_limit(self, kind: MethodKind, category: Category, *, on: date) -> int | None:
        """Return up to how much (minor units) nobody is asked; None: no limit on this rail."""
        rows = [row for row in self._of("silent_limit", kind, on) if category in row.categories]
        return rows[-1].number if rows else None

    def notice(self, kind: MethodKind, *, on: date) -> timedelta | None:
        """Return how long before a debit the payer is told; None: the rail asks for no notice."""
        rows = self._of("notice", kind, on)
        return timedelta(hours=rows[-1].number) if rows else None

    def lead(self, kind: MethodKind, *, on: date) -> timedelta:
        """Return how long before the money moves a debit is handed to a gateway that tells."""
        rows = self._of("lead", kind, on)
        return timedelta(hours=rows[-1].number) if rows else timedelta()

    def tries(self, kind: MethodKind, *, on: date) -> int | None:
        """Return how many tries a cycle has; None: the rail does not count them."""
        rows = self._of("tries", kind, on)
        return rows[-1].number if rows else None

    def once_a_cycle(self, kind: MethodKind, *, on: date) -> bool:
        return bool(self._of("once_a_cycle", kind, on))

    def not_on_last_day(self, kind: MethodKind, *, on: date) -> bool:
        return bool(self._of("not_on_last_day", kind, on))

    def largest(self, kind: MethodKind, *, on: date) -> int | None:
        """Return the most (minor units) that a mandate may be for; None: nothing is on file."""
        rows = self._of("largest", kind, on)
        return rows[-1].number if rows else None

    def opened(self, kind: MethodKind, at: datetime) -> datetime:
        """Return `at`, or the first instant after it in which the rail debits.

        11:30 becomes 13:00, and 20:00 becomes 21:30, by the rail's own clock.
        """
        local = self.local(at)
        for row in self._of("closed", kind, local.date()):
            if row.opens <= local.time() < row.closes:
                return local.replace(
                    hour=row.closes.hour, minute=row.closes.minute, second=0, microsecond=0
                ).astimezone(at.tzinfo)
        return at

    def _of(self, name: str, kind: MethodKind, on: date) -> list[Row]:
        return [row for row in self.rows.get(name, ()) if row.holds(kind, on)]


_NUMBERS: Final = {
    "silent_limit": "amount",
    "notice": "hours",
    "lead": "hours",
    "tries": "most",
    "largest": "amount",
    "once_a_cycle": None,
    "not_on_last_day": None,
    "closed": None,
}


def read_rules(text: str) -> RailRules:
    """Return the rules that a TOML text spells.

    Raises: ValueError, naming the row: an unknown rail, a day that is none, a rule nobody knows.
    """
    told = tomllib.loads(text)
    rows: dict[str, list[Row]] = {}
    for name in sorted(told.keys() - {"zone", "currency"}):
        if name not in _NUMBERS or not isinstance(told[name], list):
            raise ValueError(f"there is no rule {name!r}; there are {', '.join(sorted(_NUMBERS))}")
        for number, row in enumerate(told[name], start=1):
            try:
                rows.setdefault(name, []).append(_row(name, row))
            except (KeyError, TypeError, ValueError) as fault:
                raise ValueError(f"{name} row {number}: {fault}") from fault
    try:
        return RailRules(str(ZoneInfo(told["zone"])), told["currency"], rows)
    except KeyError as fault:
        raise ValueError(f"{fault.args[0]} is missing, or nobody knows it") from fault


def _row(name: str, row: Mapping[str, Any]) -> Row:
    measure = _NUMBERS[name]
    number = 0 if measure is None else row[measure]
    if not isinstance(number, int) or number < 0:
        raise ValueError(f"{measure} is to be a whole number, and is {number!r}")
    valid_from, valid_until = row["valid_from"], row.get("valid_until")
    if not isinstance(valid_from, date) or not isinstance(valid_until, date | None):
        raise ValueError("valid_from and valid_until are days: 2025-08-01")
    opens, closes = row.get("from", time()), row.get("until", time())
    if name == "closed" and not time() <= opens < closes:
        raise ValueError("a closed part of the day has a from, and a later until")
    return Row(
        frozenset(MethodKind(kind) for kind in row["kinds"]),
        valid_from,
        valid_until,
        row["source"],
        number,
        frozenset(Category(one) for one in row.get("categories", ())),
        opens,
        closes,
    )


_own: list[RailRules] = []  # the operator's, if there are any


def use_own_rules(rules: RailRules | None) -> None:
    """Let these rules take the place of ours, in this process; None: ours again."""
    _own[:] = [rules] if rules else []


def rail_rules() -> RailRules:
    """Return the rules in force: the operator's own, or else ours."""
    return _own[0] if _own else _packaged()


@cache
def _packaged() -> RailRules:
    return read_rules(files("khata.core").joinpath("rails", FILE).read_text("utf-8"))
