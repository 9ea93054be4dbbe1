"""Usage over a change: what is used at prices that are given up is billed at them."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from khata.core.catalog import Item
from khata.core.charge import Charge
from khata.core.subscription import Subscription
from khata.core.usage_billing import bill_usage
from khata.core.usage_periods import Cut, Metered, UsagePeriod, opened


def used_until(
    usage: Sequence[Metered],
    items: Sequence[Item],
    before: Subscription,
    cut: Cut,
    *,
    keeps_interval: bool,
    ids: Iterator[UUID],
) -> tuple[tuple[Charge, ...], tuple[UsagePeriod, ...]]:
    """Return what was used until a change at the prices that it gives up, and the stretches.

    `items` are those that the subscription has from then on. Usage is never prorated: it ends and
    begins with the instant. With another interval all of it is billed. What was billed early and
    comes to less by now is credited with the next renewal.
    """
    stays = {(item.id, item.price_id) for item in items} if keeps_interval else set()
    running = [one for one in usage if one.row.ends is None]
    bill = bill_usage(
        running,
        before,
        cut,
        billed=(),
        at=cut.at,
        ids=ids,
        ends=lambda row: (row.item.id, row.item.price_id) not in stays,
    )
    begin = opened(
        items,
        before,
        begins=cut.at,
        starts_on=cut.on,
        running={(one.row.item.id, one.row.item.price_id) for one in running} & stays,
        at=cut.at,
        ids=ids,
    )
    return bill.charges, (*bill.periods, *begin)
