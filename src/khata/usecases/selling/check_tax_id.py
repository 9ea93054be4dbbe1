"""Check a customer's tax number: its register is asked, and its answer kept, whatever it is."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.ids import public_id
from khata.core.periods import day_of
from khata.core.refusal import Kind, NotFound, Refusal
from khata.core.tax.parties import VatScheme
from khata.core.tax.tax_id_check import Outcome, TaxIdCheck, next_check
from khata.db.stores.tax_id_checks import NumberToCheck, TaxIdChecks
from khata.db.transaction import Database, UnitOfWork
from khata.ports.tax_id_registers import RegisterAway, TaxIdRegister, TaxIdRegisters


class NoRegister(Refusal):
    """No register can be asked about a number of this type here."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class CheckTaxId:
    tenant: UUID
    id: UUID
    customer: UUID
    type: str
    at: datetime


def check_tax_id(command: CheckTaxId, *, db: Database, registers: TaxIdRegisters) -> TaxIdCheck:
    """Ask the register and keep what it says; an answer that does not come is kept as that.

    Raises: NotFound, NoRegister.
    """
    with db.transaction(command.tenant) as uow:
        if uow.customers.get(command.customer) is None:
            raise NotFound("customer", public_id("cus", command.customer))
        number = TaxIdChecks(uow.connection).number_of(command.customer, command.type)
        if number is None:
            raise NotFound(f"{command.type} of customer", public_id("cus", command.customer))
        tenant = uow.tenants.get()
        requester = requesters_of(uow, command.at).get(command.type)
    register = registers.of(command.type, livemode=tenant.livemode)
    if register is None:
        raise NoRegister(
            f"No register is set up that could be asked about numbers of type {command.type}"
        )
    check = answer_about(
        number,
        register,
        requester=requester,
        id=command.id,
        at=command.at,
        zone=tenant.timezone,
    )
    with db.transaction(command.tenant) as uow:
        TaxIdChecks(uow.connection).keep([check], next_check(check.outcome, command.at))
    return check


def requesters_of(uow: UnitOfWork, at: datetime) -> dict[str, str]:
    """Return the VAT ids that the tenant asks with, by the type of number that is asked about.

    Numbers of the Union are asked about by one of a member state, the UK's by one of the UK.
    """
    day = day_of(at, uow.tenants.get().timezone)
    found: dict[str, str] = {}
    for one in uow.sellers.default().vat_registrations:
        if one.scheme is VatScheme.LOCAL and one.holds(day):
            found.setdefault("gb_vat" if one.country == "GB" else "eu_vat", one.number)
    return found


def answer_about(
    number: NumberToCheck,
    register: TaxIdRegister,
    *,
    requester: str | None,
    id: UUID,
    at: datetime,
    zone: str,
) -> TaxIdCheck:
    """Ask about one number, outside of any transaction."""
    of = (id, number.customer_id, number.type, number.value)
    when = (register.name, day_of(at, zone), at)
    try:
        answer = register.check(number.value, requester=requester)
    except RegisterAway as away:
        return TaxIdCheck(*of, Outcome.UNAVAILABLE, *when, detail=str(away)[:200])
    outcome = Outcome.VALID if answer.valid else Outcome.INVALID
    return TaxIdCheck(*of, outcome, *when, answer.consultation_number, answer.name, answer.address)
