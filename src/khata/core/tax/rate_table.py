"""The rates of GST by tax code and day, read from dated rows, never from code."""

import tomllib
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files

from khata.core.refusal import Refusal
from khata.core.tax.nature import Nature


class UnknownTaxCode(Refusal):
    """No single rate of GST is on file for this HSN or SAC code on this day."""


class GoodsNotTaxed(UnknownTaxCode):
    """The code is one of goods (HSN chapters 01 to 98), whose rates the tenant has to bring."""


class TaxCodeTooCoarse(UnknownTaxCode):
    """The code is a heading, and services within it bear different rates."""


@dataclass(frozen=True, slots=True)
class Rate:
    """The rate of all codes that start with `prefix`, from one day to another, both included.

    `cess` is the compensation cess in percent, beside the rate. A row whose nature is not taxable
    is at 0, and says why.
    """

    prefix: str
    percent: Fraction | None  # None: the code alone does not decide, and `note` says why
    valid_from: date
    valid_to: date | None
    note: str
    source: str
    cess: Fraction = Fraction(0)
    nature: Nature = Nature.TAXABLE

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


OwnRates = tuple[Rate, ...]  # a tenant's own rows, which win over the table's


def rate_of(tax_code: str, *, on: date, own: OwnRates = ()) -> Fraction:
    """Return the whole rate of GST in percent, exactly: 18, or 5.

    Raises: UnknownTaxCode, GoodsNotTaxed, TaxCodeTooCoarse.
    """
    percent = rate_row(tax_code, on=on, own=own).percent
    assert percent is not None  # rate_row refuses a row without
    return percent


@lru_cache(maxsize=4096)
def rate_row(tax_code: str, *, on: date, own: OwnRates = ()) -> Rate:
    """Return the row that decides a code on a day, with its percent, cess and nature.

    A row of the tenant's own wins over the table; among either, the longest prefix of the code.
    A heading of four digits is taken from the table only where all within it is at one rate.
    Raises: UnknownTaxCode, GoodsNotTaxed, TaxCodeTooCoarse. Source: the row's own.
    """
    check_form(tax_code)
    mine = _own_row(tax_code, on, own)
    if mine is not None:
        return mine
    if "01" <= tax_code[:2] <= "98":
        raise GoodsNotTaxed(
            f"{tax_code} is a code of goods, and the table has services only, whose codes begin "
            "with 99; bring the rate of these goods as one of your own",
            param="tax_code",
        )
    shipped = _row_of(tax_code, on)
    if shipped is not None and shipped.percent is None:
        raise UnknownTaxCode(
            f"The code {tax_code} does not decide a rate of GST alone: {shipped.note}",
            param="tax_code",
        )
    _check_fine(tax_code, shipped, on)
    if shipped is None:
        raise UnknownTaxCode(
            f"No rate of GST is on file for {tax_code} on {on}; check the code, "
            "or bring its rate as one of your own",
            param="tax_code",
        )
    return shipped


def check_form(tax_code: str) -> None:
    """Refuse what is no code at all. Raises: UnknownTaxCode."""
    if not (tax_code.isascii() and tax_code.isdigit() and len(tax_code) in (4, 6, 8)):
        raise UnknownTaxCode(
            f"{tax_code[:16]!r} is not an HSN or SAC code; those have 4, 6 or 8 digits",
            param="tax_code",
        )


def _own_row(tax_code: str, on: date, own: OwnRates) -> Rate | None:
    fitting = [one for one in own if tax_code.startswith(one.prefix) and one.holds(on)]
    return max(fitting, key=lambda one: len(one.prefix), default=None)


def _row_of(tax_code: str, on: date) -> Rate | None:
    table = rate_table()
    for length in range(len(tax_code), 1, -1):
        for rate in table.get(tax_code[:length], ()):
            if rate.holds(on):
                return rate
    return None


def _check_fine(tax_code: str, own: Rate | None, on: date) -> None:
    """Refuse a heading within which a service has another rate, or none by its code alone."""
    if len(tax_code) >= 6:
        return
    percent = own.percent if own else None
    for prefix, rates in rate_table().items():
        if len(prefix) <= len(tax_code) or not prefix.startswith(tax_code):
            continue
        if any(rate.holds(on) and (percent is None or rate.percent != percent) for rate in rates):
            raise TaxCodeTooCoarse(
                f"{tax_code} is a whole heading, and {prefix} within it is taxed otherwise; "
                "give the six digits of the service",
                param="tax_code",
            )


@lru_cache(maxsize=1)
def rate_table() -> dict[str, tuple[Rate, ...]]:
    """Return every row on file, by prefix."""
    text = files("khata.core.tax").joinpath("rates/gst.toml").read_text("utf-8")
    table: dict[str, tuple[Rate, ...]] = {}
    for row in tomllib.loads(text)["rate"]:
        for prefix in row["codes"]:
            rate = Rate(
                prefix=prefix,
                percent=Fraction(row["percent"]) if "percent" in row else None,
                valid_from=row["valid_from"],
                valid_to=row.get("valid_to"),
                note=row["note"],
                source=row["source"],
            )
            table[prefix] = (*table.get(prefix, ()), rate)
    return table


def decimal_percent(percent: Fraction) -> str:
    """Spell a percentage as people write it: 9, 2.5, 0.125; every rate of GST ends."""
    thousandths = percent * 10_000
    if thousandths.denominator != 1:
        raise ValueError(f"{percent} has more than four decimals")
    whole, part = divmod(thousandths.numerator, 10_000)
    return f"{whole}.{part:04}".rstrip("0").rstrip(".")
