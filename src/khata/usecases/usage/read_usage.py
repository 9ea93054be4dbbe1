"""Read what a subscription has used so far, and what that costs by now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from khata.core.metering import Meter, as_quantity
from khata.core.periods import day_of
from khata.core.subscription import Subscription
from khata.core.usage_billing import price_so_far
from khata.core.usage_periods import Cut, Metered, UsagePeriod
from khata.db.stores.due import DueWork
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class ReadUsage:
    tenant: UUID
    subscription_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class UsageSoFar:
    """`price` is of all usage of the stretch, in minor units, before discounts and tax."""

    period: UsagePeriod
    meter: Meter
    until: datetime
    quantity: Decimal
    price: int


def read_usage(command: ReadUsage, *, db: Database) -> tuple[Subscription, list[UsageSoFar]]:
    """Return the stretches that run or may still be corrected, the running ones first.

    A running one is measured until now. Raises: NotFound.
    """
    with db.transaction(command.tenant) as uow:
        taken = DueWork(uow.connection).read(command.subscription_id, until=command.at)
    subscription = taken.subscription
    cut = Cut(command.at, day_of(command.at, subscription.timezone) + timedelta(days=1))
    found = [_so_far(one, subscription, cut) for one in taken.usage]
    return subscription, sorted(found, key=lambda one: one.period.ends is not None)


def _so_far(one: Metered, subscription: Subscription, cut: Cut) -> UsageSoFar:
    return UsageSoFar(
        one.row,
        one.meter,
        one.row.ends or cut.at,
        as_quantity(one.measure.usage),
        price_so_far(one, subscription, cut),
    )
