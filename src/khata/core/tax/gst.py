"""GST in minor units: the heads of a supply, tax on top of an amount or inside a price."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from khata.core.money import half_up
from khata.core.tax.nature import Nature, TaxClass
from khata.core.tax.place_of_supply import Supply, SupplyKind, Treatment
from khata.core.tax.rate_table import (
    OwnRates,
    Rate,
    UnknownTaxCode,
    check_form,
    decimal_percent,
    rate_of,
    rate_row,
)
from khata.core.tax.states import state_by_code

__all__ = [
    "Head",
    "RoundOff",
    "TaxRow",
    "TaxedAmount",
    "UnknownTaxCode",
    "gross_share",
    "heads",
    "nature_of",
    "rate_of",
    "round_off",
    "tax_exclusive",
    "tax_inclusive",
    "totals",
]


@dataclass(frozen=True, slots=True)
class Head:
    """One tax of a supply: taxable × numerator / denominator, rounded on its own.

    A `compound` one is a tax on the others, too: what is taxable holds them.
    """

    name: str  # CGST, SGST, UTGST, IGST, CESS
    rate: str  # percent as a decimal: "9", "2.5"
    numerator: int
    denominator: int
    grouped: bool = False  # rounded once for all lines of a document: rate_groups.py
    compound: bool = False


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


# What is taxed by none of these bears no head at all.
_UNTAXED = frozenset({Treatment.OUT_OF_SCOPE, Treatment.COMPOSITION, Treatment.EXEMPT})
_BORNE_BY_NOBODY_HERE = frozenset({Treatment.ZERO_RATED_LUT, Treatment.REVERSE_CHARGE})


def heads(
    supply: Supply,
    tax_code: str,
    *,
    on: date,
    tax_class: TaxClass = TaxClass.STANDARD,
    own: OwnRates = (),
) -> tuple[Head, ...]:
    """Return the taxes of this supply of this code, at the rates of this day.

    Under an LUT, and on reverse charge, each head has its true rate, of which none is charged;
    what is out of scope, exempt, nil-rated or under composition has no head.
    Raises: UnknownTaxCode.
    Source: CGST Act s.9(1), (3); UTGST Act s.7(1); IGST Act s.5(1), (3), s.16; GST (Compensation
    to States) Act s.8.
    """
    if supply.treatment in _UNTAXED:
        return ()
    if nature_of(supply, tax_code, on=on, tax_class=tax_class, own=own) is not Nature.TAXABLE:
        return ()
    charged = supply.treatment not in _BORNE_BY_NOBODY_HERE
    local = supply.place.code or "" if supply.kind is SupplyKind.INTRA else None
    return _heads(tax_code, on, own, local, charged)


def nature_of(
    supply: Supply,
    tax_code: str,
    *,
    on: date,
    tax_class: TaxClass = TaxClass.STANDARD,
    own: OwnRates = (),
) -> Nature:
    """Return whether a line can bear tax: by the buyer's notification, its product, its code.

    Raises: UnknownTaxCode.
    """
    if supply.treatment is Treatment.EXEMPT:
        return Nature.EXEMPT
    if supply.treatment in _UNTAXED:
        return tax_class.nature
    if tax_class.nature is not Nature.TAXABLE:
        check_form(tax_code)
        return tax_class.nature
    return rate_row(tax_code, on=on, own=own).nature


def tax_exclusive(amount: int, heads: Sequence[Head]) -> TaxedAmount:
    """Put tax on top of an amount.

    Rounds: each head half up on its own rate, so that CGST and SGST are always equal.
    """
    return TaxedAmount(amount, _rows(amount, heads), 0)


def tax_inclusive(price: int, heads: Sequence[Head]) -> TaxedAmount:
    """Take the tax out of a price that contains it; net, taxes and residue add up to the price.

    Rounds: the net half up. A single head is what is left; of two, each is half up on the net
    and the residue, a minor unit or with a cess two, goes to the invoice's round-off.
    Source: CGST Rules, rule 35.
    """
    if not heads:
        return TaxedAmount(price, (), 0)
    if len(heads) == 1:
        head = heads[0]
        net = half_up(price * head.denominator, head.denominator + head.numerator)
        return TaxedAmount(net, (TaxRow(head.name, head.rate, net, price - net),), 0)
    share = gross_share(heads)
    net = half_up(price * share.denominator, share.numerator)
    rows = _rows(net, heads)
    return TaxedAmount(net, rows, price - net - sum(row.amount for row in rows))


def gross_share(heads: Sequence[Head]) -> Fraction:
    """Return what a net of 1 comes to with its taxes; those that are compound come last."""
    plain = compound = Fraction(1)
    for head in heads:
        rate = Fraction(head.numerator, head.denominator)
        if head.compound:
            compound += rate
        else:
            plain += rate
    return plain * compound


def _rows(net: int, heads: Sequence[Head]) -> tuple[TaxRow, ...]:
    rows, before = [], 0
    for head in heads:
        taxable = net + before if head.compound else net
        amount = half_up(taxable * head.numerator, head.denominator)
        rows.append(TaxRow(head.name, head.rate, taxable, amount))
        before += 0 if head.compound else amount
    return tuple(rows)


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
def _heads(
    tax_code: str, on: date, own: OwnRates, local: str | None, charged: bool
) -> tuple[Head, ...]:
    """Return the heads of a code: in a state, by its two digits, or between states (None)."""
    row = rate_row(tax_code, on=on, own=own)
    if local is None:
        found = [_head("IGST", _percent(row), charged)]
    else:
        state = state_by_code(local)
        if state is None:
            raise ValueError("a supply inside one state has that state as its place")
        half = _percent(row) / 2
        second = "UTGST" if state.union_territory else "SGST"
        found = [_head("CGST", half, charged), _head(second, half, charged)]
    if row.cess:
        found.append(_head("CESS", row.cess, charged))
    return tuple(found)


def _percent(row: Rate) -> Fraction:
    assert row.percent is not None  # rate_row refuses a row without
    return row.percent


def _head(name: str, percent: Fraction, charged: bool) -> Head:
    part = percent / 100 if charged else Fraction(0)
    return Head(name, decimal_percent(percent), part.numerator, part.denominator)
