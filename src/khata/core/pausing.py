"""Pausing: no service and no invoices for a while, and back to the old edges afterwards."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from khata.core.coupon import recurring_on
from khata.core.credit_note import BilledInvoice, CreditNote, Settle
from khata.core.crediting import Unused, note_booked, note_told, notes_of, unused_lines
from khata.core.due import Due, Renewal
from khata.core.life_events import SubscriptionPaused, SubscriptionResumed
from khata.core.periods import Period, start_of_day
from khata.core.proration import ProrationPolicy
from khata.core.recurring_revenue import mrr_of
from khata.core.subscription import COUNTED, Status, Subscription, move
from khata.core.terms import Terms
from khata.core.waiting import Dated, next_thing_at
from khata.core.waiting_rest import let_go


def is_pausing(subscription: Subscription, day: date) -> bool:
    """Say whether a pause that was planned begins by that day."""
    planned = subscription.pause_on
    return planned is not None and planned <= day and subscription.status is not Status.PAUSED


def is_resuming(subscription: Subscription, day: date) -> bool:
    """Say whether the pause ends by itself by that day."""
    ends = subscription.resume_on
    return ends is not None and ends <= day and subscription.status is Status.PAUSED


def pause(
    due: Due,
    first: date,
    *,
    at: datetime,
    today: date,
    ids: Iterator[UUID],
    actor: str = "schedule",
    begins_at: datetime | None = None,
) -> Renewal:
    """Decide a pause, `first` being its first day without service.

    Where its policy says so, what was billed of the days from then on is credited, and the period
    that is paid for ends there; else the period stays as it was billed. A trial runs on.
    `begins_at` is the instant, for a policy that counts seconds. Raises: MoveNotAllowed.
    """
    before = due.subscription
    moved, the_move = move(before, Status.PAUSED, id=next(ids), cause="paused", actor=actor, at=at)
    notes: tuple[CreditNote, ...] = ()
    unused: Unused | None = None
    if before.pause_policy is not None and before.status in COUNTED:
        policy = ProrationPolicy(before.pause_policy)
        unused = Unused(first, policy, before.timezone, begins_at)
        notes = take_back(due.billed, unused, "pause", due.terms, today=today, ids=ids)
        if policy is not ProrationPolicy.NONE:
            moved = replace(moved, period=_until(moved.period, first))
    withdrawn, instead = let_go(due.waiting, before.id, unused)
    moved = replace(moved, pause_on=first)
    moved = replace(moved, next_billing_at=next_thing_at(moved, _later(due, first)))
    event = SubscriptionPaused(before.id, before.customer_id, first, before.resume_on)
    renewal = Renewal(before, moved, the_move, None, (), (event,))
    renewal = replace(renewal, waiting=instead, withdrawn=withdrawn)
    return with_notes(renewal, notes, ids)


def resumed(
    due: Due, day: date, *, at: datetime, ids: Iterator[UUID], actor: str = "schedule"
) -> Renewal:
    """Decide the end of a pause: what is not paid for is charged from that day on.

    Its periods are counted from the old anchor, so the first is short; where the pause left what
    was paid for as it was, the next begins where that ends. Raises: MoveNotAllowed.
    """
    before = due.subscription
    on_trial = before.trial_end is not None and day < before.trial_end
    to = Status.TRIALING if on_trial else Status.ACTIVE
    moved, the_move = move(before, to, id=next(ids), cause="resumed", actor=actor, at=at)
    period = before.period
    start = day if period is None else max(day, period.end)
    moved = replace(moved, pause_on=None, resume_on=None, pause_policy=None)
    if not on_trial:
        since = day if period is None or period.end <= day else period.start
        recurring = recurring_on(due.discounts, on=since, currency=before.currency)
        moved = replace(moved, mrr=mrr_of(due.items, before, due.terms, recurring))
    ordinary = start_of_day(start, before.timezone)
    first_known = next_thing_at(moved, due.changes)
    moved = replace(
        moved,
        next_billing_at=ordinary if first_known is None or start == day else first_known,
    )
    event = SubscriptionResumed(before.id, before.customer_id)
    return Renewal(before, moved, the_move, None, (), (event,))


_WHY = {
    "pause": "Days not used because of a pause",
    "anchor": "Days that belong to the period after the anchor was moved",
}


def take_back(
    billed: Sequence[BilledInvoice],
    unused: Unused,
    cause: str,
    terms: Terms,
    *,
    today: date,
    ids: Iterator[UUID],
) -> tuple[CreditNote, ...]:
    """Return the credit notes of what was billed of days that are not used."""
    return notes_of(
        billed,
        unused_lines(billed, unused, ids),
        reason=_WHY[cause],
        cause=cause,
        settle=Settle.CREDIT_BALANCE,
        terms=terms,
        today=today,
        ids=ids,
    )


def with_notes(renewal: Renewal, notes: Sequence[CreditNote], ids: Iterator[UUID]) -> Renewal:
    """Return the decision with credit notes, what they book and what is told of them."""
    entries = [note_booked(note, next(ids)) for note in notes]
    return replace(
        renewal,
        notes=(*renewal.notes, *notes),
        entries=(*renewal.entries, *(entry for entry in entries if entry is not None)),
        events=(*renewal.events, *(note_told(note) for note in notes)),
    )


def _until(period: Period | None, day: date) -> Period | None:
    if period is None or not period.start < day < period.end:
        return period
    return Period(period.start, day)


def _later(due: Due, day: date) -> list[Dated]:
    return [change for change in due.changes if change.effective_on >= day]
