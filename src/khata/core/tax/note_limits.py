"""Until when a credit note takes tax back: CGST Act s.34(2), which dates its declaration."""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files


class Standing(StrEnum):
    """Where a day stands to the limit."""

    IN_TIME = "in_time"
    CLOSING = "closing"  # only a return that is filed early can still declare it
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True)
class NoteLimit:
    """The days that bound a note; `source` is the law, or the annual return that came before."""

    safe_until: date  # of a note dated so who files monthly declares it in time
    last_on: date
    source: str

    def standing(self, on: date) -> Standing:
        if on > self.last_on:
            return Standing.TOO_LATE
        return Standing.IN_TIME if on <= self.safe_until else Standing.CLOSING


@dataclass(frozen=True, slots=True)
class _Rule:
    valid_from: date
    safe_until: tuple[int, int]  # month, day
    last_on: tuple[int, int]
    source: str


def note_limit(supplied_on: date, *, on: date, annual_return_on: date | None = None) -> NoteLimit:
    """Return what bounds a note of a day against a supply of another.

    `annual_return_on` is the day that the annual return of the supply's year was furnished, where
    it is known: the earlier of the two bounds.
    Source: CGST Act s.34(2); the rows are in rates/note_limits.toml.
    """
    rule = max((row for row in _rules() if row.valid_from <= on), key=lambda row: row.valid_from)
    ends = supplied_on.year + 1 if supplied_on.month >= 4 else supplied_on.year
    limit = NoteLimit(date(ends, *rule.safe_until), date(ends, *rule.last_on), rule.source)
    if annual_return_on is None or annual_return_on >= limit.last_on:
        return limit
    month_before = annual_return_on.replace(day=1) - timedelta(days=1)
    return NoteLimit(
        min(limit.safe_until, month_before),
        annual_return_on,
        f"CGST Act s.34(2): the annual return was furnished on {annual_return_on}",
    )


@lru_cache(maxsize=1)
def _rules() -> tuple[_Rule, ...]:
    text = files("khata.core.tax").joinpath("rates/note_limits.toml").read_text("utf-8")
    return tuple(
        _Rule(row["valid_from"], _day(row["safe_until"]), _day(row["last_on"]), row["source"])
        for row in tomllib.loads(text)["limit"]
    )


def _day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)
