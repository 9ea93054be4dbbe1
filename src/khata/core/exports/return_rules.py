"""What returns ask for in a tax period, read from dated rows, never from code."""

import tomllib
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

from khata.core.exports.return_period import ReturnPeriod

_CRORE = 100_00_000 * 100  # paise


def large_above(period: ReturnPeriod) -> int:
    """Return the value in paise above which a consumer's invoice from another state is listed.

    Source: CGST Rules, rule 59(4)(b)(i); Notf. 12/2024-CT.
    """
    row = _row("b2cl_above", period.last)
    return 0 if row is None else int(row["rupees"]) * 100


def hsn_in_halves(period: ReturnPeriod) -> bool:
    """Say whether table 12 tells registered recipients from the others in this period."""
    return _row("hsn_in_halves", period.last) is not None


def portal_fills_interstate(period: ReturnPeriod) -> bool:
    """Say whether table 3.2 of GSTR-3B has left the file in this period."""
    return _row("portal_fills_32", period.last) is not None


def digits_asked(period: ReturnPeriod, *, turnover: int) -> tuple[int, bool]:
    """Return how many digits a tax code needs, and whether for consumers' documents too.

    Units: `turnover` in paise, of the financial year before. Source: Notf. 78/2020-CT.
    """
    row = _row("tax_code_digits", period.last)
    if row is None:
        return 0, False
    if turnover > int(row["above_crore"]) * _CRORE:
        return int(row["digits_above"]), True
    return int(row["digits_up_to"]), False


def _row(name: str, day: date) -> dict[str, Any] | None:
    rows = [row for row in _rules()[name] if row["from"] <= day]
    return max(rows, key=lambda row: row["from"], default=None)


@lru_cache(maxsize=1)
def _rules() -> dict[str, list[dict[str, Any]]]:
    text = (files("khata.core.exports") / "returns.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
