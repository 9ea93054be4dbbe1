"""Add a rate of the tenant's own, which wins over the table that comes with khata."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.tax.own_rates import check_own_rate
from khata.core.tax.rate_table import Rate
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class AddTaxRate:
    tenant: UUID
    id: UUID
    at: datetime
    rate: Rate


def add_tax_rate(command: AddTaxRate, *, db: Database) -> None:
    """Add the rate; documents made before keep theirs. Raises: BadTaxRate, TaxRatesOverlap."""
    with db.transaction(command.tenant) as uow:
        uow.tenants.lock()  # two at once must not both find the days free
        check_own_rate(command.rate, uow.tax_facts.rates())
        uow.tax_facts.add_rate(command.id, command.rate, command.at)
