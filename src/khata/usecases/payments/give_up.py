"""Give up collecting: only now, after the last attempt, does access change."""

from dataclasses import replace
from datetime import datetime

from khata.core.endings import GIVEN_UP
from khata.core.events import PaymentGivenUp, SubscriptionUnpaid
from khata.core.ids import new_id
from khata.core.invoice import InvoiceStatus
from khata.core.payment import Payment
from khata.core.periods import day_of, start_of_day
from khata.core.policies import AfterLastRetry
from khata.core.refusal import Refusal
from khata.core.renewal import Renewal
from khata.core.subscription import Status, Subscription, move
from khata.core.termination import end
from khata.db.transaction import UnitOfWork
from khata.usecases.billing.decide_end_now import decide_end_now
from khata.usecases.billing.store_end import store_end
from khata.usecases.invoices.book_void import book_void
from khata.usecases.invoices.book_write_off import book_write_off
from khata.usecases.payments.lock_owed import Owed
from khata.usecases.wallets.withdraw_top_up import withdraw_top_up


def give_up(
    uow: UnitOfWork, owed: Owed, payment: Payment, then: AfterLastRetry, *, at: datetime
) -> None:
    """End the campaign with one event; what it is for is unpaid or canceled, as policy says.

    The invoice stays owed, unless the tenant writes off what it gives up. One that asks for a
    top-up is void: nothing was sold by it.
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
    for subscription in owed.subscriptions:
        _lose_access(uow, subscription, then, at)
    is_owed = invoice.status is InvoiceStatus.OPEN  # what is written off already stays so
    if is_owed and invoice.subscription_id is None and withdraw_top_up(uow, invoice.id, at=at):
        book_void(uow, invoice, at=at)
    elif is_owed and uow.tenants.get().policies.write_off_when_given_up:
        book_write_off(uow, invoice, at=at)


def _lose_access(
    uow: UnitOfWork, subscription: Subscription, then: AfterLastRetry, at: datetime
) -> None:
    """Stop what is running; a subscription that is paused, unpaid or canceled stays so.

    What is canceled has its last bill, as with any other end.
    """
    if subscription.status not in (Status.ACTIVE, Status.PAST_DUE):
        return
    if then is AfterLastRetry.CANCELED:
        renewal = _ended(uow, subscription, at)
        assert renewal.move is not None
        store_end(uow, replace(renewal, move=replace(renewal.move, actor="dunning")), at)
        return
    moved, the_move = move(
        subscription, Status.UNPAID, id=new_id(at), cause=GIVEN_UP, actor="dunning", at=at
    )
    if moved.cancel_on is not None:  # nothing is billed any more, but its end comes all the same
        moved = replace(moved, next_billing_at=start_of_day(moved.cancel_on, subscription.timezone))
    uow.subscriptions.store_moved([(moved, the_move)], at, was={subscription.id: subscription.mrr})
    uow.events.add([SubscriptionUnpaid(subscription.id, subscription.customer_id)], at)


def _ended(uow: UnitOfWork, subscription: Subscription, at: datetime) -> Renewal:
    """Decide the end. What cannot be billed today, whatever refuses it, does not hinder it."""
    ending = replace(
        subscription,
        cancel_on=day_of(at, subscription.timezone),
        cancel_reason=GIVEN_UP,
        canceled_at=at,
        cancel_policy=None,
    )
    try:
        return decide_end_now(uow, ending, at=at)
    except Refusal:
        return end(ending, at=at, ids=iter(lambda: new_id(at), None))
