"""Tell what a registered customer did with the input tax that a credit note takes back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class TellItcReversal:
    """`status`: unknown, accepted or rejected, as the Invoice Management System shows it."""

    tenant: UUID
    id: UUID
    at: datetime
    status: str


def tell_itc_reversal(command: TellItcReversal, *, db: Database) -> None:
    """Keep it with the note, for the check list of the return.

    Raises: NotFound, also of a note that takes no tax back from a registered customer.
    Source: CGST Act s.34(2), proviso; Notification 16/2025-CT, in force 1 October 2025.
    """
    with db.transaction(command.tenant) as uow:
        uow.credit_notes.tell_reversal(command.id, command.status, command.at)
