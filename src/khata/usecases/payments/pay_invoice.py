"""Pay an invoice now, with the payment method on file or with one that is named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from khata.core.payment import Attempt, Payment, PaymentStatus, scheduled
from khata.core.refusal import Kind, Refusal
from khata.db.stores.attempts import Attempts
from khata.db.stores.invoices import StoredInvoice
from khata.db.transaction import Database, UnitOfWork
from khata.ports.gateway import Gateway
from khata.usecases.payments.lock_owed import lock_owed
from khata.usecases.payments.open_attempt import ReadyToSend, open_attempt
from khata.usecases.payments.send_attempt import send_attempt


class InvoiceNotOwed(Refusal):
    """Nothing is left to pay of the invoice: it is paid, void, or not yet open."""

    kind = Kind.CONFLICT


class PaymentInProgress(Refusal):
    """An attempt to collect the invoice is open; a second one could take the money twice."""

    kind = Kind.CONFLICT


class CannotBeCharged(Refusal):
    """There is no payment method that could be charged for this invoice."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class PayInvoice:
    """`id` names the payment, should the invoice have none yet that was not finished."""

    tenant: UUID
    id: UUID
    at: datetime
    invoice_id: UUID
    payment_method_id: UUID | None = None


def pay_invoice(command: PayInvoice, *, db: Database, gateways: Mapping[str, Gateway]) -> Attempt:
    """Try to collect the invoice at once and return the attempt as the answer left it.

    A decline is an answer, not a refusal; it counts as any other.
    Raises: NotFound, InvoiceNotOwed, PaymentInProgress, CannotBeCharged.
    """
    with db.transaction(command.tenant) as uow:
        owed = lock_owed(uow, command.invoice_id)
        earlier = Attempts(uow.connection).of_invoice(owed.invoice.id)
        payment = payment_to_collect(uow, owed.invoice, earlier, command)
        by = None
        if command.payment_method_id is not None:
            by = uow.payments.way_of(owed.invoice.customer_id, command.payment_method_id)
        step = open_attempt(uow, payment, earlier=earlier, at=command.at, gateways=gateways, by=by)
        if not isinstance(step, ReadyToSend):
            raise CannotBeCharged(
                "There is no payment method to charge; add one to the customer first",
                param="payment_method",
            )
    send_attempt(step, tenant=command.tenant, at=command.at, db=db, gateways=gateways)
    with db.transaction(command.tenant) as uow:
        return Attempts(uow.connection).get(step.attempt.id)


def payment_to_collect(
    uow: UnitOfWork, invoice: StoredInvoice, earlier: Sequence[Attempt], command: PayInvoice
) -> Payment:
    """Return the invoice's payment, locked: the one it has, taken up again, or a new one."""
    if invoice.amount_due <= 0:
        raise InvoiceNotOwed(f"Invoice {invoice.number} is {invoice.status}: nothing is owed")
    if any(attempt.is_open for attempt in earlier):
        raise PaymentInProgress(f"Invoice {invoice.number} is being collected; wait for its end")
    latest = uow.payments.latest_of(invoice.id)
    if latest is None or latest.status is PaymentStatus.SUCCEEDED:
        new = scheduled(
            id=command.id,
            invoice_id=invoice.id,
            customer_id=invoice.customer_id,
            amount=invoice.amount_due,
            currency=invoice.currency,
            at=command.at,
        )
        uow.payments.add([new])
        return new
    return replace(latest, status=PaymentStatus.SCHEDULED, finished_at=None)
