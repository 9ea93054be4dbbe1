"""A tenant's own rates: for goods, for e-books, for what the table does not decide."""

from collections.abc import Iterable
from datetime import date

from khata.core.refusal import Kind, Refusal
from khata.core.tax.nature import Nature
from khata.core.tax.rate_table import Rate

HIGHEST = 100  # percent of rate; a cess has stood above it
HIGHEST_CESS = 300


class BadTaxRate(Refusal):
    """A rate that no law could have, or that says two things."""


class TaxRatesOverlap(Refusal):
    """Two rates of the tenant for the same codes would hold on one day."""

    kind = Kind.CONFLICT


def check_own_rate(rate: Rate, others: Iterable[Rate]) -> None:
    """Refuse a row that could not be applied. Raises: BadTaxRate, TaxRatesOverlap."""
    if not (rate.prefix.isascii() and rate.prefix.isdigit() and 2 <= len(rate.prefix) <= 8):
        raise BadTaxRate("A rate is for codes that begin with 2 to 8 digits", param="prefix")
    if rate.percent is None or not 0 <= rate.percent <= HIGHEST:
        raise BadTaxRate(f"A rate is from 0 to {HIGHEST} percent", param="percent")
    if not 0 <= rate.cess <= HIGHEST_CESS:
        raise BadTaxRate(f"A cess is from 0 to {HIGHEST_CESS} percent", param="cess")
    for part, param in ((rate.percent, "percent"), (rate.cess, "cess")):
        if (part * 1000).denominator != 1:
            raise BadTaxRate("A rate has at most three decimals", param=param)
    if rate.nature is not Nature.TAXABLE and (rate.percent or rate.cess):
        raise BadTaxRate(f"What is {rate.nature} bears 0 percent, and no cess", param="percent")
    if rate.nature is Nature.TAXABLE and not rate.percent:
        raise BadTaxRate(
            "At 0 percent say why: nil_rated by the schedule, exempt by notification, or non_gst",
            param="nature",
        )
    if rate.valid_to is not None and rate.valid_to < rate.valid_from:
        raise BadTaxRate(
            f"The rate would end on {rate.valid_to}, before it begins", param="valid_to"
        )
    for other in others:
        if other.prefix == rate.prefix and _meet(rate, other):
            raise TaxRatesOverlap(
                f"There is a rate for {other.prefix} from {other.valid_from} to "
                f"{other.valid_to or 'further notice'}; end that one first",
                param="valid_from",
            )


def _meet(one: Rate, other: Rate) -> bool:
    return one.valid_from <= (other.valid_to or date.max) and other.valid_from <= (
        one.valid_to or date.max
    )
