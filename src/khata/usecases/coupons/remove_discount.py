"""Remove a discount: what is billed from now on is not lowered by it."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from khata.core.coupon import Discount, Ended
from khata.core.refusal import Kind, Refusal
from khata.db.transaction import Database


class DiscountEnded(Refusal):
    """The discount is over already."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class RemoveDiscount:
    tenant: UUID
    id: UUID
    at: datetime


def remove_discount(command: RemoveDiscount, *, db: Database) -> Discount:
    """End the discount by a person's hand; the redemption still counts towards the limits.

    Raises: NotFound, DiscountEnded.
    """
    with db.transaction(command.tenant) as uow:
        discount = uow.coupons.lock_discount(command.id)
        if discount.ended_at is not None:
            raise DiscountEnded(f"It ended at {discount.ended_at:%Y-%m-%d}: {discount.ended_by}")
        removed = replace(discount, ended_at=command.at, ended_by=Ended.REMOVED)
        uow.coupons.change_discounts([removed])
    return removed
