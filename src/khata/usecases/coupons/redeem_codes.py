"""Redeem codes, inside the transaction that starts a subscription or adds a discount."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from khata.core.coupon import Discount, check_redeemable, redeemed
from khata.core.fund_events import DiscountApplied
from khata.core.periods import day_of
from khata.core.refusal import Kind, Refusal
from khata.db.transaction import UnitOfWork


class CouponAlreadyApplied(Refusal):
    """The coupon is in force there already, or was named twice."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class Redeemer:
    """For whom a code is redeemed: one subscription, or all of a customer's.

    `from_on` is the first day of the customer's calendar that may be cheaper.
    """

    customer_id: UUID
    currency: str
    from_on: date
    subscription_id: UUID | None = None
    plan_ids: Collection[UUID] | None = None


def redeem_codes(
    uow: UnitOfWork, named: Sequence[tuple[UUID, str, str]], by: Redeemer, *, at: datetime
) -> list[Discount]:
    """Turn each code into the discount of that id; all or none. The third is the caller's field.

    Coupons are locked, in the order of their codes, so that limits hold whoever asks at the
    same time. Raises: NotFound, CouponAlreadyApplied, and why a coupon may not be redeemed.
    """
    today = day_of(at, uow.tenants.get().timezone)
    discounts: list[Discount] = []
    for id, code, param in sorted(named, key=lambda one: one[1].upper()):
        coupon = uow.coupons.lock_code(code, param=param)
        check_redeemable(
            coupon,
            today=today,
            currency=by.currency,
            plan_ids=by.plan_ids,
            redeemed_by_customer=uow.coupons.redeemed_by(coupon.id, by.customer_id),
            param=param,
        )
        if any(one.coupon.id == coupon.id for one in [*discounts, *_in_force(uow, by)]):
            raise CouponAlreadyApplied(f"{coupon.code} is applied already", param=param)
        discounts.append(
            redeemed(
                coupon,
                id=id,
                customer_id=by.customer_id,
                subscription_id=by.subscription_id,
                from_on=by.from_on,
                at=at,
            )
        )
    uow.coupons.add_discounts(discounts)
    uow.events.add([_applied(one) for one in discounts], at)
    return discounts


def _in_force(uow: UnitOfWork, by: Redeemer) -> list[Discount]:
    subscriptions = [] if by.subscription_id is None else [by.subscription_id]
    customers = [] if by.subscription_id is not None else [by.customer_id]
    return uow.coupons.in_force(subscriptions, customers, locking=False)


def _applied(discount: Discount) -> DiscountApplied:
    return DiscountApplied(
        discount.id, discount.customer_id, discount.subscription_id, discount.coupon.code
    )
