"""Opt out of one debit: the payer does not want to be debited this time; the mandate stands."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from khata.core.cycles import cycle_of
from khata.core.mandate import ENDED, Mandate, MandateCannotMove, ToldBy
from khata.core.mandate_rules import rail_rules
from khata.core.mandate_terms import Frequency
from khata.core.payment import PaymentStatus, due_at
from khata.core.refusal import Kind, Refusal
from khata.db.retrying import retrying
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.mandates.find_mandate import find_mandate


class NothingToOptOutOf(Refusal):
    """No debit is planned by this mandate, and it has no cycles that could be named."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class OptOutOfDebit:
    """`cycle` is any day of the cycle; None: that of the planned debit, or the present one."""

    tenant: UUID
    id: UUID  # of the mandate
    opt_out_id: UUID
    at: datetime
    told_by: ToldBy
    cycle: date | None = None


def opt_out_of_debit(command: OptOutOfDebit, *, db: Database) -> None:
    """Keep the payer's no. A debit that was planned for the cycle is called off at once: its
    invoice stays owed and is not retried by the mandate, and the next cycle goes on.

    Raises: NotFound, MandateCannotMove, NothingToOptOutOf.
    """
    retrying(db, command.tenant, lambda uow: _opt_out(uow, command))


def _opt_out(uow: UnitOfWork, command: OptOutOfDebit) -> None:
    mandate = find_mandate(uow, command.id)
    if mandate.status in ENDED:
        raise MandateCannotMove(f"This mandate is {mandate.status}; nothing is debited by it")
    unpaid = uow.payments.lock_unpaid(mandate.customer_id)
    uow.mandates.lock(mandate.id)
    cycle_on, invoice = _which(uow, mandate, command)
    row = {
        "id": command.opt_out_id,
        "cycle_on": cycle_on,
        "invoice_id": invoice,
        "told_by": command.told_by,
    }
    told = set(uow.mandate_debits.opt_out(mandate.id, row, at=command.at))
    # What the payer was told of is looked at now, and found to be unwanted.
    planned = [
        payment
        for payment in unpaid
        if payment.id in told
        and payment.status is PaymentStatus.SCHEDULED
        and payment.next_attempt_at is not None
    ]
    uow.payments.change([due_at(payment, command.at) for payment in planned])


def _which(
    uow: UnitOfWork, mandate: Mandate, command: OptOutOfDebit
) -> tuple[date | None, UUID | None]:
    """Return the cycle's first day, or, where there are none, the invoice that is planned."""
    planned = uow.mandate_debits.planned(mandate.id)
    terms = mandate.terms
    if terms.frequency is Frequency.AS_PRESENTED:
        if planned is None or command.cycle is not None:
            raise NothingToOptOutOf(
                "This mandate is debited as presented: it can be opted out of a debit that is "
                "planned, without naming a cycle",
                param="cycle" if command.cycle is not None else None,
            )
        return None, planned[0]
    if command.cycle is None and planned is not None and planned[1] is not None:
        return planned[1], None
    day = command.cycle or rail_rules().day(command.at)
    cycle = cycle_of(terms.frequency, start=terms.start, day=day)
    assert cycle is not None, "only what is debited as presented has no cycles"
    return cycle.start, None
