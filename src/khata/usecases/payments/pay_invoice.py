"""Pay an invoice now, with the payment method on file or with one that is named."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from khata.core.dunning import DeclineClass
from khata.core.payment import (
    Attempt,
    AttemptStatus,
    Cause,
    Payment,
    PaymentStatus,
    due_at,
    scheduled,
)
from khata.core.refusal import Kind, Refusal
from khata.core.visiting import Visit
from khata.db.retrying import retrying
from khata.db.stores.attempts import Ask, Attempts
from khata.db.stores.invoices import StoredInvoice
from khata.db.stores.payment_methods import Payable
from khata.db.stores.visits import Visits
from khata.db.transaction import Database, UnitOfWork
from khata.ports.gateways import Gateways
from khata.usecases.payments.ask_about_attempt import ask_about_attempt
from khata.usecases.payments.lock_owed import lock_owed
from khata.usecases.payments.open_attempts import (
    CannotSend,
    Planned,
    PutOff,
    ReadyToSend,
    open_attempts,
)
from khata.usecases.payments.send_attempt import send_attempt
from khata.usecases.visits.settle_before_charging import settle_before_charging


class InvoiceNotOwed(Refusal):
    """Nothing is left to pay of the invoice: it is paid, void, or not yet open."""

    kind = Kind.CONFLICT


class PaymentInProgress(Refusal):
    """An attempt to collect the invoice is open; a second one could take the money twice."""

    kind = Kind.CONFLICT


class CannotBeCharged(Refusal):
    """There is no payment method that could be charged for this invoice."""

    kind = Kind.CONFLICT


class GatewayOutOfReach(Refusal):
    """The account that would be charged is disabled, or ails and nobody calls it for a while."""

    kind = Kind.CONFLICT


class _AskFirst(Exception):
    """Earlier attempts, thought to have failed, may have paid meanwhile; or the payer may be paying
    at a gateway's own page."""

    def __init__(self, attempts: Sequence[Attempt], visits: Sequence[Visit]) -> None:
        super().__init__()
        self.attempts = attempts
        self.visits = visits


@dataclass(frozen=True, slots=True)
class PayInvoice:
    """`id` names the payment, should the invoice have none yet that was not finished."""

    tenant: UUID
    id: UUID
    at: datetime
    invoice_id: UUID
    payment_method_id: UUID | None = None


def pay_invoice(
    command: PayInvoice,
    *,
    db: Database,
    gateways: Gateways,
    bringing: Callable[[UnitOfWork], object] | None = None,
) -> Attempt:
    """Try to collect the invoice at once and return the attempt as the answer left it.

    A decline is an answer, not a refusal; the planned retries stay as they were, unless the next
    is due at this moment: then this is the one. Where an
    earlier attempt turns out to have paid, nothing is charged and that one is returned.
    `bringing` is done first, in the transaction that opens the attempt: refused together or
    kept together.
    Raises: NotFound, InvoiceNotOwed, PaymentInProgress, CannotBeCharged, GatewayOutOfReach.
    """

    def opened(uow: UnitOfWork, asked: set[UUID] | None) -> ReadyToSend | Attempt:
        if bringing is not None:
            bringing(uow)
        return _opened(uow, command, gateways, asked=asked)

    tenant, at = command.tenant, command.at
    try:
        step = retrying(db, tenant, lambda uow: opened(uow, None))
    except _AskFirst as first:
        _ask(first.attempts, command, db, gateways)
        _settle(first.visits, command, db, gateways)
        # Where a visit has paid, its attempt has the same id.
        asked = {one.id for one in first.attempts} | {one.id for one in first.visits}
        step = retrying(db, tenant, lambda uow: opened(uow, asked))
    if isinstance(step, Attempt):
        return step
    send_attempt(step, tenant=tenant, at=at, db=db, gateways=gateways)
    with db.transaction(tenant) as uow:
        return Attempts(uow.connection).get(step.attempt.id)


def _ask(
    attempts: Sequence[Attempt],
    command: PayInvoice,
    db: Database,
    gateways: Gateways,
) -> None:
    """Ask what became of them; without an answer a new attempt could take the money twice."""
    for attempt in attempts:
        ask = Ask(attempt, is_last=False)
        if not ask_about_attempt(
            ask, tenant=command.tenant, at=command.at, db=db, gateways=gateways
        ):
            raise PaymentInProgress(
                "The gateway cannot tell now what became of an earlier attempt; try again later"
            )


def _settle(visits: Sequence[Visit], command: PayInvoice, db: Database, gateways: Gateways) -> None:
    """Close the page where the payer could pay at the same time, and ask at those closed before."""
    if not settle_before_charging(
        visits, tenant=command.tenant, at=command.at, db=db, gateways=gateways
    ):
        raise PaymentInProgress("The customer is paying at a gateway's own page; try again later")


def _opened(
    uow: UnitOfWork,
    command: PayInvoice,
    gateways: Gateways,
    *,
    asked: set[UUID] | None,
) -> ReadyToSend | Attempt:
    """Open the attempt. Raises _AskFirst, which undoes all, where others may have paid."""
    owed = lock_owed(uow, command.invoice_id)
    earlier = Attempts(uow.connection).of_invoices([owed.invoice.id])
    before = earlier[owed.invoice.id]
    if asked is not None:
        for attempt in before:
            if attempt.id in asked and attempt.status is AttemptStatus.SUCCEEDED:
                return attempt
    payment = _payment(uow, owed.invoice, before, command)
    late = [attempt for attempt in before if attempt.may_come_late(command.at)]
    visits = Visits(uow.connection).may_pay([owed.invoice.id]).get(owed.invoice.id, ())
    if (late or visits) and asked is None:
        raise _AskFirst(late, visits)
    if any(visit.is_open for visit in visits):
        raise PaymentInProgress("The customer is paying at a gateway's own page; try again later")
    by = None
    if command.payment_method_id is not None:
        by = uow.payments.way_of(owed.invoice.customer_id, command.payment_method_id)
    cause = Cause.CUSTOMER
    if _is_the_planned_one(uow, payment, by, command.at):
        cause, payment = Cause.SCHEDULE, replace(payment, returns_to=None, returns_at=None)
    [step] = open_attempts(
        uow,
        [payment],
        earlier=earlier,
        cause=cause,
        at=command.at,
        gateways=gateways,
        by=by,
    )
    if isinstance(step, Planned):
        raise CannotBeCharged(
            "The payer is told a day before this way to pay is debited, so it cannot be done now; "
            "it is done by itself, or paid another way",
            param="payment_method",
        )
    is_away = isinstance(step, CannotSend) and step.decline_class is DeclineClass.GATEWAY_DOWN
    if is_away or isinstance(step, PutOff):
        raise GatewayOutOfReach(
            "The gateway account of this payment method takes no payments at this moment; try "
            "again later, or pay by another payment method",
            param="payment_method",
        )
    if not isinstance(step, ReadyToSend):
        raise CannotBeCharged(
            "There is no payment method to charge; add one to the customer first",
            param="payment_method",
        )
    return step


def _is_the_planned_one(
    uow: UnitOfWork, payment: Payment, by: Payable | None, at: datetime
) -> bool:
    """Say whether this is what the schedule would do at this moment: then it is done once."""
    if payment.returns_at is None or payment.returns_at > at:
        return False
    return by is None or by == uow.payments.ways_to_pay([payment.invoice_id]).get(
        payment.invoice_id
    )


def _payment(
    uow: UnitOfWork, invoice: StoredInvoice, earlier: Sequence[Attempt], command: PayInvoice
) -> Payment:
    """Return the invoice's payment, locked: the one it has, taken up again, or a new one.

    Either way it knows what it is again if this fails; a new one is then nobody's to collect.
    """
    if invoice.payable <= 0:
        raise InvoiceNotOwed(f"Invoice {invoice.number} is {invoice.status}: nothing is owed")
    if any(attempt.is_open for attempt in earlier):
        raise PaymentInProgress(f"Invoice {invoice.number} is being collected; wait for its end")
    latest = uow.payments.latest_of(invoice.id)
    if latest is None or latest.status is PaymentStatus.SUCCEEDED:
        new = scheduled(
            id=command.id,
            invoice_id=invoice.id,
            customer_id=invoice.customer_id,
            amount=invoice.payable,
            currency=invoice.currency,
            at=command.at,
        )
        uow.payments.add([new])
        if latest is None and invoice.collection_method == "charge_automatically":
            # Sooner than the engine, which will find this payment in the place of its own.
            return replace(new, returns_to=PaymentStatus.SCHEDULED, returns_at=command.at)
        return replace(new, returns_to=PaymentStatus.CANCELED)
    if latest.status is PaymentStatus.PROCESSING:  # it has no open attempt: left behind
        latest = due_at(latest, command.at)
    return replace(latest, returns_to=latest.status, returns_at=latest.next_attempt_at)
