"""Sales tax of the states of the USA as it is known: suggestions, until a tenant confirms them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

from khata.core.tax.confirmations import UsedBy

DISCLAIMER = (
    "Suggestions without warranty, and no advice: local rates come on top, tables disagree, and "
    "nothing is charged or left out by them before you confirm the state."
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """How software as a service seems to be taxed, for one use of it."""

    used_by: UsedBy
    percent: Fraction
    taxable_percent: int


@dataclass(frozen=True, slots=True)
class UsState:
    """`base` is the state's own rate in percent; None where it has no sales tax of its own.

    A remote seller has nexus from `nexus_dollars`, `rule` ("or", "and") a `count` of sales.
    """

    code: str
    base: Fraction | None
    nexus_dollars: int | None
    rule: str | None
    count: int | None
    saas: tuple[Suggestion, ...]  # none: unsettled
    saas_since: date | None
    local_only: bool  # only municipalities tax
    note: str | None

    @property
    def taxes(self) -> bool:
        """Say whether anybody in it levies sales tax."""
        return self.base is not None or self.local_only


@cache
def us_states() -> Mapping[str, UsState]:
    """Return the states and the district by their code."""
    return {code: _state(code, row) for code, row in sorted(_table()["state"].items())}


def source() -> str:
    """Return where base rates and thresholds are from."""
    return str(_table()["source"])


def attribution() -> str:
    """Return the words that their licence asks for wherever they are shown."""
    return str(_table()["attribution"])


def known_since() -> date:
    """Return the day for which they were looked up."""
    on: date = _table()["valid_from"]
    return on


def _state(code: str, row: Mapping[str, Any]) -> UsState:
    return UsState(
        code,
        Fraction(row["base"]) if "base" in row else None,
        row.get("nexus_dollars"),
        row.get("rule"),
        row.get("count"),
        tuple(
            Suggestion(UsedBy(one["used_by"]), Fraction(one["percent"]), one["taxable_percent"])
            for one in row.get("saas", ())
        ),
        row.get("saas_since"),
        row.get("local_only", False),
        row.get("note"),
    )


@cache
def _table() -> dict[str, Any]:
    text = files("khata.core.tax").joinpath("rates/us.toml").read_text("utf-8")
    return tomllib.loads(text)
