"""Termination: a subscription ends, with what is given back and its last bill."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from khata.core.credit_note import Settle
from khata.core.crediting import Unused, note_booked, note_told, notes_of, unused_lines
from khata.core.due import Due, Renewal
from khata.core.endings import AT_PERIOD_END
from khata.core.events import SubscriptionCanceled
from khata.core.final_invoice import final_invoice
from khata.core.issuing import Issuing, booked, told
from khata.core.paying import for_whom, waited
from khata.core.periods import day_of, start_of_day
from khata.core.policies import Policies
from khata.core.proration import ProrationPolicy
from khata.core.subscription import Status, Subscription, move
from khata.core.usage_billing import UsageBill, bill_usage
from khata.core.usage_periods import Cut
from khata.core.waiting_rest import let_go


def is_ending(subscription: Subscription) -> bool:
    """Say whether the next thing of a subscription is its end, for which no tax is asked."""
    due_at, ends = subscription.next_billing_at, subscription.cancel_on
    if due_at is None or ends is None:
        return False
    return ends <= day_of(due_at, subscription.timezone)


def from_the_end(subscription: Subscription) -> Unused | None:
    """Return what is unused at an end that was set for a day, where that is to be credited."""
    policy, ends = subscription.cancel_policy, subscription.cancel_on
    if policy is None or ends is None:
        return None
    return Unused(ends, ProrationPolicy(policy), subscription.timezone)


def end(subscription: Subscription, *, at: datetime, ids: Iterator[UUID]) -> Renewal:
    """Decide the end of a subscription on the day that was set for it."""
    cause = subscription.cancel_reason or AT_PERIOD_END
    moved, the_move = move(
        subscription, Status.CANCELED, id=next(ids), cause=cause, actor="schedule", at=at
    )
    assert subscription.cancel_on is not None
    ended = replace(moved, ended_on=subscription.cancel_on)
    event = SubscriptionCanceled(
        subscription.id, subscription.customer_id, subscription.cancel_on, cause
    )
    return Renewal(subscription, ended, the_move, None, (), (event,))


def end_credited(
    due: Due,
    unused: Unused | None,
    *,
    at: datetime,
    today: date,
    policies: Policies,
    ids: Iterator[UUID],
    cut: Cut | None = None,
) -> Renewal:
    """Decide an end that gives back what was billed of unused days, where that is asked for,
    and that bills what waited, what was used, and what is missing to a minimum commitment.

    `cut` is where usage ends; None: with the day that was set.
    """
    ended = end(due.subscription, at=at, ids=ids)
    lines = unused_lines(due.billed, unused, ids) if unused else []
    bill = _last_usage(due, cut, at=at, ids=ids)
    notes = notes_of(
        due.billed,
        [*lines, *bill.credits],
        reason="Days not used after the end of the subscription"
        if lines
        else "Usage that turned out to be less than was billed",
        cause="cancel" if lines else "usage",
        settle=Settle.CREDIT_BALANCE,
        terms=due.terms,
        today=today,
        ids=ids,
    )
    entries = [note_booked(note, next(ids)) for note in notes]
    events = [*ended.events, *(note_told(note) for note in notes)]
    under = Issuing(due.subscription, due.terms, today, policies, due.discounts)
    own = [one for one in due.waiting if one.subscription_id == due.subscription.id]
    withdrawn, instead = let_go(own, due.subscription.id, unused)
    kept = [one for one in own if one.id not in withdrawn]
    rest = [
        *for_whom(bill.charges, due.terms),
        *waited(kept, due.terms),
        *for_whom(instead, due.terms),
    ]
    final = final_invoice(due.subscription, due.items, due.gave, notes, under, ids, rest)
    if final is not None:
        entries.append(booked(final, next(ids)))
        events += told(final)
    return replace(
        ended,
        invoice=final,
        notes=notes,
        withdrawn=withdrawn,
        waited=tuple(one.id for one in kept),
        discounts=due.discounts,
        entries=tuple(entry for entry in entries if entry is not None),
        events=tuple(events),
        usage=bill.periods,
    )


def _last_usage(due: Due, cut: Cut | None, *, at: datetime, ids: Iterator[UUID]) -> UsageBill:
    if not due.usage:
        return UsageBill()
    subscription = due.subscription
    if cut is None:
        ends = subscription.cancel_on
        assert ends is not None
        edge = subscription.next_billing_at or start_of_day(ends, subscription.timezone)
        cut = Cut(edge, ends)
    return bill_usage(due.usage, subscription, cut, billed=due.billed, at=at, ids=ids)
