"""Add a rate of exchange: rupees for one unit of another currency, of a day."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.money import known_currency
from khata.core.refusal import Kind, Refusal
from khata.core.tax.rupees import ExchangeRate, check_rate
from khata.db.transaction import Database


class ExchangeRateThere(Refusal):
    """The currency has a rate on that day, and invoices may have been valued by it."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class AddExchangeRate:
    tenant: UUID
    id: UUID
    at: datetime
    rate: ExchangeRate


def add_exchange_rate(command: AddExchangeRate, *, db: Database) -> None:
    """Keep the rate. Raises: UnknownCurrency, BadExchangeRate, ExchangeRateThere."""
    rate = command.rate
    known_currency(rate.currency, param="currency")
    check_rate(rate)
    with db.transaction(command.tenant) as uow:
        if not uow.tax_facts.add_exchange_rate(command.id, rate, command.at):
            raise ExchangeRateThere(
                f"There is a rate of {rate.currency} on {rate.on}; it is never changed",
                param="on",
            )
