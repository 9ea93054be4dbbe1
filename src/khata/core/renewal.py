"""Renewal: what is due of a subscription becomes its next period, an invoice and events."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from khata.core.awaiting import awaiting, expired
from khata.core.coupon import Discount, after_period, recurring_on
from khata.core.currency_swap import CurrencyInPeriod, CurrencyOwed
from khata.core.discounts import Reduction
from khata.core.due import Due as Due
from khata.core.due import Renewal as Renewal
from khata.core.events import SubscriptionActivated, SubscriptionTrialing
from khata.core.invoice import Invoice, InvoiceStatus
from khata.core.issuing import booked, told
from khata.core.life_events import SubscriptionChangeDropped
from khata.core.pausing import is_pausing, is_resuming, pause, resumed, with_notes
from khata.core.period_bill import bill_period
from khata.core.periods import Interval, Period, Unit, day_of, start_of_day
from khata.core.plan_change import (
    Decided,
    DueChange,
    NothingChanges,
    Standing,
    as_items_stand,
    decide_change,
    unchanged,
)
from khata.core.policies import Policies
from khata.core.recurring_revenue import mrr_of
from khata.core.refusal import Refusal
from khata.core.subscription import COUNTED, Status, Subscription, awaits_payment, move
from khata.core.termination import end_credited, from_the_end, is_ending
from khata.core.trial import ends_without_method, trial_over
from khata.core.waiting import next_thing_at

# So far back may a subscription begin, and so long may the engine stand still, unremarked.
_A_YEAR = {Unit.DAY: 366, Unit.WEEK: 53, Unit.MONTH: 12, Unit.YEAR: 1}


class TooManyInvoices(Refusal):
    """The subscription would get more invoices on one day than can be right; look into it."""


class NotDue(ValueError):
    """Renewal was asked for something that has nothing due: a mistake of ours."""


def renew(
    due: Due, *, at: datetime, today: date, policies: Policies, ids: Iterator[UUID]
) -> Renewal:
    """Decide the next thing of a subscription: its start, its end, or its next period.

    `at` is the instant of the run, `today` its day in the tenant's calendar, which dates the
    documents. Raises: TooManyInvoices, and what pricing and tax refuse.
    """
    subscription = due.subscription
    if subscription.next_billing_at is None or subscription.next_billing_at > at:
        raise NotDue(f"{subscription.id} has nothing due at {at}")
    start = day_of(subscription.next_billing_at, subscription.timezone)
    if is_ending(subscription):
        unused = from_the_end(subscription)
        return end_credited(due, unused, at=at, today=today, policies=policies, ids=ids)
    if awaits_payment(subscription):
        return expired(subscription, at=at, ids=ids)
    if is_pausing(subscription, start):
        return pause(due, start, at=at, today=today, ids=ids)
    if subscription.timezone != due.timezone:
        subscription = replace(subscription, timezone=due.timezone)
        due = replace(due, subscription=subscription)
    if due.changes and due.changes[0].effective_on <= start:
        return _changed(due, today=today, policies=policies, ids=ids)
    if is_resuming(subscription, start):
        return resumed(due, start, at=at, ids=ids)
    if ends_without_method(due):
        return trial_over(subscription, at=at, ids=ids)
    if subscription.trial_end is not None and start < subscription.trial_end:
        return _on_trial(subscription, start, due.changes, at=at, ids=ids)
    return _next_period(due, start, at=at, today=today, policies=policies, ids=ids)


def _changed(
    due: Due,
    *,
    today: date,
    policies: Policies,
    ids: Iterator[UUID],
) -> Renewal:
    """Decide the first change that is due; where a period begins with it, that is due next.

    In the middle of a period it credits and charges as if somebody had asked for it that day.
    """
    change = due.changes[0]
    standing = Standing(
        due.subscription,
        due.items,
        due.billed,
        due.terms,
        due.discounts,
        due.gave,
        due.waiting,
        due.usage,
        due.open_invoices,
    )
    try:
        wish = as_items_stand(change.wish, due.items)
        decided = decide_change(standing, wish, today=today, policies=policies, ids=ids)
    except NothingChanges:
        decided = unchanged(standing)
    except (CurrencyOwed, CurrencyInPeriod) as refusal:
        return _dropped(due, refusal)
    return as_renewal(decided, due, change.id, later=due.changes[1:])


def _dropped(due: Due, refusal: Refusal) -> Renewal:
    """Let go of the first change, which cannot be made on its day: all goes on as it was."""
    change, *later = due.changes
    before = due.subscription
    after = replace(before, next_billing_at=next_thing_at(before, later))
    event = SubscriptionChangeDropped(
        before.id, before.customer_id, change.id, refusal.code, refusal.detail
    )
    return Renewal(before, after, None, None, (), (event,), dropped={change.id: refusal.detail})


def as_renewal(
    decided: Decided, due: Due, change_id: UUID, *, later: Sequence[DueChange]
) -> Renewal:
    """Return a change as the renewal that stores it, with what is due next and what it brings."""
    counted = decided.after.status in COUNTED
    after = replace(
        decided.after,
        metered=decided.after.metered or bool(decided.usage),
        next_billing_at=next_thing_at(decided.after, later),
        mrr=_mrr_after(decided, due) if counted else 0,
    )
    return Renewal(
        decided.before,
        after,
        None,
        decided.invoice,
        decided.entries,
        decided.events,
        decided.items,
        decided.notes,
        decided.waiting,
        (),
        (change_id,),
        due.discounts,
        withdrawn=decided.withdrawn,
        usage=decided.usage,
    )


def _mrr_after(decided: Decided, due: Due) -> int:
    period = decided.after.period
    as_changed = replace(due, subscription=decided.after)
    recurring = _recurring(as_changed, period.start) if period is not None else ()
    return mrr_of(decided.items, decided.after, due.terms, recurring)


def most_invoices_a_day(interval: Interval) -> int:
    """Return how many invoices a subscription may get on one day: a year to catch up, and two.

    A bound against our own bugs: 14 for monthly, 368 for daily.
    """
    return _A_YEAR[interval.unit] // interval.count + 2


def resume(subscription: Subscription, *, at: datetime) -> Subscription:
    """Return an unpaid or paused subscription with its next renewal set: never in the past.

    Days without service are not billed: the next period begins today, or where the last ended.
    """
    today = day_of(at, subscription.timezone)
    start = today if subscription.period is None else max(today, subscription.period.end)
    return replace(subscription, next_billing_at=start_of_day(start, subscription.timezone))


def _on_trial(
    subscription: Subscription,
    start: date,
    changes: Sequence[DueChange],
    *,
    at: datetime,
    ids: Iterator[UUID],
) -> Renewal:
    assert subscription.trial_end is not None
    moved, the_move = move(
        subscription, Status.TRIALING, id=next(ids), cause="trial began", actor="schedule", at=at
    )
    trialing = replace(
        moved,
        period=Period(start, subscription.trial_end),
    )
    trialing = replace(trialing, next_billing_at=next_thing_at(trialing, changes))
    event = SubscriptionTrialing(subscription.id, subscription.customer_id, subscription.trial_end)
    return Renewal(subscription, trialing, the_move, None, (), (event,))


def _next_period(
    due: Due,
    start: date,
    *,
    at: datetime,
    today: date,
    policies: Policies,
    ids: Iterator[UUID],
) -> Renewal:
    before = due.subscription
    bill = bill_period(due, start, at=at, today=today, policies=policies, ids=ids)
    invoice = bill.invoice
    after, the_move = before, None
    if before.status in (Status.INCOMPLETE, Status.TRIALING):
        cause = "trial ended" if before.status is Status.TRIALING else "started"
        after, the_move = move(
            before, Status.ACTIVE, id=next(ids), cause=cause, actor="schedule", at=at
        )
    counted = after.status in COUNTED
    after = replace(
        after,
        period=bill.period,
        metered=before.metered or bool(bill.usage),
        next_billing_at=start_of_day(bill.period.end, before.timezone),
        billed_on=today,
        billed_count=before.billed_count + 1 if before.billed_on == today else 1,
        mrr=mrr_of(due.items, before, due.terms, _recurring(due, start)) if counted else 0,
    )
    if due.changes or after.cancel_on is not None or after.pause_on is not None:
        after = replace(after, next_billing_at=next_thing_at(after, due.changes))
    most = most_invoices_a_day(before.interval)
    if after.billed_count > most:
        raise TooManyInvoices(f"more than {most} invoices on {today} for one subscription")
    events = [] if invoice is None else told(invoice)
    if the_move is not None:
        events.append(SubscriptionActivated(before.id, before.customer_id))
    entry = None if invoice is None else booked(invoice, next(ids))
    renewal = Renewal(
        before,
        after,
        the_move,
        invoice,
        () if entry is None else (entry,),
        tuple(events),
        waited=tuple(item.id for item in due.waiting),
        discounts=_after(due, invoice, start, at),
        usage=bill.usage,
    )
    if bill.notes:
        renewal = with_notes(renewal, bill.notes, ids)
    is_owed = invoice is not None and invoice.status is InvoiceStatus.OPEN
    if before.waits_for_payment and before.period is None and is_owed:
        return awaiting(renewal, at=at)
    return renewal


def _recurring(due: Due, start: date) -> Sequence[Reduction]:
    return recurring_on(due.discounts, on=start, currency=due.subscription.currency)


def _after(due: Due, invoice: Invoice | None, start: date, at: datetime) -> tuple[Discount, ...]:
    if not due.discounts:
        return ()
    if invoice is None:
        return due.discounts
    used = {cut.discount_id for line in invoice.lines for cut in line.cuts}
    return after_period(due.discounts, begins_on=start, used=used, at=at)
