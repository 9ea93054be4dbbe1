"""Revise an invoice that was issued before its seller's certificate of registration came."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from khata.core.account import Tenant
from khata.core.ids import new_id
from khata.core.invoice import Invoice, InvoiceStatus
from khata.core.issuing import booked, told
from khata.core.ledger.booking import payment_carried
from khata.core.periods import day_of
from khata.core.registration import DEFAULT_SERIES, Registration
from khata.core.revised_invoice import NotRevisable, Revisable, check_revisable, revised_invoice
from khata.core.subscription import CollectionMethod, Subscription
from khata.core.terms import Terms
from khata.db.retrying import retrying
from khata.db.stores.due import DueWork
from khata.db.stores.invoices import StoredInvoice
from khata.db.stores.revising import Revising
from khata.db.stores.visits import Visits
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.invoices.book_void import book_void
from khata.usecases.invoices.settle_at_once import settle_at_once
from khata.usecases.payments.begin_paid import begin_paid
from khata.usecases.payments.lock_owed import Owed, lock_owed
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

    What was paid of the one pays the other, and what is left is owed and collected; where nobody
    is charged any more, for the customer has left or collecting was given up, it is asked for.
    Raises: NotFound, NotRevisable, SeriesFull, PeriodFiled, and what tax refuses.
    Source: CGST Act s.31(3)(a); docs/decisions/0045-a-revised-invoice-takes-the-place.md.
    """
    retrying(db, command.tenant, lambda uow: _revise(uow, command))


def _revise(uow: UnitOfWork, command: ReviseInvoice) -> None:
    owed = lock_owed(uow, command.invoice_id, param="invoice")
    original = _original(uow, owed)
    tenant = uow.tenants.get()
    today = day_of(command.at, tenant.timezone)
    successor = uow.sellers.successor_of(owed.invoice.registration_id)
    by = check_revisable(original, successor, today=today)
    revised = _drawn(uow, command, original, by, tenant, today)
    _set_aside(uow, owed.invoice, at=command.at)
    entry = booked(revised, new_id(command.at))
    uow.books.post([] if entry is None else [entry], command.at)
    revised, events = settle_at_once(uow, revised, told(revised), at=command.at)
    uow.events.add(events, command.at)
    uow.invoices.store([revised], command.at)
    Revising(uow.connection).take_place(original.id, revised.id)
    if revised.status is InvoiceStatus.PAID:
        _go_on(uow, owed.subscriptions, revised, at=command.at)


def _original(uow: UnitOfWork, owed: Owed) -> Revisable:
    """Return the invoice as revising sees it. Raises: NotFound."""
    original = Revising(uow.connection).original(owed.invoice.id)
    if Visits(uow.connection).open_of([original.id]):
        original = replace(original, is_being_paid=True)
    if owed.is_canceled or original.is_let_go:
        by_hand = CollectionMethod.SEND_INVOICE
        original = replace(original, collection_method=by_hand)
    return original


def _drawn(
    uow: UnitOfWork,
    command: ReviseInvoice,
    original: Revisable,
    by: Registration,
    tenant: Tenant,
    today: date,
) -> Invoice:
    return revised_invoice(
        original,
        by,
        _terms(uow, original, by),
        id=command.id,
        series={**DEFAULT_SERIES, **by.series}["revised_invoice"],
        tax_behavior=command.tax_behavior or original.tax_behavior,
        today=today,
        policies=tenant.policies,
        ids=iter(lambda: new_id(command.at), None),
    )


def _terms(uow: UnitOfWork, original: Revisable, by: Registration) -> Terms:
    """Return the terms of the supply: to the customer as it is, or as it then was if it has moved.

    A state or a GSTIN that was told since counts; what was told then is not mixed with it.

    Raises: NotRevisable, and what tax refuses.
    """
    work, on = DueWork(uow.connection), original.issued_on
    terms = work.terms_between(by.id, original.customer_id, on=on)
    if terms.payer_id is not None:
        raise NotRevisable(
            f"Another customer pays for who was billed by {original.number} by now; let it pay for "
            "itself until the invoice is revised",
            param="invoice",
        )
    buyer = terms.buyer
    untold = original.buyer_state is None and buyer.country == original.buyer_country
    if untold or (buyer.country, buyer.state) == (original.buyer_country, original.buyer_state):
        return terms
    assert original.buyer_party_id is not None  # it was read with the invoice
    there = replace(
        buyer,
        country=original.buyer_country,
        state=original.buyer_state,
        gstin=original.buyer_gstin,
    )
    moved = work.terms_for(by.id, there, on=on)
    return replace(moved, buyer_party_id=original.buyer_party_id)


def _set_aside(uow: UnitOfWork, invoice: StoredInvoice, *, at: datetime) -> None:
    """Make the original void, and keep what was paid of it as the customer's credit."""
    uow.credit.hold(invoice.customer_id, invoice.currency)  # before wallets, as everywhere
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


def _go_on(
    uow: UnitOfWork, subscriptions: Sequence[Subscription], revised: Invoice, *, at: datetime
) -> None:
    """Let what waited for the money begin, or go on: the customer's own funds have paid it all."""
    for subscription in subscriptions:
        if not begin_paid(uow, subscription, at=at):
            regain_access(uow, subscription, revised.id, cause="invoice paid", at=at)
