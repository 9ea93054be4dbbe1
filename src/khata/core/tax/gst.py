"""GST in minor units: the heads of a supply, tax on top of an amount or inside a price."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from math import lcm

from khata.core.money import half_up
from khata.core.tax.place_of_supply import Supply, SupplyKind, Treatment
from khata.core.tax.rate_table import UnknownTaxCode, decimal_percent, rate_of
from khata.core.tax.states import state_by_code

__all__ = [
    "Head",
    "RoundOff",
    "TaxRow",
    "TaxedAmount",
    "UnknownTaxCode",
    "heads",
    "rate_of",
    "round_off",
    "tax_exclusive",
    "tax_inclusive",
    "totals",
]


@dataclass(frozen=True, slots=True)
class Head:
    """One tax of a supply: taxable × numerator / denominator, rounded on its own."""

    name: str  # CGST, SGST, UTGST, IGST
    rate: str  # percent as a decimal: "9", "2.5"
    numerator: int
    denominator: int
    grouped: bool = False  # rounded once for all lines of a document: rate_groups.py


@dataclass(frozen=True, slots=True)
class TaxRow:
    """One head's tax on one amount. Units: minor units of the invoice's currency."""

    name: str
    rate: str
    taxable: int
    amount: int


@dataclass(frozen=True, slots=True)
class TaxedAmount:
    """A line's value, its taxes, and what an inclusive price leaves over for the round-off."""

    net: int
    taxes: tuple[TaxRow, ...]
    residue: int


class RoundOff(StrEnum):
    NONE = "none"
    RUPEE = "rupee"


def heads(supply: Supply, tax_code: str, *, on: date) -> tuple[Head, ...]:
    """Return the taxes of this supply of this code, at the rates of this day.

    A supply under an LUT has one head, IGST at its true rate, of which none is paid; one out of
    scope has none.
    Raises: UnknownTaxCode.
    Source: CGST Act s.9(1); UTGST Act s.7(1); IGST Act s.5(1), s.16.
    """
    if supply.treatment is Treatment.OUT_OF_SCOPE:
        return ()
    if supply.treatment is Treatment.ZERO_RATED_LUT:
        return _undertaken(tax_code, on)
    if supply.kind is not SupplyKind.INTRA:
        return _integrated(tax_code, on)
    return _divided(supply.place.code or "", tax_code, on)


def tax_exclusive(amount: int, heads: Sequence[Head]) -> TaxedAmount:
    """Put tax on top of an amount.

    Rounds: each head half up on its own rate, so that CGST and SGST are always equal.
    """
    return TaxedAmount(amount, _rows(amount, heads), 0)


def tax_inclusive(price: int, heads: Sequence[Head]) -> TaxedAmount:
    """Take the tax out of a price that contains it; net, taxes and residue add up to the price.

    Rounds: the net half up. A single head is what is left; of two, each is half up on the net
    and the residue, at most one minor unit, goes to the invoice's round-off.
    Source: CGST Rules, rule 35.
    """
    if len(heads) == 1:
        head = heads[0]
        net = half_up(price * head.denominator, head.denominator + head.numerator)
        return TaxedAmount(net, (TaxRow(head.name, head.rate, net, price - net),), 0)
    whole = lcm(*(head.denominator for head in heads))
    taxed = whole + sum(head.numerator * (whole // head.denominator) for head in heads)
    net = half_up(price * whole, taxed)
    rows = _rows(net, heads)
    return TaxedAmount(net, rows, price - net - sum(row.amount for row in rows))


def _rows(taxable: int, heads: Sequence[Head]) -> tuple[TaxRow, ...]:
    return tuple(
        [
            TaxRow(
                head.name, head.rate, taxable, half_up(taxable * head.numerator, head.denominator)
            )
            for head in heads
        ]
    )


def totals(rows: Iterable[TaxRow]) -> tuple[TaxRow, ...]:
    """Add up rows by head and rate, in the order in which each first appears."""
    sums: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        key = (row.name, row.rate)
        if key in sums:
            both = sums[key]
            both[0] += row.taxable
            both[1] += row.amount
        else:
            sums[key] = [row.taxable, row.amount]
    return tuple(
        [TaxRow(name, rate, taxable, amount) for (name, rate), (taxable, amount) in sums.items()]
    )


def round_off(total: int, policy: RoundOff, currency: str) -> int:
    """Return what to add to a total so that it is whole rupees; 0 for other currencies.

    Units: paise, signed, at most 50 either way. Rounds: 50 paise up. Source: CGST Act s.170.
    """
    if policy is RoundOff.NONE or currency != "INR":
        return 0
    return 100 * half_up(total, 100) - total


@lru_cache(maxsize=4096)
def _undertaken(tax_code: str, on: date) -> tuple[Head, ...]:
    return (Head("IGST", decimal_percent(rate_of(tax_code, on=on)), 0, 1),)


@lru_cache(maxsize=4096)
def _integrated(tax_code: str, on: date) -> tuple[Head, ...]:
    return (_head("IGST", tax_code, on, share=1),)


@lru_cache(maxsize=4096)
def _divided(state_code: str, tax_code: str, on: date) -> tuple[Head, ...]:
    state = state_by_code(state_code)
    if state is None:
        raise ValueError("a supply inside one state has that state as its place")
    local = "UTGST" if state.union_territory else "SGST"
    return (_head("CGST", tax_code, on, share=2), _head(local, tax_code, on, share=2))


def _head(name: str, tax_code: str, on: date, *, share: int) -> Head:
    percent = rate_of(tax_code, on=on) / share
    part = percent / 100
    return Head(name, decimal_percent(percent), part.numerator, part.denominator)
