"""What a tenant has told of its taxes: its own rates, its turnovers, rates of exchange."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from khata.core.tax.cross_rates import CrossRate, RateBook
from khata.core.tax.hsn_digits import digits_asked
from khata.core.tax.quotes import Quote, TaxProviderTerms
from khata.core.tax.rate_table import OwnRates
from khata.core.tax.rupees import OLDEST_DAYS, ExchangeRate, rate_for


@dataclass(frozen=True, slots=True)
class TenantFacts:
    """`turnovers` is paise by Indian financial year; `exchange` holds the rates of recent days.

    `exchange_days` is how many days old a rate of exchange may be. `foreseen`: of a day to come,
    whose rates nobody knows yet. `provider` is who says sales tax, if anyone does; `quotes` are its
    answers of the day that no invoice bears yet.
    """

    rates: OwnRates = ()
    turnovers: Mapping[str, int] = field(default_factory=dict)
    exchange: tuple[ExchangeRate, ...] = ()
    foreseen: bool = False
    exchange_days: int = OLDEST_DAYS
    provider: TaxProviderTerms | None = None
    quotes: tuple[Quote, ...] = ()

    def digits_asked(self, on: date) -> int:
        """Return how many digits of a code are asked on a day."""
        return digits_asked(self.turnovers, on=on) if self.turnovers else 4

    def exchange_rate(self, currency: str, on: date) -> ExchangeRate | None:
        """Return what values an invoice in this currency in rupees; None for rupees."""
        if currency == "INR" or not self.exchange:
            return None
        return rate_for(self.exchange, currency, on=on, oldest_days=self.exchange_days)

    def cross_rate(self, unit: str, of: str, on: date) -> CrossRate | None:
        """Return what one unit of a currency is in another, or None where no rate says so."""
        return RateBook(self.exchange).cross(unit, of, on=on, oldest_days=self.exchange_days)

    def in_euros(self, amount: int, currency: str, on: date) -> int | None:
        """Return minor units of a currency as euro cents, or None where no rate is on file."""
        if currency == "EUR":
            return amount
        rate = self.cross_rate("EUR", currency, on)
        return None if rate is None else rate.converted(amount)


NO_FACTS = TenantFacts()
