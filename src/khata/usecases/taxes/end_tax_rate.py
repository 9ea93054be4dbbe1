"""End a rate of the tenant's own: it is never deleted, as credit notes go back to it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.core.tax.own_rates import BadTaxRate, TaxRatesOverlap
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class EndTaxRate:
    tenant: UUID
    id: UUID
    valid_to: date  # the last day


def end_tax_rate(command: EndTaxRate, *, db: Database) -> None:
    """Let the rate hold no longer than to a day. Raises: NotFound, BadTaxRate, TaxRatesOverlap."""
    with db.transaction(command.tenant) as uow:
        uow.tenants.lock()
        rate = uow.tax_facts.lock_rate(command.id)
        if rate is None:
            raise NotFound("tax rate", public_id("txr", command.id))
        if command.valid_to < rate.valid_from:
            raise BadTaxRate(
                f"The rate would end on {command.valid_to}, before it begins", param="valid_to"
            )
        later = [
            other
            for other in uow.tax_facts.rates()
            if other.prefix == rate.prefix and other.valid_from > rate.valid_from
        ]
        if any(other.valid_from <= command.valid_to for other in later):
            raise TaxRatesOverlap(
                f"There is a later rate for {rate.prefix}, which begins sooner", param="valid_to"
            )
        uow.tax_facts.end_rate(command.id, command.valid_to)
