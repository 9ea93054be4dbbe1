"""End a confirmation of sales tax: what comes after needs a new one."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.core.tax.confirmations import check_confirmation
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class EndTaxConfirmation:
    tenant: UUID
    id: UUID
    valid_to: date  # the last day


def end_tax_confirmation(command: EndTaxConfirmation, *, db: Database) -> None:
    """Let it hold no longer than to a day. Raises: NotFound and the refusals of confirm_tax."""
    with db.transaction(command.tenant) as uow:
        uow.tenants.lock()
        known = uow.tax_confirmations.all()
        found = next((one for one in known if one.id == command.id), None)
        if found is None:
            raise NotFound("tax confirmation", public_id("txc", command.id))
        others = [one.confirmation for one in known if one.id != command.id]
        check_confirmation(replace(found.confirmation, valid_to=command.valid_to), others)
        uow.tax_confirmations.end(command.id, command.valid_to)
