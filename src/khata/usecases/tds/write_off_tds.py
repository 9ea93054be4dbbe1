"""Write off withheld tax for which no certificate will come."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from khata.core.ids import new_id
from khata.core.ledger.booking_direct import tds_written_off
from khata.core.periods import day_of
from khata.core.tds import TdsClosed, TdsStatus
from khata.db.stores.tds import TdsReceivables
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class WriteOffTds:
    tenant: UUID
    id: UUID
    at: datetime


def write_off_tds(command: WriteOffTds, *, db: Database) -> None:
    """Book what no certificate speaks of as lost. The invoice stays paid.

    Raises: NotFound, TdsClosed.
    """
    with db.transaction(command.tenant) as uow:
        rows = TdsReceivables(uow.connection)
        row = rows.lock(command.id)
        if row.status not in (TdsStatus.AWAITED, TdsStatus.SHORT):
            raise TdsClosed(f"It is {row.status.replace('_', ' ')}: nothing is left to write off")
        lost = row.uncertified
        entry = tds_written_off(
            id=new_id(command.at),
            tds_id=row.id,
            on=day_of(command.at, uow.tenants.get().timezone),
            currency=row.currency,
            amount=lost,
        )
        uow.books.post([entry], command.at)
        rows.change(replace(row, status=TdsStatus.WRITTEN_OFF, written_off=lost))
