"""Give up collecting: only now, after the last attempt, does access change."""

from dataclasses import replace
from datetime import datetime

from khata.core.dunning_terms import DunningTerms
from khata.core.endings import GIVEN_UP
from khata.core.events import PaymentGivenUp
from khata.core.ids import new_id
from khata.core.invoice import InvoiceStatus
from khata.core.life_events import SubscriptionPaused
from khata.core.payment import Payment
from khata.core.periods import day_of
from khata.core.policies import AfterLastRetry
from khata.core.refusal import Refusal
from khata.core.renewal import Renewal
from khata.core.subscription import Status, Subscription, move
from khata.core.termination import end
from khata.core.waiting import next_thing_at
from khata.db.transaction import UnitOfWork
from khata.usecases.billing.decide_end_now import decide_end_now
from khata.usecases.billing.store_end import store_end
from khata.usecases.dunning.end_campaign import end_campaign
from khata.usecases.invoices.book_void import book_void
from khata.usecases.invoices.book_write_off import book_write_off
from khata.usecases.payments.fall_behind import fall_behind
from khata.usecases.payments.lock_owed import Owed
from khata.usecases.payments.suspend import suspend
from khata.usecases.wallets.withdraw_top_up import withdraw_top_up


def give_up(
    uow: UnitOfWork, owed: Owed, payment: Payment, terms: DunningTerms, *, at: datetime
) -> None:
    """End the campaign with one event; what it is for becomes what its terms say.

    The invoice stays owed, unless the terms or the tenant write off what is given up. One that
    asks for a top-up is void: nothing was sold by it.
    """
    invoice, then = owed.invoice, terms.after_last_retry
    uow.events.add(
        [
            PaymentGivenUp(
                payment.id, invoice.id, invoice.customer_id, payment.currency, payment.amount
            )
        ],
        at,
    )
    end_campaign(uow, invoice.id, at=at, paid_by=None, outcome="given_up")
    for subscription in owed.subscriptions:
        _lose_access(uow, subscription, terms, at)
    is_owed = invoice.status is InvoiceStatus.OPEN  # what is written off already stays so
    writes_off = uow.tenants.get().policies.write_off_when_given_up
    if is_owed and invoice.subscription_id is None and withdraw_top_up(uow, invoice.id, at=at):
        book_void(uow, invoice, at=at)
    elif is_owed and (writes_off or then is AfterLastRetry.UNCOLLECTIBLE):
        book_write_off(uow, invoice, at=at)


def _lose_access(
    uow: UnitOfWork, subscription: Subscription, terms: DunningTerms, at: datetime
) -> None:
    """Stop what is running; a subscription that is paused, unpaid or canceled stays so.

    One that is unpaid because its grace was over meets the end that its terms set. What is
    canceled has its last bill, as with any other end.
    """
    then = terms.after_last_retry
    was_suspended = subscription.status is Status.UNPAID and terms.grace_days is not None
    if subscription.status not in (Status.ACTIVE, Status.PAST_DUE) and not was_suspended:
        return
    if then is AfterLastRetry.CANCELED:
        renewal = _ended(uow, subscription, at)
        assert renewal.move is not None
        store_end(uow, replace(renewal, move=replace(renewal.move, actor="dunning")), at)
    elif then is AfterLastRetry.PAUSED:
        _pause(uow, subscription, at)
    elif then is AfterLastRetry.PAST_DUE:
        fall_behind(uow, [subscription], at=at)
    else:
        suspend(uow, subscription, cause=GIVEN_UP, at=at)


def _pause(uow: UnitOfWork, subscription: Subscription, at: datetime) -> None:
    """Hold the subscription until it is paid; what was billed stays billed, and owed."""
    moved, the_move = move(
        subscription, Status.PAUSED, id=new_id(at), cause=GIVEN_UP, actor="dunning", at=at
    )
    first = day_of(at, subscription.timezone)
    moved = replace(moved, pause_on=first, resume_on=None, pause_policy=None)
    scheduled = uow.schedule.waiting_of([subscription.id]).get(subscription.id, ())
    moved = replace(moved, next_billing_at=next_thing_at(moved, scheduled))
    uow.subscriptions.store_moved([(moved, the_move)], at, was={subscription.id: subscription.mrr})
    uow.events.add([SubscriptionPaused(subscription.id, subscription.customer_id, first, None)], at)


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
