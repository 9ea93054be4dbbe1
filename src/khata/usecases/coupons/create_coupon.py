"""Make a coupon."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from khata.core.coupon import Coupon, Duration, check_terms
from khata.core.discounts import Scope
from khata.core.ids import public_id
from khata.core.money import known_currency
from khata.core.refusal import Kind, NotFound, Refusal
from khata.db.transaction import Database, UnitOfWork


class CouponCodeTaken(Refusal):
    """Another coupon of this tenant has the code, in whatever case."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class CreateCoupon:
    """The terms, as `Coupon` has them; without a name it is called by its code."""

    tenant: UUID
    id: UUID
    at: datetime
    code: str
    name: str | None
    scope: Scope
    percent: Decimal | None
    amount: int | None
    currency: str | None
    duration: Duration
    months: int | None
    cycles: int | None
    max_redemptions: int | None
    max_per_customer: int | None
    expires_on: date | None
    minimum: int | None
    plan_ids: Sequence[UUID]
    metadata: Mapping[str, str]


def create_coupon(command: CreateCoupon, *, db: Database) -> Coupon:
    """Add the coupon; its terms never change.

    Raises: CouponTermsDiffer, CouponCodeTaken, UnknownCurrency, NotFound.
    """
    coupon = _coupon(command)
    check_terms(coupon)
    if coupon.currency is not None:
        known_currency(coupon.currency, param="currency")
    with db.transaction(command.tenant) as uow:
        _check_plans(uow, coupon)
        if not uow.coupons.add(coupon):
            raise CouponCodeTaken(f"There is a coupon {coupon.code} already", param="code")
    return coupon


def _coupon(command: CreateCoupon) -> Coupon:
    return Coupon(
        id=command.id,
        code=command.code,
        name=command.name or command.code,
        scope=command.scope,
        percent=command.percent,
        amount=command.amount,
        currency=command.currency,
        duration=command.duration,
        months=command.months,
        cycles=command.cycles,
        max_redemptions=command.max_redemptions,
        max_per_customer=command.max_per_customer,
        expires_on=command.expires_on,
        minimum=command.minimum,
        plan_ids=tuple(dict.fromkeys(command.plan_ids)),
        metadata=command.metadata,
        created_at=command.at,
    )


def _check_plans(uow: UnitOfWork, coupon: Coupon) -> None:
    found = {plan.id for plan in uow.catalog.plans(coupon.plan_ids)}
    for position, plan in enumerate(coupon.plan_ids):
        if plan not in found:
            raise NotFound("plan", public_id("plan", plan), param=f"plans.{position}")
