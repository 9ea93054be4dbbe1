"""Settle one new invoice from its customer's own funds, inside the transaction that makes it."""

from collections.abc import Sequence
from datetime import datetime

from khata.core.event import Event
from khata.core.ids import new_id
from khata.core.invoice import Invoice
from khata.core.settling import settle, told_settled
from khata.db.transaction import UnitOfWork
from khata.usecases.invoices.store_settled import store_settled


def settle_at_once(
    uow: UnitOfWork, invoice: Invoice, events: Sequence[Event], *, at: datetime
) -> tuple[Invoice, Sequence[Event]]:
    """Return the invoice and what is told of it as the funds leave them; both are unstored.

    A billing run does the same for a whole batch.
    """
    purses = uow.funds.lock_of([invoice.customer_id])
    funds = purses.get((invoice.customer_id, invoice.currency))
    ids = iter(lambda: new_id(at), None)
    settled = None if funds is None else settle(invoice, funds, at=at, ids=ids)
    if settled is None:
        return invoice, events
    store_settled(uow, [settled], at)
    return settled.invoice, told_settled(events, settled)
