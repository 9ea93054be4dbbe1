"""Record the certificate of tax that a customer withheld."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from khata.core.tds import certified
from khata.db.stores.tds import TdsReceivables
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class RecordTdsCertificate:
    """`amount` is in minor units; None: all that was withheld."""

    tenant: UUID
    id: UUID
    number: str
    issued_on: date
    amount: int | None = None


def record_tds_certificate(command: RecordTdsCertificate, *, db: Database) -> None:
    """Keep its number and what it says; the books stay, as the state owes it as before.

    One for less leaves the rest awaited, and a corrected one takes its place.
    Raises: NotFound, TdsClosed, CertificateTooHigh.
    """
    with db.transaction(command.tenant) as uow:
        rows = TdsReceivables(uow.connection)
        row = rows.lock(command.id)
        status, amount = certified(
            row, number=command.number, on=command.issued_on, amount=command.amount
        )
        rows.change(
            replace(
                row,
                status=status,
                certificate_number=command.number,
                certificate_on=command.issued_on,
                certificate_amount=amount,
            )
        )
