"""Undo a filing that was written down by mistake: nothing was filed at the portal."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.filing import check_undoable
from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.db.stores.filings import filed_of
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class UndoFiling:
    tenant: UUID
    id: UUID
    at: datetime
    reason: str


def undo_filing(command: UndoFiling, *, db: Database) -> None:
    """Open a month again; what was written down of its filing is kept with the reason.

    Raises: NotFound, FilingStands.
    """
    with db.transaction(command.tenant) as uow:
        row = uow.filings.row(command.id)
        if row is None:
            raise NotFound("filed return", public_id("fret", command.id))
        filed = filed_of(row)
        uow.filings.lock(filed.registration_id)
        if uow.filings.row(command.id) is None:  # undone by somebody meanwhile
            raise NotFound("filed return", public_id("fret", command.id))
        check_undoable(
            filed,
            others=uow.filings.of(filed.registration_id),
            is_amended=uow.filings.amended(filed.id),
        )
        uow.filings.undo(command.id, command.reason, command.at)
