"""How many digits of its code a supply must show: by the turnover of the year before."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files

from khata.core.refusal import Refusal


class TaxCodeTooShort(Refusal):
    """The HSN or SAC has fewer digits than the seller's turnover asks for."""


@dataclass(frozen=True, slots=True)
class DigitsRule:
    """From this day, above this turnover in paise, this many digits on every document."""

    valid_from: date
    above: int
    digits: int
    source: str


def digits_asked(turnovers: Mapping[str, int], *, on: date) -> int:
    """Return how many digits are asked on a day; 4 where no turnover is on file.

    `turnovers` is paise by Indian financial year, as '25-26'; the year before the day's counts.
    Source: Notf. 12/2017-CT as amended by 78/2020-CT; the rows are in rates/hsn_digits.toml.
    """
    turnover = turnovers.get(year_before(on))
    if turnover is None:
        return 4
    asked = 4
    for rule in digits_rules():
        if rule.valid_from <= on and turnover > rule.above:
            asked = max(asked, rule.digits)
    return asked


def check_digits(tax_code: str, asked: int) -> None:
    """Refuse a code that is too short. Raises: TaxCodeTooShort."""
    if len(tax_code) < asked:
        raise TaxCodeTooShort(
            f"{tax_code} has {len(tax_code)} digits, and a turnover above ₹5 crore in the year "
            f"before asks for {asked} (Notification 78/2020-CT)",
            param="tax_code",
        )


def year_before(on: date) -> str:
    """Return the Indian financial year before the one of a day, as '25-26'."""
    first = (on.year if on.month >= 4 else on.year - 1) - 1
    return f"{first % 100:02}-{(first + 1) % 100:02}"


@lru_cache(maxsize=1)
def digits_rules() -> tuple[DigitsRule, ...]:
    """Return every row on file."""
    text = files("khata.core.tax").joinpath("rates/hsn_digits.toml").read_text("utf-8")
    return tuple(
        DigitsRule(row["valid_from"], row["above"] * 100, row["digits"], row["source"])
        for row in tomllib.loads(text)["rule"]
    )
