"""Where VAT applies: the states of the Union and the United Kingdom, but for some territories."""

import json
import tomllib
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from khata.core.refusal import Refusal


class UnknownVatRate(Refusal):
    """No standard rate of VAT is on file for this state on this day."""


@dataclass(frozen=True, slots=True)
class Area:
    """A place as VAT sees it: the state whose tax applies, or None outside of it.

    `name` is that of a territory that is not taxed as its state is; `percent` is its own rate.
    """

    state: str | None
    name: str | None = None
    percent: Fraction | None = None
    source: str | None = None

    @property
    def in_union(self) -> bool:
        return self.state in union()


@lru_cache(maxsize=4096)
def area_of(country: str, postal_code: str | None = None) -> Area:
    """Return the area of an address. Source: rates/vat_states.toml, row by row."""
    state = _table()["treated_as"].get(country, country)
    if state not in union() and state != "GB":
        return Area(None)
    digits = "".join(one for one in postal_code or "" if one.isdigit())
    for row in _table()["territory"]:
        if row["country"] == country and digits.startswith(tuple(row["postal"])):
            if "percent" in row:
                return Area(state, row["name"], Fraction(row["percent"]), row["source"])
            return Area(None, row["name"], None, row["source"])
    return Area(state)


@cache
def union() -> frozenset[str]:
    """Return the member states of the European Union, as ISO 3166-1 spells them."""
    return frozenset(_table()["union"]["states"])


@lru_cache(maxsize=4096)
def standard_rate(area: Area, *, on: date) -> Fraction:
    """Return the standard rate of VAT in percent: what services by software always bear.

    A row of rates/vat.toml that covers the day wins; else the package's current rate holds.
    Raises: UnknownVatRate. Source: Directive 2006/112/EC, articles 96, 97; the row's.
    """
    if area.percent is not None:
        return area.percent
    for row in _old_rates():
        holds = row["valid_from"] <= on <= row["valid_to"]
        if row["country"] == area.state and holds:
            return Fraction(row["percent"])
    current = _current().get(area.state or "")
    if current is None:
        raise UnknownVatRate(f"No standard rate of VAT is on file for {area.state} on {on}")
    return Fraction(str(current["standard"]))


def currency_of(state: str) -> str | None:
    """Return the currency of a state, in which its VAT is stated. Source: Directive, art. 230."""
    known = _current().get(state)
    return None if known is None else str(known["currency"])


def threshold_cents(on: date) -> int:
    """Return what may be sold across borders in a year at the seller's own rate, in euro cents.

    Source: Directive 2006/112/EC, article 59c(1).
    """
    rows = [row for row in _table()["threshold"] if row["valid_from"] <= on]
    return max(rows, key=lambda row: row["valid_from"])["euro_cents"] if rows else 0


@cache
def _table() -> dict[str, Any]:
    return _toml("vat_states")


@cache
def _old_rates() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = _toml("vat")["rate"]
    return rows


@cache
def _current() -> dict[str, Any]:
    # Read as the data that it is; there is nothing in the package to call.
    text = files("eu_vat_rates_data").joinpath("eu_vat_rates_data.json").read_text("utf-8")
    rates: dict[str, Any] = json.loads(text)["rates"]
    return rates


def _toml(name: str) -> dict[str, Any]:
    text = files("khata.core.tax").joinpath(f"rates/{name}.toml").read_text("utf-8")
    return tomllib.loads(text)
