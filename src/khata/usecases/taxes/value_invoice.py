"""Value an invoice in rupees, where no rate of exchange was on file when it was issued."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from khata.core.tax.rupees import ExchangeRate, ExchangeRateKept, check_day, check_rate
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class ValueInvoice:
    """`rate` is rupees for one unit of the invoice's currency, published `on` a day."""

    tenant: UUID
    invoice: UUID
    at: datetime
    on: date
    rate: Decimal
    source: str


def value_invoice(command: ValueInvoice, *, db: Database) -> None:
    """Keep the rate on the invoice, once and for ever.

    Raises: NotFound, BadExchangeRate, ExchangeRateOfAnotherDay, ExchangeRateKept.
    Source: CGST Rules, rule 34(2).
    """
    with db.transaction(command.tenant) as uow:
        invoice = uow.invoices.lock(command.invoice)
        rate = ExchangeRate(invoice.currency, command.on, command.rate, command.source)
        check_rate(rate)
        oldest = uow.tenants.get().policies.exchange_rate_days
        check_day(rate, supplied_on=invoice.issued_on, oldest_days=oldest)
        if not uow.invoices.keep_exchange_rate(invoice.id, rate):
            raise ExchangeRateKept(
                f"{invoice.number} has been valued in rupees, and keeps that rate", param="rate"
            )
