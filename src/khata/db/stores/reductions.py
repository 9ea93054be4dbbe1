"""What lowers the invoices of one batch: discounts, locked, as each invoice leaves them."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from khata.core.coupon import Discount
from khata.core.renewal import Due
from khata.db.rows import Connection
from khata.db.stores.coupons import Coupons
from khata.db.stores.taken import Taken


class Reductions:
    """One look for a batch, at those of subscriptions and of the customers who pay for them.

    What an invoice has used up lowers no later one of the batch.
    """

    def __init__(self, connection: Connection, taken: Sequence[Taken], *, locking: bool) -> None:
        lowered = [one for one in taken if one.has_discounts]
        found = Coupons(connection).in_force(
            [one.subscription.id for one in lowered],
            [one.buyer_id for one in lowered],
            locking=locking,
        )
        self._now = {discount.id: discount for discount in found}
        self._of: dict[UUID, list[UUID]] = {}
        for discount in found:
            owner = discount.subscription_id or discount.customer_id
            self._of.setdefault(owner, []).append(discount.id)

    def joined(self, due: Due) -> Due:
        """Return what is due with its discounts, and the same where it has none."""
        if not self._of:
            return due
        subscription = due.subscription
        buyer_id = due.terms.payer_id or subscription.customer_id
        ids = self._of.get(subscription.id, []) + self._of.get(buyer_id, [])
        in_force = [self._now[id] for id in ids if self._now[id].ended_at is None]
        return replace(due, discounts=tuple(in_force)) if in_force else due

    def keep(self, discounts: Sequence[Discount]) -> None:
        """Remember discounts as an invoice has left them."""
        for discount in discounts:
            self._now[discount.id] = discount
