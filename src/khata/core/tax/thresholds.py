"""Thresholds: from what sales to a place one has to register there, and how near a seller is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from khata.core.money import exponent
from khata.core.tax.elsewhere import table
from khata.core.tax.parties import Nexus
from khata.core.tax.us_states import source, us_states

NEAR_PERCENT = 80


class Standing(StrEnum):
    REGISTERED = "registered"
    BELOW = "below"
    NEAR = "near"  # from four fifths
    REACHED = "reached"


@dataclass(frozen=True, slots=True)
class SoldTo:
    """What was sold to customers of a place in one currency, without tax, less what was credited.

    Units: minor units.
    """

    country: str
    state: str | None
    currency: str
    net: int
    sales: int  # invoices


@dataclass(frozen=True, slots=True)
class Watched:
    """A place whose threshold counts, and where the seller stands.

    `threshold` is in minor units of `currency`; `other_currencies` could not be counted.
    """

    country: str
    state: str | None
    currency: str
    threshold: int
    rule: str | None  # "or", "and" the count of sales
    threshold_sales: int | None
    sold: int
    sales: int
    standing: Standing
    other_currencies: tuple[str, ...]
    law: str


@dataclass(frozen=True, slots=True)
class _Limit:
    country: str
    state: str | None
    currency: str
    amount: int
    rule: str | None
    count: int | None
    law: str


def watched(sold: Sequence[SoldTo], nexuses: Sequence[Nexus], *, on: date) -> list[Watched]:
    """Return every place with a threshold to which something was sold, and how near one is.

    A warning and no advice: states differ in which sales count and over which twelve months.
    """
    found = []
    for limit in _limits():
        here = [one for one in sold if _is_in(one, limit)]
        if here:
            found.append(_watched(limit, here, nexuses, on))
    return found


def _watched(limit: _Limit, here: Sequence[SoldTo], nexuses: Sequence[Nexus], on: date) -> Watched:
    counted = [one for one in here if one.currency == limit.currency]
    amount, sales = sum(one.net for one in counted), sum(one.sales for one in here)
    registered = any(
        (one.country, one.state) == (limit.country, limit.state) and one.holds(on)
        for one in nexuses
    )
    return Watched(
        limit.country,
        limit.state,
        limit.currency,
        limit.amount,
        limit.rule,
        limit.count,
        amount,
        sales,
        Standing.REGISTERED if registered else _standing(limit, amount, sales),
        tuple(sorted({one.currency for one in here} - {limit.currency})),
        limit.law,
    )


def _standing(limit: _Limit, amount: int, sales: int) -> Standing:
    # What comes first of the two where either does; both where the state asks for both.
    shares = [_percent(amount, limit.amount)]
    if limit.count is not None:
        shares.append(_percent(sales, limit.count))
    share = min(shares) if limit.rule == "and" else max(shares)
    if share >= 100:
        return Standing.REACHED
    return Standing.NEAR if share >= NEAR_PERCENT else Standing.BELOW


def _percent(part: int, whole: int) -> int:
    return part * 100 // whole if whole else 100


def _is_in(one: SoldTo, limit: _Limit) -> bool:
    return one.country == limit.country and limit.state in (None, one.state)


def _limits() -> Iterable[_Limit]:
    for code, state in us_states().items():
        if state.nexus_dollars is not None:
            cents = state.nexus_dollars * 100
            yield _Limit("US", code, "USD", cents, state.rule, state.count, source())
    for row in table()["threshold"]:
        units = row["amount"] * 10 ** exponent(row["currency"])
        yield _Limit(
            row["country"], row.get("state"), row["currency"], units, None, None, row["law"]
        )
