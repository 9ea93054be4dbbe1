"""Refund a payment, all of it or a part: the money goes back, and a credit note says why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.credit_note import BilledInvoice, CreditLine, Settle, credit_note, whole_credit
from khata.core.crediting import note_booked, note_told
from khata.core.dispute import check_refundable
from khata.core.gross_credit import gross_credit
from khata.core.ids import new_id, public_id
from khata.core.numbering import financial_year
from khata.core.payment import AttemptStatus, RefundStatus
from khata.core.periods import day_of
from khata.core.refusal import Kind, NotFound, Refusal
from khata.core.registration import DEFAULT_SERIES
from khata.db.stores.attempts import Attempts
from khata.db.stores.disputes import Disputes
from khata.db.stores.refunds import Refunds
from khata.db.stores.revising import stands_for
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.credit_notes.store_notes import store_notes
from khata.usecases.payments.lock_owed import lock_owed


class NotRefundable(Refusal):
    """There is nothing here that a gateway could give back, or it is not the payment's to give."""

    kind = Kind.CONFLICT


class RefundExceedsCapture(Refusal):
    """More was asked back than was taken and is still here."""


@dataclass(frozen=True, slots=True)
class RefundPayment:
    """`amount` is in minor units with tax; None: all that is left. `note_id` names the note."""

    tenant: UUID
    note_id: UUID
    at: datetime
    payment_id: UUID
    amount: int | None
    reason: str


def refund_payment(command: RefundPayment, *, db: Database) -> None:
    """Issue the note and write down the refund, which is sent by itself: together or not at all.

    Of two at once the second sees what the first has taken. What a gateway refuses later stays
    the customer's credit. Raises: NotFound, NotRefundable, PaymentDisputed,
    RefundExceedsCapture.
    """
    with db.transaction(command.tenant) as uow:
        paid = uow.payments.get(command.payment_id).invoice_id
        invoice_id = stands_for(uow.connection, paid)
        owed = lock_owed(uow, invoice_id)
        invoice = uow.billed.invoice(invoice_id)
        if invoice is None:
            raise NotRefundable(f"Invoice {owed.invoice.number} is {owed.invoice.status}")
        if invoice.subscription_id is None and uow.wallets.top_up_of(invoice.id) is not None:
            raise NotRefundable(
                f"{invoice.number} filled a wallet; what is in there can be spent, not given back"
            )
        if owed.invoice.amount_due > 0:
            raise NotRefundable(
                f"{owed.invoice.amount_due} minor units of {invoice.number} are still owed; "
                "credit the invoice instead: that lowers what is owed first"
            )
        for dispute in Disputes(uow.connection).of_payment(command.payment_id):
            check_refundable(dispute)
        amount = _amount(uow, command, invoice)
        _issue(uow, command, invoice, amount)


def _amount(uow: UnitOfWork, command: RefundPayment, invoice: BilledInvoice) -> int:
    """Return what goes back, within what was captured and within what the invoice has left."""
    attempts = Attempts(uow.connection).of_payment(command.payment_id)
    captured = sum(
        one.amount
        for one in attempts
        if one.status is AttemptStatus.SUCCEEDED and one.gateway_reference
    )
    given = sum(
        refund.amount
        for refund in Refunds(uow.connection).of_attempts([one.id for one in attempts])
        if refund.status is not RefundStatus.FAILED
    )
    left = min(captured - given, invoice.total - invoice.credited)
    if left <= 0:
        id = public_id("pay", command.payment_id)
        raise NotRefundable(f"Nothing that a gateway took is left of {id} to be given back")
    amount = left if command.amount is None else command.amount
    if amount > left:
        raise RefundExceedsCapture(
            f"{left} minor units are left of this payment, not {amount}", param="amount"
        )
    return amount


def _issue(uow: UnitOfWork, command: RefundPayment, invoice: BilledInvoice, amount: int) -> None:
    tenant, registration = uow.tenants.get(), uow.sellers.get(invoice.registration_id)
    if registration is None:
        raise NotFound("registration", public_id("reg", invoice.registration_id))
    today = day_of(command.at, tenant.timezone)
    ids = iter(lambda: new_id(command.at), None)
    lines, rounding = _lines(invoice, amount, ids)
    note = credit_note(
        invoice,
        lines,
        id=command.note_id,
        reason=command.reason,
        cause="manual",
        settle=Settle.REFUND,
        issued_on=today,
        series={**DEFAULT_SERIES, **registration.series}["credit_note"],
        financial_year=financial_year(today, registration.country),
        rounding=rounding,
    )
    entry = note_booked(note, next(ids))
    uow.books.post([] if entry is None else [entry], command.at)
    uow.events.add([note_told(note)], command.at)
    store_notes(uow, [note], command.at, by_payment=command.payment_id)


def _lines(
    invoice: BilledInvoice, amount: int, ids: Iterator[UUID]
) -> tuple[list[CreditLine], int | None]:
    if amount == invoice.total - invoice.credited:
        return whole_credit(invoice, ids), None
    return gross_credit(invoice, amount, ids)
