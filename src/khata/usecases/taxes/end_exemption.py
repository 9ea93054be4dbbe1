"""End an exemption: invoices that were issued under it keep it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.core.tax.exemptions import BadExemption
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class EndExemption:
    tenant: UUID
    id: UUID
    valid_to: date  # the last day


def end_exemption(command: EndExemption, *, db: Database) -> None:
    """Let the exemption hold no longer than to a day. Raises: NotFound, BadExemption."""
    with db.transaction(command.tenant) as uow:
        found = uow.exemptions.get(command.id)
        if found is None:
            raise NotFound("exemption", public_id("exm", command.id))
        if command.valid_to < found[1].valid_from:
            raise BadExemption(
                f"The exemption would end on {command.valid_to}, before it begins",
                param="valid_to",
            )
        uow.exemptions.end(command.id, command.valid_to)
