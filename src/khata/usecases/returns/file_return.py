"""Keep that a return was filed: its month is closed from then on."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from khata.core.exports.return_period import ReturnPeriod
from khata.core.filing import (
    AlreadyFiled,
    FiledReturn,
    check_files,
    check_filing,
    check_given_out,
    month_text,
)
from khata.core.ids import public_id
from khata.core.periods import day_of
from khata.core.refusal import NotFound
from khata.db.reads.returns import owed_by, told_return
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class FileReturn:
    """`arn` is the portal's acknowledgement of the file."""

    tenant: UUID
    id: UUID
    at: datetime
    registration_id: UUID
    period: ReturnPeriod
    arn: str
    filed_on: date


def file_return(command: FileReturn, *, db: Database) -> None:
    """Keep the file as it is now, with its ARN, and close its month.

    No document is dated in it any more, and none of it is cancelled; what was wrong in one is
    told by a later return.
    Raises: NotFound, FilesNoGstr1, PeriodNotOver, BadArn, FiledOnOutOfRange, AlreadyFiled,
    ReturnBlocked.
    """
    with db.transaction(command.tenant) as uow:
        uow.filings.lock(command.registration_id)
        registration = uow.sellers.get(command.registration_id)
        if registration is None:
            id = public_id("reg", command.registration_id)
            raise NotFound("registration", id, param="registration")
        check_files(registration)
        today = day_of(command.at, uow.tenants.get().timezone)
        check_filing(command.period, arn=command.arn, filed_on=command.filed_on, today=today)
        told = told_return(uow.connection, registration, command.period, today=command.filed_on)
        if told.filed is not None:
            raise _already(told.filed)
        check_given_out(told.findings)
        file = told.gstr1.text()
        filed = FiledReturn(
            command.id,
            registration.id,
            command.period,
            command.arn,
            command.filed_on,
            hashlib.sha256(file.encode()).hexdigest(),
            owed_by(told),
            command.at,
        )
        uow.filings.add(filed, file)


def _already(filed: FiledReturn) -> AlreadyFiled:
    return AlreadyFiled(
        f"The return of {month_text(filed.period)} was filed on {filed.filed_on} under "
        f"{filed.arn}: what changes goes into a later one (CGST Act s.37(3))",
        param="period",
    )
