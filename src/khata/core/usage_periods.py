"""Usage periods: the stretches of time for which usage is charged, each at one price."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from khata.core.catalog import Item
from khata.core.metering import Measure, Meter
from khata.core.periods import Period, day_of
from khata.core.subscription import COUNTED, Status, Subscription

# So long after its end events of a stretch may still come (35 days), and a day to bill them.
SETTLED_AFTER: Final = timedelta(days=36)


@dataclass(frozen=True, slots=True)
class UsagePeriod:
    """A stretch for which an item's usage is charged at one price. Without `ends` it runs.

    `billed` is what invoices charged of it so far, and `minimum` what it has to bring, both in
    minor units, before discounts and tax. Once it is over, `period` are its days, and `full` those
    that the price is for. What is `settled` is looked at no more.
    """

    id: UUID
    subscription_id: UUID
    customer_id: UUID
    item: Item
    meter_id: UUID
    begins: datetime
    starts_on: date
    created_at: datetime
    ends: datetime | None = None
    period: Period | None = None
    full: Period | None = None
    minimum: int = 0
    billed: int = 0
    quantity: Decimal = Decimal(0)
    settled: bool = False


def settles_at(row: UsagePeriod) -> datetime:
    """Return when nothing more can come of a stretch that is over."""
    assert row.ends is not None
    return row.ends + SETTLED_AFTER


def settles_alone(row: UsagePeriod, subscription: Subscription) -> bool:
    """Say whether a stretch is settled before a renewal comes: its correction stands alone.

    It waits for one in a pause, and where usage is billed early at a threshold.
    """
    if row.ends is None or row.settled:
        return False
    if subscription.status is Status.CANCELED:
        return True
    due_at = subscription.next_billing_at
    if subscription.status not in COUNTED or subscription.usage_threshold is not None:
        return False
    return due_at is not None and settles_at(row) < due_at


@dataclass(frozen=True, slots=True)
class Metered:
    """A usage period, and what was measured of it: until its end, or until what is decided."""

    row: UsagePeriod
    meter: Meter
    measure: Measure


@dataclass(frozen=True, slots=True)
class Cut:
    """Where running stretches end: the instant, and the first day that is theirs no more."""

    at: datetime
    on: date


def opened(
    items: Sequence[Item],
    subscription: Subscription,
    *,
    begins: datetime,
    starts_on: date,
    running: Collection[tuple[UUID, UUID]] = (),
    at: datetime,
    ids: Iterator[UUID],
) -> tuple[UsagePeriod, ...]:
    """Return a running stretch for each item by usage that has none at its price.

    `running` are item and price of those that have.
    """
    return tuple(
        UsagePeriod(
            next(ids),
            subscription.id,
            subscription.customer_id,
            item,
            item.terms.meter_id,
            begins,
            starts_on,
            at,
        )
        for item in items
        if item.terms is not None
        and item.terms.meter_id is not None
        and (item.id, item.price_id) not in running
    )


def counts_from(subscription: Subscription, start: date, edge: datetime) -> datetime:
    """Return from when usage counts in a period that begins on `start`, at the instant `edge`.

    On the day on which it was subscribed that is the instant of it.
    """
    made = subscription.created_at
    if subscription.period is None and start == day_of(made, subscription.timezone):
        return max(edge, made)
    return edge
