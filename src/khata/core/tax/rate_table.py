"""The rates of GST by tax code and day, read from dated rows, never from code."""

import tomllib
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files

from khata.core.refusal import Refusal


class UnknownTaxCode(Refusal):
    """No single rate of GST is on file for this HSN or SAC code on this day."""


@dataclass(frozen=True, slots=True)
class Rate:
    """The rate of all codes that start with `prefix`, from one day to another, both included."""

    prefix: str
    percent: Fraction | None  # None: the code alone does not decide, and `note` says why
    valid_from: date
    valid_to: date | None
    note: str
    source: str

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@lru_cache(maxsize=4096)
def rate_of(tax_code: str, *, on: date) -> Fraction:
    """Return the whole rate of GST in percent, exactly: 18, or 5.

    The row with the longest prefix of the code decides.
    Raises: UnknownTaxCode. Source: the row's own, in rates/gst.toml.
    """
    if not (tax_code.isascii() and tax_code.isdigit() and len(tax_code) in (4, 6, 8)):
        raise UnknownTaxCode(
            f"{tax_code[:16]!r} is not an HSN or SAC code; those have 4, 6 or 8 digits",
            param="tax_code",
        )
    table = rate_table()
    for length in range(len(tax_code), 1, -1):
        for rate in table.get(tax_code[:length], ()):
            if not rate.holds(on):
                continue
            if rate.percent is None:
                raise UnknownTaxCode(
                    f"The code {tax_code} has more than one rate of GST: {rate.note}",
                    param="tax_code",
                )
            return rate.percent
    raise UnknownTaxCode(
        f"No rate of GST is on file for {tax_code} on {on}; check the code, "
        "or add a row to the rate table",
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
