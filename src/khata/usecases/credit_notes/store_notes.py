"""Store credit notes, inside a transaction that holds their invoices, with all that follows."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from khata.core.credit_note import CreditNote
from khata.core.events import InvoicePaid
from khata.core.ids import new_id
from khata.core.payment import AttemptStatus, Refund, RefundStatus
from khata.db.stores.attempts import Attempts
from khata.db.stores.refunds import Refunds
from khata.db.stores.revising import collected_as
from khata.db.stores.tax_reversals import TaxReversals
from khata.db.transaction import UnitOfWork
from khata.usecases.credit_notes.give_credit import give_back, give_credit
from khata.usecases.payments.regain_access import regain_access


def store_notes(
    uow: UnitOfWork,
    notes: Sequence[CreditNote],
    at: datetime,
    *,
    credit_is_given: bool = False,
    by_payment: UUID | None = None,
) -> None:
    """Store the notes, give the customer its credit, and settle what owes nothing more.

    What they book and tell is the caller's to write. A billing run gives the credit before, so
    that the invoice of the same change can spend it.
    """
    if not notes:
        return
    uow.credit_notes.store(notes, at)
    TaxReversals(uow.connection).want(notes, at)
    if not credit_is_given:
        give_credit(uow, notes, at)
    for note in notes:
        if note.to_refund:
            _give_back(uow, note, at, by_payment)
    lowered = {note.invoice.id: note for note in notes if note.to_invoice}
    for note in lowered.values():
        _lower(uow, note, at)


def _lower(uow: UnitOfWork, note: CreditNote, at: datetime) -> None:
    """Collect less of the invoice, or nothing more where nothing is left."""
    invoice = note.invoice
    left = uow.invoices.get(invoice.id).amount_due
    if left:
        uow.payments.lower(invoice.id, left)
        return
    uow.payments.cancel_scheduled(invoice.id, at)
    uow.payments.let_go(invoice.id)
    paid = InvoicePaid(
        invoice.id, invoice.customer_id, invoice.subscription_id, invoice.currency, invoice.total
    )
    uow.events.add([paid], at)
    for subscription in uow.subscriptions.lock_billed_by(invoice.id):
        regain_access(uow, subscription, invoice.id, cause="invoice credited", at=at)


def _give_back(uow: UnitOfWork, note: CreditNote, at: datetime, by_payment: UUID | None) -> None:
    """Write down the refunds of a note: through the attempts that paid, the newest first.

    Where a payment is named, through that one alone.

    What no gateway can give back (it was paid directly, or given back already) stays credit.
    """
    refunds = Refunds(uow.connection)
    collected = Attempts(uow.connection).of_invoices(collected_as(uow.connection, note.invoice.id))
    attempts = [
        one
        for of_one in collected.values()
        for one in of_one
        if by_payment in (None, one.payment_id)
    ]
    given: dict[object, int] = {}
    for refund in refunds.of_attempts([one.id for one in attempts]):
        if refund.status is not RefundStatus.FAILED:
            given[refund.attempt_id] = given.get(refund.attempt_id, 0) + refund.amount
    left = note.to_refund
    for attempt in reversed(attempts):
        amount = min(left, attempt.amount - given.get(attempt.id, 0))
        if attempt.status is not AttemptStatus.SUCCEEDED or not attempt.gateway_reference:
            continue
        if amount <= 0:
            continue
        refunds.add(
            Refund(
                id=new_id(at),
                attempt_id=attempt.id,
                invoice_id=note.invoice.id,
                gateway=attempt.gateway,
                amount=amount,
                currency=note.invoice.currency,
                reason=f"credit_note_{note.id.hex}",
                number=1,
                status=RefundStatus.SENDING,
                gateway_reference=None,
                ask_at=at,
                asks=0,
                created_at=at,
                finished_at=None,
            )
        )
        left -= amount
    if left:
        give_back(uow, note, left, "not_refundable", at)
