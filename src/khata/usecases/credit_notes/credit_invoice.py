"""Credit an invoice: take back a part of it, or all that is left."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.credit_note import (
    BilledInvoice,
    CreditExceedsLine,
    CreditLine,
    NothingToCredit,
    Settle,
    credit_line,
    credit_note,
    whole_credit,
)
from khata.core.crediting import note_booked, note_told
from khata.core.dispute import check_refundable
from khata.core.ids import new_id, public_id
from khata.core.numbering import financial_year
from khata.core.periods import day_of
from khata.core.refusal import Kind, NotFound, Refusal
from khata.core.registration import DEFAULT_SERIES
from khata.db.stores.disputes import Disputes
from khata.db.stores.revising import collected_as
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.credit_notes.store_notes import store_notes
from khata.usecases.e_invoices.refuse_note import refuse_note
from khata.usecases.payments.lock_owed import lock_owed


class NotCreditable(Refusal):
    """Only an invoice that was issued and stands can be credited."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class CreditInvoice:
    """`lines` are ids of the invoice's lines with net amounts; an amount of None: all of it."""

    tenant: UUID
    id: UUID
    at: datetime
    invoice_id: UUID
    reason: str
    lines: Sequence[tuple[UUID, int | None]] | None = None
    settle: Settle = Settle.CREDIT_BALANCE
    commercial: bool = False  # value alone: the tax stays payable


def credit_invoice(command: CreditInvoice, *, db: Database) -> None:
    """Issue a credit note: it lowers what is owed, and settles the rest as asked.

    Raises: NotFound, NotCreditable, NothingToCredit, CreditExceedsLine, PaymentDisputed,
    CreditNoteTooLate, NoEInvoicePossible.
    """
    with db.transaction(command.tenant) as uow:
        owed = lock_owed(uow, command.invoice_id, param="invoice")
        invoice = uow.billed.invoice(command.invoice_id)
        if invoice is None:
            stored = owed.invoice
            raise NotCreditable(f"Invoice {stored.number} is {stored.status}", param="invoice")
        if invoice.subscription_id is None and uow.wallets.top_up_of(invoice.id) is not None:
            raise NotCreditable(
                f"Nothing was sold by {invoice.number}, a top-up: what it filled can be spent",
                param="invoice",
            )
        if command.settle is Settle.REFUND:
            for one in collected_as(uow.connection, invoice.id):
                for dispute in Disputes(uow.connection).of_invoice(one):
                    check_refundable(dispute)
        tenant, registration = uow.tenants.get(), uow.sellers.get(invoice.registration_id)
        assert registration is not None
        today = day_of(command.at, tenant.timezone)
        ids = iter(lambda: new_id(command.at), None)
        series = {**DEFAULT_SERIES, **registration.series}
        note = credit_note(
            invoice,
            _lines(uow, invoice, command, ids),
            id=command.id,
            reason=command.reason,
            cause="manual",
            settle=command.settle,
            issued_on=today,
            series=series["credit_note"],
            financial_year=financial_year(today, registration.country),
            commercial_series=series["commercial_credit_note"] if command.commercial else None,
        )
        entry = note_booked(note, next(ids))
        uow.books.post([] if entry is None else [entry], command.at)
        uow.events.add([note_told(note)], command.at)
        store_notes(uow, [note], command.at)
        refuse_note(uow, note.id, invoice.registration_id)


def _lines(
    uow: UnitOfWork, invoice: BilledInvoice, command: CreditInvoice, ids: Iterator[UUID]
) -> list[CreditLine]:
    if command.lines is None:
        return whole_credit(invoice, ids)
    places = uow.invoices.positions_of(invoice.id)
    billed = {line.position: line for line in invoice.lines}
    lines, taken = [], dict[int, int]()
    for n, (line_id, amount) in enumerate(command.lines):
        place = places.get(line_id)
        if place is None:
            raise NotFound("invoice line", public_id("il", line_id), param=f"lines.{n}.line")
        line = billed[place]
        left = line.left - taken.get(place, 0)
        wanted = left if amount is None else amount
        if left <= 0 or wanted == 0:
            raise NothingToCredit(f"Nothing is left of {line.description}", param=f"lines.{n}")
        if wanted > left:
            raise CreditExceedsLine(
                f"{left} minor units are left of {line.description}, not {wanted}",
                param=f"lines.{n}.amount",
            )
        if taken.get(place):
            raise CreditExceedsLine("Name each line once", param=f"lines.{n}.line")
        taken[place] = wanted
        lines.append(credit_line(line, wanted, id=next(ids)))
    return lines
