"""Void the first invoices of subscriptions that were to begin with their payment, and never did."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from khata.db.stores.revising import carried_by
from khata.db.transaction import UnitOfWork
from khata.usecases.invoices.book_void import book_void


def void_unpaid_first(uow: UnitOfWork, subscription_ids: Sequence[UUID], *, at: datetime) -> None:
    """Void what these locked subscriptions still owe: nobody had any service for it.

    An attempt under way is not recalled; if it takes the money after all, that goes back. What a
    credit note has lowered stays as it is: its rest is for a person to credit. So is what a return
    has declared.
    """
    for subscription_id in subscription_ids:
        for found in uow.invoices.open_of(subscription_id):
            invoice = uow.invoices.lock(found.id)
            uow.payments.cancel_scheduled(invoice.id, at)
            declared = uow.filings.hold_open(invoice.id) is not None
            was_paid = carried_by(uow.connection, invoice.id) > 0
            if not declared and not was_paid and not uow.credit_notes.any_of(invoice.id):
                book_void(uow, invoice, at=at)
