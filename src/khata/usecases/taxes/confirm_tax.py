"""Confirm how a state of the USA taxes software as a service, with its rates and source."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from khata.core.tax.confirmations import BadTaxConfirmation, Confirmation, check_confirmation
from khata.core.tax.us_states import us_states
from khata.db.stores.tax_confirmations import Confirmed
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class ConfirmTax:
    tenant: UUID
    id: UUID
    at: datetime
    confirmed_by: str
    confirmation: Confirmation


def confirm_tax(command: ConfirmTax, *, db: Database) -> None:
    """Keep it; sales into the state are billed by it from its first day on.

    Raises: BadTaxConfirmation, TaxConfirmationsOverlap.
    """
    new = replace(command.confirmation, state=command.confirmation.state.upper())
    known = us_states().get(new.state)
    if known is None or not known.taxes:
        raise BadTaxConfirmation(
            f"{new.state} levies no sales tax, so there is nothing to confirm", param="state"
        )
    with db.transaction(command.tenant) as uow:
        uow.tenants.lock()  # two at once must not both find the days free
        check_confirmation(new, [one.confirmation for one in uow.tax_confirmations.all()])
        uow.tax_confirmations.add(Confirmed(command.id, new, command.confirmed_by, command.at))
