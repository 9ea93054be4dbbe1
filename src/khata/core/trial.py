"""Trials: their end without a way to pay, and another end than was agreed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from khata.core.due import Due, Renewal
from khata.core.endings import NO_METHOD
from khata.core.events import Event, SubscriptionCanceled
from khata.core.life_events import SubscriptionPaused
from khata.core.periods import Period, day_of
from khata.core.refusal import Kind, Refusal
from khata.core.subscription import CollectionMethod, Status, Subscription, move
from khata.core.terms_of_contract import end_of_cycles
from khata.core.waiting import next_thing_at


class MissingMethod(StrEnum):
    """What a trial becomes that ends while no payment method is on file."""

    CANCEL = "cancel"
    PAUSE = "pause"
    CREATE_INVOICE = "create_invoice"


ACTS: Final = frozenset({MissingMethod.CANCEL.value, MissingMethod.PAUSE.value})


class NotOnTrial(Refusal):
    """Only a trial that is running, and is not set to end the subscription, can be moved."""

    kind = Kind.CONFLICT


def running_trial(subscription: Subscription) -> date:
    """Return the end of the trial that is running. Raises: NotOnTrial."""
    ends = subscription.trial_end
    if subscription.status is not Status.TRIALING or ends is None:
        raise NotOnTrial(f"This subscription is {subscription.status}, not on trial")
    if subscription.ends_early:
        raise NotOnTrial(
            f"This subscription is set to end on {subscription.cancel_on}; take that back first"
        )
    return ends


def asks_for_method(subscription: Subscription) -> bool:
    """Say whether its next step depends on whether a payment method is on file."""
    ends = subscription.trial_end
    return (
        subscription.status is Status.TRIALING
        and subscription.missing_method in ACTS
        and subscription.collection_method is CollectionMethod.CHARGE_AUTOMATICALLY
        and ends is not None
        and subscription.next_billing_at is not None
        and ends <= day_of(subscription.next_billing_at, subscription.timezone)
    )


def ends_without_method(due: Due) -> bool:
    """Say whether a trial ends now that nobody can pay for, and its terms say what follows."""
    return not due.has_method and asks_for_method(due.subscription)


def trial_over(subscription: Subscription, *, at: datetime, ids: Iterator[UUID]) -> Renewal:
    """Decide the end of a trial without a payment method: it ends, or it is paused."""
    day = subscription.trial_end
    assert day is not None
    cancels = subscription.missing_method == MissingMethod.CANCEL
    to = Status.CANCELED if cancels else Status.PAUSED
    moved, the_move = move(subscription, to, id=next(ids), cause=NO_METHOD, actor="schedule", at=at)
    event: Event
    if cancels:
        moved = replace(moved, ended_on=day, cancel_on=day, canceled_at=at, cancel_reason=NO_METHOD)
        event = SubscriptionCanceled(subscription.id, subscription.customer_id, day, NO_METHOD)
    else:
        moved = replace(moved, pause_on=day)
        moved = replace(moved, next_billing_at=next_thing_at(moved, ()))
        event = SubscriptionPaused(subscription.id, subscription.customer_id, day, None)
    return Renewal(subscription, moved, the_move, None, (), (event,))


def with_trial_until(subscription: Subscription, day: date) -> Subscription:
    """Return a subscription on trial whose trial ends on another day.

    Where the paid periods were counted from the trial's end, they still are, and a contract of so
    many periods ends by them.
    """
    was = subscription.trial_end
    follows = subscription.billing_anchor == was
    start = subscription.start_on if subscription.period is None else subscription.period.start
    moved = replace(
        subscription,
        trial_end=day,
        billing_anchor=day if follows else subscription.billing_anchor,
        period=Period(start, day) if start < day else subscription.period,
    )
    if subscription.cycles is None:
        return moved
    ends = end_of_cycles(moved, day, subscription.cycles)
    on = ends if subscription.cancel_on == subscription.contract_end else subscription.cancel_on
    return replace(moved, contract_end=ends, cancel_on=on)
