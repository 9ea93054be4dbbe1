"""Check the tax numbers that are due: new ones, and once a month each."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from khata.core.ids import new_ids
from khata.core.tax.tax_id_check import SOON, TaxIdCheck, next_check
from khata.db.retrying import retrying
from khata.db.stores.tax_id_checks import NumberToCheck, TaxIdChecks
from khata.db.transaction import Database, UnitOfWork
from khata.ports.tax_id_registers import TaxIdRegisters
from khata.usecases.selling.check_tax_id import answer_about, requesters_of


@dataclass(frozen=True, slots=True)
class CheckDueTaxIds:
    tenant: UUID
    at: datetime
    limit: int = 50


def check_due_tax_ids(
    command: CheckDueTaxIds, *, db: Database, registers: TaxIdRegisters | None
) -> int:
    """Ask about what is due, keep each answer, and return how many were looked at.

    The next time is written before anyone is asked. A number that no register can be asked about
    is not due again. A check that fails changes no invoice: the next one is decided with it.
    """
    tenant, at = command.tenant, command.at

    def take(uow: UnitOfWork) -> tuple[list[NumberToCheck], bool, str, dict[str, str]]:
        known = uow.tenants.get()
        due = TaxIdChecks(uow.connection).take_due(at, again_at=at + SOON, limit=command.limit)
        return due, known.livemode, known.timezone, requesters_of(uow, at) if due else {}

    due, livemode, zone, requesters = retrying(db, tenant, take)
    for number, id in zip(due, new_ids(at, len(due)), strict=True):
        register = registers.of(number.type, livemode=livemode) if registers else None
        if register is None:
            retrying(db, tenant, partial(_never_again, number=number))
            continue
        requester = requesters.get(number.type)
        check = answer_about(number, register, requester=requester, id=id, at=at, zone=zone)
        retrying(db, tenant, partial(_keep, check=check, at=at))
    return len(due)


def _never_again(uow: UnitOfWork, *, number: NumberToCheck) -> None:
    TaxIdChecks(uow.connection).never_again(number)


def _keep(uow: UnitOfWork, *, check: TaxIdCheck, at: datetime) -> None:
    TaxIdChecks(uow.connection).keep([check], next_check(check.outcome, at))
