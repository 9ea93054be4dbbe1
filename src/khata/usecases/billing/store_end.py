"""Store an end that was decided at once, inside a transaction that holds the subscription."""

from collections.abc import Sequence
from datetime import datetime

from khata.core.event import Event
from khata.core.renewal import Renewal
from khata.core.subscription import awaits_payment
from khata.db.transaction import UnitOfWork
from khata.usecases.billing.store_changes import store_changes
from khata.usecases.credit_notes.store_notes import store_notes
from khata.usecases.invoices.settle_at_once import settle_at_once
from khata.usecases.invoices.void_unpaid_first import void_unpaid_first


def store_end(uow: UnitOfWork, renewal: Renewal, at: datetime) -> None:
    """Write the end: what is owed stays owed but is retried no more, and nothing waits for it."""
    subscription = renewal.before
    assert renewal.move is not None
    uow.subscriptions.store_moved(
        [(renewal.after, renewal.move)], at, was={subscription.id: subscription.mrr}
    )
    uow.schedule.cancel_of([subscription.id], at)
    uow.payments.stop_retries([subscription.id], at)
    store_changes(uow, [renewal], at)
    if awaits_payment(subscription):
        void_unpaid_first(uow, [subscription.id], at=at)
    uow.books.post(renewal.entries, at)
    store_notes(uow, renewal.notes, at)
    events: Sequence[Event] = renewal.events
    if renewal.invoice is not None:  # what was credited just now pays it first
        invoice, events = settle_at_once(uow, renewal.invoice, events, at=at)
        uow.invoices.add_lines([invoice])
        lowered_by = {discount.id: discount for discount in renewal.discounts}
        uow.coupons.add_line_discounts([invoice], lowered_by)
        uow.invoices.number([invoice], at)
    uow.events.add(events, at)
