"""Check that new items of a subscription leave the customer what is in use."""

from collections.abc import Sequence

from khata.core.catalog import Item
from khata.core.entitlements import check_limits
from khata.core.subscription import Subscription
from khata.db.transaction import UnitOfWork


def check_use(
    uow: UnitOfWork, subscription: Subscription, items: Sequence[Item], *, lock: bool = True
) -> None:
    """Refuse items that allow less than is in use, where a plan forbids that.

    The other subscriptions of the customer count with what they give. Nothing is asked of those
    of whom no use is known. Raises: DowngradeBelowUse.
    """
    known = uow.entitlements.of(subscription.customer_id)
    if known is None or not known.used:
        return
    if lock:  # whoever reports use meanwhile waits, and is not overlooked
        uow.customers.lock(subscription.customer_id)
        known = uow.entitlements.of(subscription.customer_id)
        assert known is not None
    before = uow.entitlements.grants_of([subscription.customer_id])[subscription.customer_id]
    others = [grant for grant in before if grant.subscription_id != subscription.id]
    given = uow.entitlements.grants_by(items, subscription.id, subscription.status)
    check_limits([*others, *given], known.used, before)
