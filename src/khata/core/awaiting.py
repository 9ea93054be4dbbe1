"""Awaiting: a subscription that begins only when its first invoice is paid, or never."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from khata.core.due import Renewal
from khata.core.endings import NEVER_PAID
from khata.core.events import SubscriptionActivated, SubscriptionCanceled
from khata.core.periods import day_of
from khata.core.subscription import Status, Subscription, move

PATIENCE: Final = timedelta(hours=23)


def awaiting(renewal: Renewal, *, at: datetime) -> Renewal:
    """Return a first renewal that makes its invoice and waits for the money, 23 hours long.

    What it would have been is kept with it, for where the customer's own funds pay at once.
    """
    waits = replace(renewal.after, status=Status.INCOMPLETE, next_billing_at=at + PATIENCE, mrr=0)
    events = tuple(one for one in renewal.events if not isinstance(one, SubscriptionActivated))
    return replace(renewal, after=waits, move=None, events=events, once_paid=renewal)


def as_paid(renewal: Renewal) -> Renewal:
    """Return a renewal that waited, its invoice paid as it was made, as one that is active."""
    begun = renewal.once_paid
    assert begun is not None
    activated = [one for one in begun.events if isinstance(one, SubscriptionActivated)]
    return replace(
        renewal,
        after=begun.after,
        move=begun.move,
        events=(*renewal.events, *activated),
        once_paid=None,
    )


def expired(subscription: Subscription, *, at: datetime, ids: Iterator[UUID]) -> Renewal:
    """Decide the end of one whose first invoice was not paid in time; that invoice is void."""
    moved, the_move = move(
        subscription, Status.CANCELED, id=next(ids), cause=NEVER_PAID, actor="schedule", at=at
    )
    today = day_of(at, subscription.timezone)
    ended = replace(
        moved, ended_on=today, cancel_on=today, canceled_at=at, cancel_reason=NEVER_PAID
    )
    event = SubscriptionCanceled(subscription.id, subscription.customer_id, today, NEVER_PAID)
    return Renewal(subscription, ended, the_move, None, (), (event,), voids=True)
