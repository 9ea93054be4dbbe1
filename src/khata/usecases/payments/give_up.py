"""Give up collecting: only now, after the last attempt, does access change."""

from dataclasses import replace
from datetime import datetime

from khata.core.endings import GIVEN_UP
from khata.core.events import (
    Event,
    PaymentGivenUp,
    SubscriptionCanceled,
    SubscriptionUnpaid,
)
from khata.core.ids import new_id
from khata.core.invoice import InvoiceStatus
from khata.core.payment import Payment
from khata.core.periods import day_of, start_of_day
from khata.core.policies import AfterLastRetry
from khata.core.subscription import Status, Subscription, move
from khata.db.transaction import UnitOfWork
from khata.usecases.invoices.book_write_off import book_write_off
from khata.usecases.payments.lock_owed import Owed


def give_up(
    uow: UnitOfWork, owed: Owed, payment: Payment, then: AfterLastRetry, *, at: datetime
) -> None:
    """End the campaign with one event; the subscription is unpaid or canceled, as policy says.

    The invoice stays owed, unless the tenant writes off what it gives up.
    """
    invoice = owed.invoice
    uow.events.add(
        [
            PaymentGivenUp(
                payment.id, invoice.id, invoice.customer_id, payment.currency, payment.amount
            )
        ],
        at,
    )
    if owed.subscription is not None:
        _lose_access(uow, owed.subscription, then, at)
    is_owed = invoice.status is InvoiceStatus.OPEN  # what is written off already stays so
    if is_owed and uow.tenants.get().policies.write_off_when_given_up:
        book_write_off(uow, invoice, at=at)


def _lose_access(
    uow: UnitOfWork, subscription: Subscription, then: AfterLastRetry, at: datetime
) -> None:
    """Stop what is running; a subscription that is paused, unpaid or canceled stays so."""
    if subscription.status not in (Status.ACTIVE, Status.PAST_DUE):
        return
    to = Status.CANCELED if then is AfterLastRetry.CANCELED else Status.UNPAID
    moved, the_move = move(subscription, to, id=new_id(at), cause=GIVEN_UP, actor="dunning", at=at)
    event: Event = SubscriptionUnpaid(subscription.id, subscription.customer_id)
    if to is Status.CANCELED:
        today = day_of(at, subscription.timezone)
        moved = replace(moved, ended_on=today, canceled_at=at, cancel_reason=GIVEN_UP)
        event = SubscriptionCanceled(subscription.id, subscription.customer_id, today, GIVEN_UP)
        uow.payments.stop_retries([subscription.id], at)
    elif moved.cancel_on is not None:  # nothing is billed any more, but its end comes all the same
        moved = replace(moved, next_billing_at=start_of_day(moved.cancel_on, subscription.timezone))
    uow.subscriptions.store_moved([(moved, the_move)], at, was={subscription.id: subscription.mrr})
    uow.events.add([event], at)
