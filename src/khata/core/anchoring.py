"""Anchoring: the periods of a subscription are counted from another day."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from khata.core.crediting import Unused
from khata.core.due import Due, Renewal
from khata.core.life_events import SubscriptionAnchorMoved
from khata.core.pausing import take_back, with_notes
from khata.core.periods import Period, period_containing
from khata.core.proration import ProrationPolicy
from khata.core.refusal import Kind, Refusal
from khata.core.subscription import COUNTED, Status
from khata.core.waiting import next_thing_at
from khata.core.waiting_rest import let_go


class AnchorNotMovable(Refusal):
    """The anchor is that day already, or the subscription has ended."""

    kind = Kind.CONFLICT


def move_anchor(
    due: Due, anchor: date, policy: ProrationPolicy, *, day: date, today: date, ids: Iterator[UUID]
) -> Renewal:
    """Decide another anchor, asked for on `day`; `today` dates the documents.

    The running period ends on the first edge of the new anchor from `day` on. Days beyond it that
    were billed are credited; where it lies beyond what was billed, a short period leads to it,
    charged when it begins. Raises: AnchorNotMovable.
    """
    before = due.subscription
    if before.status is Status.CANCELED:
        raise AnchorNotMovable(f"This subscription ended on {before.ended_on}")
    if anchor == before.billing_anchor:
        raise AnchorNotMovable(f"Its periods are counted from {anchor} already")
    after = replace(before, billing_anchor=anchor)
    event = SubscriptionAnchorMoved(before.id, before.customer_id, anchor)
    edge = None if before.period is None else _first_edge(due, anchor, day)
    period = before.period
    if before.status not in COUNTED or period is None or edge is None or edge >= period.end:
        return Renewal(before, after, None, None, (), (event,))
    after = replace(after, period=Period(period.start, edge))
    after = replace(after, next_billing_at=next_thing_at(after, due.changes))
    unused = Unused(edge, policy, before.timezone)
    notes = take_back(due.billed, unused, "anchor", due.terms, today=today, ids=ids)
    withdrawn, instead = let_go(due.waiting, before.id, unused)
    renewal = Renewal(before, after, None, None, (), (event,))
    renewal = replace(renewal, waiting=instead, withdrawn=withdrawn)
    return with_notes(renewal, notes, ids)


def _first_edge(due: Due, anchor: date, day: date) -> date:
    """Return the first edge from `day` on that leaves something of the running period."""
    period = due.subscription.period
    assert period is not None
    last_before = max(day - timedelta(days=1), period.start)
    return period_containing(last_before, anchor=anchor, interval=due.subscription.interval).end
