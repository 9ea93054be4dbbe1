"""Sales to consumers in other states of the Union, counted in euros against article 59c's sum."""

from collections.abc import Iterable, Sequence
from datetime import date

from khata.core.tax.cross_rates import RateBook
from khata.core.tax.parties import CrossBorder
from khata.core.tax.rupees import ExchangeRate

Sold = tuple[int, str, date | None, int]  # year, currency, day where it is no euro, net


def cross_border_of(
    sold: Sequence[Sold], rates: Iterable[ExchangeRate], *, on: date
) -> CrossBorder:
    """Return what was sold in the year of a day and the one before, in euro cents.

    Each day of another currency counts at its rate. Rounds: half up for each day and currency.
    Source: Directive 2006/112/EC articles 59c(1)(c), 91(2).
    """
    book = RateBook(rates)
    euros: dict[int, int] = {}
    uncounted: set[str] = set()
    for year, currency, day, net in sold:
        cents: int | None = net
        if day is not None:
            rate = book.cross("EUR", currency, on=day)
            cents = None if rate is None else rate.converted(net)
        if cents is None:
            uncounted.add(currency)
        else:
            euros[year] = euros.get(year, 0) + cents
    this_year, last_year = euros.get(on.year, 0), euros.get(on.year - 1, 0)
    return CrossBorder(this_year, last_year, tuple(sorted(uncounted)))
