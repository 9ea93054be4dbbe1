"""Apply a coupon to a running subscription, or to all that a customer has."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.coupon import Discount
from khata.core.ids import public_id
from khata.core.periods import day_of
from khata.core.refusal import Kind, NotFound, Refusal
from khata.core.subscription import Status
from khata.db.retrying import retrying
from khata.db.stores.due import DueWork
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.coupons.redeem_codes import Redeemer, redeem_codes


class SubscriptionEnded(Refusal):
    """The subscription has ended: nothing more of it is billed that could be lower."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class ApplyCoupon:
    """To a subscription, or to a customer: one of them is given. `id` names the discount."""

    tenant: UUID
    id: UUID
    at: datetime
    code: str
    subscription_id: UUID | None = None
    customer_id: UUID | None = None


def apply_coupon(command: ApplyCoupon, *, db: Database) -> Discount:
    """Redeem the code; what begins from today on is billed lower, what was billed stays.

    Raises: NotFound, SubscriptionEnded, CouponAlreadyApplied, and why it may not be redeemed.
    """
    return retrying(db, command.tenant, lambda uow: _applied(uow, command))


def _applied(uow: UnitOfWork, command: ApplyCoupon) -> Discount:
    by = _subscription(uow, command) if command.subscription_id else _customer(uow, command)
    named = [(command.id, command.code, "coupon")]
    [discount] = redeem_codes(uow, named, by, at=command.at)
    return discount


def _subscription(uow: UnitOfWork, command: ApplyCoupon) -> Redeemer:
    assert command.subscription_id is not None
    locked = uow.subscriptions.lock([command.subscription_id])
    subscription = locked[0] if locked else uow.subscriptions.get(command.subscription_id)
    if subscription.status is Status.CANCELED:
        raise SubscriptionEnded(f"This subscription ended on {subscription.ended_on}")
    items = DueWork(uow.connection).read(subscription.id).items
    return Redeemer(
        subscription.customer_id,
        subscription.currency,
        day_of(command.at, subscription.timezone),
        subscription.id,
        {item.plan_id for item in items},
    )


def _customer(uow: UnitOfWork, command: ApplyCoupon) -> Redeemer:
    assert command.customer_id is not None
    customer = uow.customers.lock(command.customer_id)
    if customer is None:
        raise NotFound("customer", public_id("cus", command.customer_id))
    return Redeemer(customer.id, customer.currency, day_of(command.at, customer.timezone))
