"""Revise an invoice that was issued before its seller's certificate of registration came."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from khata.core.account import Tenant
from khata.core.ids import new_id
from khata.core.invoice import Invoice
from khata.core.issuing import booked, told
from khata.core.ledger.booking import payment_carried
from khata.core.periods import day_of
from khata.core.registration import DEFAULT_SERIES, Registration
from khata.core.revised_invoice import NotRevisable, Revisable, check_revisable, revised_invoice
from khata.db.stores.due import DueWork
from khata.db.stores.invoices import StoredInvoice
from khata.db.stores.revising import Revising
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.invoices.book_void import book_void
from khata.usecases.invoices.settle_at_once import settle_at_once
from khata.usecases.payments.lock_owed import lock_owed
from khata.usecases.payments.regain_access import regain_access


@dataclass(frozen=True, slots=True)
class ReviseInvoice:
    """`tax_behavior`: whether tax comes on top of what was billed, or is within it.

    None: as its prices say.
    """

    tenant: UUID
    id: UUID
    at: datetime
    invoice_id: UUID
    tax_behavior: str | None = None


def revise_invoice(command: ReviseInvoice, *, db: Database) -> None:
    """Issue the revised invoice in the place of an invoice, which is void from then on.

    What was paid of the one pays the other, and what is left is owed and collected.
    Raises: NotFound, NotRevisable, SeriesFull, PeriodFiled, and what tax refuses.
    Source: CGST Act s.31(3)(a); docs/decisions/0045-a-revised-invoice-takes-the-place.md.
    """
    with db.transaction(command.tenant) as uow:
        owed = lock_owed(uow, command.invoice_id, param="invoice")
        original = Revising(uow.connection).original(command.invoice_id)
        tenant = uow.tenants.get()
        today = day_of(command.at, tenant.timezone)
        successor = uow.sellers.successor_of(owed.invoice.registration_id)
        by = check_revisable(original, successor, today=today)
        revised = _drawn(uow, command, original, by, tenant, today)
        _set_aside(uow, owed.invoice, at=command.at)
        for subscription in owed.subscriptions:
            regain_access(uow, subscription, original.id, cause="invoice revised", at=command.at)
        entry = booked(revised, new_id(command.at))
        uow.books.post([] if entry is None else [entry], command.at)
        revised, events = settle_at_once(uow, revised, told(revised), at=command.at)
        uow.events.add(events, command.at)
        uow.invoices.store([revised], command.at)
        Revising(uow.connection).take_place(original.id, revised.id)


def _drawn(
    uow: UnitOfWork,
    command: ReviseInvoice,
    original: Revisable,
    by: Registration,
    tenant: Tenant,
    today: date,
) -> Invoice:
    work = DueWork(uow.connection)
    terms = work.terms_between(by.id, original.customer_id, on=original.issued_on)
    if terms.payer_id is not None:
        raise NotRevisable(
            f"Another customer pays for who was billed by {original.number} by now; let it pay for "
            "itself until the invoice is revised",
            param="invoice",
        )
    return revised_invoice(
        original,
        by,
        terms,
        id=command.id,
        series={**DEFAULT_SERIES, **by.series}["revised_invoice"],
        tax_behavior=command.tax_behavior or original.tax_behavior,
        today=today,
        policies=tenant.policies,
        ids=iter(lambda: new_id(command.at), None),
    )


def _set_aside(uow: UnitOfWork, invoice: StoredInvoice, *, at: datetime) -> None:
    """Make the original void, and keep what was paid of it as the customer's credit."""
    book_void(uow, invoice, at=at)
    uow.payments.cancel_scheduled(invoice.id, at)
    paid = uow.invoices.get(invoice.id).amount_paid  # what funds paid went back to them
    if not paid:
        return
    uow.invoices.unpay(invoice.id, paid)
    uow.credit.give(invoice.customer_id, invoice.currency, paid, "invoice_revised", invoice.id, at)
    on = day_of(at, uow.tenants.get().timezone)
    entry = payment_carried(
        id=new_id(at), invoice_id=invoice.id, on=on, currency=invoice.currency, amount=paid
    )
    uow.books.post([entry], at)
