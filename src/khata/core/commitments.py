"""Set-up fees, charged once, and minimum commitments, which a period's true-up brings it up to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from khata.core.catalog import Item
from khata.core.charge import Charge, LineKind
from khata.core.periods import Period, period_containing
from khata.core.proration import share_of
from khata.core.subscription import Status, Subscription


@dataclass(frozen=True, slots=True)
class Gave:
    """What an item's lines of a period gave at its price, before discounts, less what was
    credited. `since` is the first day that they cover."""

    since: date
    amount: int


def has_minimum(items: Iterable[Item]) -> bool:
    """Say whether a fee of one of the items has a minimum commitment; usage knows its own."""
    return any(
        item.terms is not None and item.terms.minimum_commitment and not item.by_usage
        for item in items
    )


def setups(items: Iterable[Item], on: date) -> list[Charge]:
    """Return the set-up fee of each item that has one; it belongs to one day."""
    day = Period(on, on + timedelta(days=1))
    return [
        Charge(
            LineKind.SETUP,
            f"{item.plan_name} (set-up)",
            item.tax_code,
            item.terms.setup_fee,
            day,
            day,
            item.id,
            item.price_id,
            item.plan_id,
            1,
            item.terms.setup_fee,
            tax_class=item.tax_class,
        )
        for item in items
        if item.terms is not None and item.terms.setup_fee
    ]


def has_been_billed(subscription: Subscription) -> bool:
    """Say whether a paid period has begun, with the first invoice; a trial is none.

    Not even one that ends on its first day, which leaves no day for its period to end on.
    """
    period, trial_end = subscription.period, subscription.trial_end
    if subscription.status is Status.TRIALING:
        return False
    return period is not None and (trial_end is None or period.end > trial_end)


def taken_up(before: Iterable[Item], after: Iterable[Item]) -> list[Item]:
    """Return the items whose plan is new to the subscription: these are set up."""
    known = {item.plan_id for item in before}
    return [item for item in after if item.plan_id not in known]


def true_ups(
    items: Sequence[Item],
    *,
    closed: Period,
    full: Period,
    gave: Mapping[UUID, Gave],
) -> list[Charge]:
    """Return what each item fell short of its minimum commitment in a period that is over.

    `gave` is by item. An item that came in the middle owes its days' share of the minimum; the
    minimum of usage follows with the usage itself. Rounds: the share half up; then fees are taken
    off it. Source: docs/prices.md
    """
    charges = []
    for item in items:
        if item.terms is None or not item.terms.minimum_commitment or item.by_usage:
            continue
        found = gave.get(item.id)
        if found is None:
            continue  # it begins with the period that comes
        part = closed
        if closed.start < found.since < closed.end:
            part = Period(found.since, closed.end)
        charge = true_up(item, part, full, found.amount)
        if charge is not None:
            charges.append(charge)
    return charges


def beside_fees(
    subscription: Subscription,
    items: Sequence[Item],
    start: date,
    gave: Mapping[UUID, Gave] | None,
) -> list[Charge]:
    """Return what a renewal bills beside fees: set-up with the first invoice, and afterwards what
    the period that is over fell short of its minimum."""
    if not has_been_billed(subscription) or subscription.period is None:
        return setups(items, start)
    return closing(subscription, items, until=subscription.period.end, gave=gave)


def of_change(
    subscription: Subscription,
    before: Sequence[Item],
    after: Sequence[Item],
    *,
    day: date,
    gave: Mapping[UUID, Gave] | None,
    credited: Mapping[UUID, int],
) -> list[Charge]:
    """Return what a change brings beside fees: the set-up of plans that are new, and what is
    missing to the minimum of those that are given up, for the days until the change.

    Before the first invoice there is nothing: that brings the set-up of what is there then. The
    minimum of usage follows with the usage itself. `credited` is by item, by the change.
    """
    period = subscription.period
    if not has_been_billed(subscription) or period is None:
        return []
    charges = setups(taken_up(before, after), day)
    stays = {(item.id, item.price_id) for item in after}
    left = [item for item in before if (item.id, item.price_id) not in stays and not item.by_usage]
    return charges + closing(
        subscription, left, until=min(day, period.end), gave=gave, credited=credited
    )


def closing(
    subscription: Subscription,
    items: Sequence[Item],
    *,
    until: date,
    gave: Mapping[UUID, Gave] | None,
    credited: Mapping[UUID, int] | None = None,
) -> list[Charge]:
    """Return what items fell short of in the running period, which is over for them on a day.

    `credited` is by item what the same decision takes back. A period of no day owes nothing.
    """
    period = subscription.period
    if gave is None or period is None or until <= period.start:
        return []
    full = period_containing(
        period.start, anchor=subscription.billing_anchor, interval=subscription.interval
    )
    taken = credited or {}
    less = {id: Gave(one.since, one.amount - taken.get(id, 0)) for id, one in gave.items()}
    return true_ups(items, closed=Period(period.start, until), full=full, gave=less)


def true_up(item: Item, part: Period, full: Period, gave: int) -> Charge | None:
    """Return what is missing to the minimum of these days of a full period, or None.

    Rounds: the minimum's share half up.
    """
    assert item.terms is not None
    minimum = item.terms.minimum_commitment
    basis = {"rule": "true_up", "minimum": minimum, "gave": gave}
    if part != full:
        share = share_of(part, full=full)
        minimum = share.of(minimum)
        basis |= {"of": item.terms.minimum_commitment, "minimum": minimum, **share.told()}
    if minimum <= gave:
        return None
    amount = minimum - gave
    return Charge(
        LineKind.TRUE_UP,
        f"{item.plan_name} (to the minimum)",
        item.tax_code,
        amount,
        part,
        part,
        item.id,
        item.price_id,
        item.plan_id,
        1,
        amount,
        None,
        basis,
        tax_class=item.tax_class,
    )
