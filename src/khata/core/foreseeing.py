"""Foreseeing: what will become of a subscription, each step decided as its renewal will decide."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from uuid import UUID

from khata.core.charge import LineKind
from khata.core.commitments import Gave, has_minimum
from khata.core.metering import Measure
from khata.core.periods import day_of
from khata.core.policies import Policies
from khata.core.renewal import Due, Renewal, renew
from khata.core.terms import Terms
from khata.core.usage_periods import Metered, UsagePeriod
from khata.core.waiting import WaitingItem

# What counts towards a minimum commitment, as far as it can be foreseen.
_GIVES = frozenset({LineKind.FEE, LineKind.PRORATION})
MOST_STEPS = 800  # a year of a daily subscription, and changes on each of its days


@dataclass(frozen=True, slots=True)
class Foreseeing:
    """From when it is foreseen, in whose calendar documents are dated, and how.

    `terms_on` are the terms of the subscription's sale on a day; it may refuse.
    """

    now: datetime
    tenant_zone: str
    policies: Policies
    terms_on: Callable[[date], Terms]


def due_on(due: Due) -> date | None:
    """Return the day of the next thing in the customer's calendar, if there is one."""
    due_at = due.subscription.next_billing_at
    return None if due_at is None else day_of(due_at, due.subscription.timezone)


def steps_to_come(due: Due, by: Foreseeing, ids: Iterator[UUID]) -> Iterator[tuple[Renewal, Due]]:
    """Yield each thing that will be due, with the subscription as it leaves it; nothing is stored.

    Raises: what the renewal itself would refuse.
    """
    for _ in range(MOST_STEPS):
        due_at = due.subscription.next_billing_at
        if due_at is None:
            return
        at = max(due_at, by.now)
        today = day_of(at, by.tenant_zone)
        then = replace(due, terms=by.terms_on(today))
        renewal = renew(then, at=at, today=today, policies=by.policies, ids=ids)
        due = _after(due, renewal, ids, at)
        yield renewal, due


def _after(due: Due, renewal: Renewal, ids: Iterator[UUID], at: datetime) -> Due:
    """Return the subscription as the step leaves it, with what waits for the next one."""
    items = due.items if renewal.items is None else renewal.items
    gone = {*renewal.waited, *renewal.withdrawn}
    done = {*renewal.applied, *(renewal.dropped or ())}
    waiting = [one for one in due.waiting if one.id not in gone]
    after = renewal.after
    waiting += [
        WaitingItem(next(ids), after.customer_id, after.id, after.currency, after.tax_behavior,
                    charge, at)
        for charge in renewal.waiting
    ]  # fmt: skip
    return replace(
        due,
        subscription=after,
        items=items,
        changes=tuple(one for one in due.changes if one.id not in done),
        waiting=tuple(waiting),
        discounts=renewal.discounts or due.discounts,
        gave=_gave(due, renewal) if has_minimum(items) else None,
        usage=_going_on(due.usage, renewal.usage),
    )


def _going_on(usage: Sequence[Metered], moved: Sequence[UsagePeriod]) -> tuple[Metered, ...]:
    """Return what is measured of usage that a step leaves as it is; what begins has seen none.

    It may have a minimum all the same. A meter that nothing was measured by yet is not known.
    """
    touched = {one.id for one in moved}
    meters = {one.meter.id: one.meter for one in usage}
    begun = (
        Metered(row, meters[row.meter_id], Measure(Fraction(0)))
        for row in moved
        if row.ends is None and row.meter_id in meters
    )
    return (*(one for one in usage if one.row.id not in touched), *begun)


def _gave(due: Due, renewal: Renewal) -> Mapping[UUID, Gave] | None:
    """Return what the running period gave after the step, which a minimum is held against."""
    invoice, period = renewal.invoice, renewal.after.period
    if invoice is None or period is None:
        return due.gave
    gave = {} if invoice.period is not None else dict(due.gave or {})
    for line in invoice.lines:
        item = line.charge.item_id
        if item is None or line.charge.kind not in _GIVES or line.period.start < period.start:
            continue
        known = gave.get(item, Gave(line.period.start, 0))
        since = min(known.since, line.period.start)
        gave[item] = Gave(since, known.amount + line.charge.amount)
    return gave
