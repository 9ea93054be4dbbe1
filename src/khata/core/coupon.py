"""A coupon, who may redeem it, and the discount that it becomes for a subscription."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from khata.core.discounts import Reduction, Scope
from khata.core.money import decimal_text
from khata.core.periods import Interval, Unit, edge
from khata.core.refusal import Kind, Refusal


class CouponTermsDiffer(Refusal):
    """The terms of the coupon contradict each other, or say too little."""


class CouponArchived(Refusal):
    """The coupon was archived: nobody redeems it any more."""

    kind = Kind.CONFLICT


class CouponExpired(Refusal):
    """The last day on which the coupon could be redeemed is over."""

    kind = Kind.CONFLICT


class CouponExhausted(Refusal):
    """The coupon was redeemed as often as it may be."""

    kind = Kind.CONFLICT


class CouponUsedByCustomer(Refusal):
    """The customer has redeemed the coupon as often as one customer may."""

    kind = Kind.CONFLICT


class CouponCurrencyDiffers(Refusal):
    """The coupon is of another currency than what it would lower; amounts are never converted."""


class CouponNotApplicable(Refusal):
    """The coupon is for other plans than those of the subscription."""


class Duration(StrEnum):
    ONCE = "once"  # for the first invoice that it lowers
    REPEATING = "repeating"  # for so many months, or so many periods
    FOREVER = "forever"


class Ended(StrEnum):
    """Why a discount is over."""

    USED = "used"  # as often as it lasts
    LAPSED = "lapsed"  # its months are over
    REMOVED = "removed"  # by a person


@dataclass(frozen=True, slots=True)
class Coupon:
    """The terms of a reduction, under a code. `amount` and `minimum` are in minor units.

    `expires_on` is the last day of the tenant's calendar on which it may be redeemed; what was
    redeemed goes on. `redeemed` is how often that was.
    """

    id: UUID
    code: str
    name: str
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
    plan_ids: tuple[UUID, ...]
    metadata: Mapping[str, str]
    created_at: datetime
    archived_at: datetime | None = None
    redeemed: int = 0


@dataclass(frozen=True, slots=True)
class Discount:
    """A coupon that was redeemed: for one subscription, or for all of the customer's.

    It holds for periods that begin on `from_on` or after and before `until_on`, and so often as
    `uses_left` says; None is for ever.
    """

    id: UUID
    coupon: Coupon
    customer_id: UUID
    subscription_id: UUID | None
    from_on: date
    until_on: date | None
    uses_left: int | None
    created_at: datetime
    ended_at: datetime | None = None
    ended_by: Ended | None = None

    @property
    def recurs(self) -> bool:
        """Whether it is a part of what recurs: MRR is less by it."""
        return self.coupon.duration is not Duration.ONCE


def check_terms(coupon: Coupon) -> None:
    """Refuse a coupon that says nothing or contradicts itself. Raises: CouponTermsDiffer."""
    repeats = coupon.duration is Duration.REPEATING
    lengths = [length for length in (coupon.months, coupon.cycles) if length is not None]
    for is_wrong, param, says in (
        (
            (coupon.percent is None) == (coupon.amount is None),
            "percent",
            "Give a percent or an amount, one of them",
        ),
        (
            coupon.percent is not None and not 0 < coupon.percent <= 100,
            "percent",
            "A percent is above 0 and at most 100",
        ),
        (
            (coupon.amount is not None or coupon.minimum is not None) and coupon.currency is None,
            "currency",
            "An amount and a minimum are of a currency: name it",
        ),
        (
            coupon.currency is not None and coupon.amount is None and coupon.minimum is None,
            "currency",
            "A percent without a minimum is of no currency",
        ),
        (
            repeats and len(lengths) != 1,
            "months",
            "A repeating coupon lasts so many months or so many cycles: give one of them",
        ),
        (
            not repeats and bool(lengths),
            "months" if coupon.months is not None else "cycles",
            f"A coupon that lasts {coupon.duration} has neither months nor cycles",
        ),
    ):
        if is_wrong:
            raise CouponTermsDiffer(says, param=param)


def check_redeemable(
    coupon: Coupon,
    *,
    today: date,
    currency: str,
    plan_ids: Collection[UUID] | None,
    redeemed_by_customer: int,
    param: str,
) -> None:
    """Refuse a coupon that may not be redeemed now, by name. The coupon is locked.

    `plan_ids` are those of the subscription; None where it is for all of a customer's.
    Raises: CouponArchived, CouponExpired, CouponExhausted, CouponUsedByCustomer,
    CouponCurrencyDiffers, CouponNotApplicable.
    """
    code, most, each = coupon.code, coupon.max_redemptions, coupon.max_per_customer
    if coupon.archived_at is not None:
        raise CouponArchived(f"The coupon {code} was archived", param=param)
    if coupon.expires_on is not None and today > coupon.expires_on:
        raise CouponExpired(f"{code} could be redeemed until {coupon.expires_on}", param=param)
    if most is not None and coupon.redeemed >= most:
        raise CouponExhausted(f"{code} was redeemed {coupon.redeemed} times of {most}", param=param)
    if each is not None and redeemed_by_customer >= each:
        raise CouponUsedByCustomer(f"{code} may be redeemed {each} times by one", param=param)
    if coupon.currency is not None and coupon.currency != currency:
        raise CouponCurrencyDiffers(f"{code} is in {coupon.currency}, not {currency}", param=param)
    if plan_ids is not None and coupon.plan_ids and not set(coupon.plan_ids) & set(plan_ids):
        raise CouponNotApplicable(f"{code} is for none of the subscription's plans", param=param)


def redeemed(
    coupon: Coupon,
    *,
    id: UUID,
    customer_id: UUID,
    subscription_id: UUID | None,
    from_on: date,
    at: datetime,
) -> Discount:
    """Return the discount that a coupon becomes; `from_on` is the first day that may be lower."""
    uses = 1 if coupon.duration is Duration.ONCE else coupon.cycles
    until = None
    if coupon.months is not None:
        until = edge(from_on, Interval(Unit.MONTH), coupon.months)
    return Discount(id, coupon, customer_id, subscription_id, from_on, until, uses, at)


def reduction_of(discount: Discount) -> Reduction:
    """Return what the discount takes off the charges of an invoice."""
    coupon = discount.coupon
    return Reduction(
        discount.id,
        discount.id,
        coupon.scope,
        None if coupon.percent is None else Fraction(coupon.percent),
        coupon.amount,
        frozenset(coupon.plan_ids),
        coupon.minimum or 0,
        discount.subscription_id,
    )


def in_force(discount: Discount, *, on: date, currency: str, opens_period: bool = True) -> bool:
    """Say whether a discount lowers an invoice for what begins on that day.

    Where no period opens (a change in the middle of one), what lasts once waits for one.
    """
    if discount.ended_at is not None or discount.uses_left == 0:
        return False
    if not opens_period and discount.coupon.duration is Duration.ONCE:
        return False
    if discount.coupon.currency not in (None, currency):
        return False
    return discount.from_on <= on and (discount.until_on is None or on < discount.until_on)


def reductions_on(
    discounts: Sequence[Discount], *, on: date, currency: str, opens_period: bool = True
) -> list[Reduction]:
    """Return what lowers an invoice for what begins on that day."""
    return [
        reduction_of(one)
        for one in discounts
        if in_force(one, on=on, currency=currency, opens_period=opens_period)
    ]


def recurring_on(discounts: Sequence[Discount], *, on: date, currency: str) -> Sequence[Reduction]:
    """Return what lowers each period's invoice from that day on: MRR is less by it."""
    if not discounts:
        return ()
    return reductions_on([one for one in discounts if one.recurs], on=on, currency=currency)


def after_period(
    discounts: Sequence[Discount], *, begins_on: date, used: Collection[UUID], at: datetime
) -> tuple[Discount, ...]:
    """Return discounts as the invoice of a period leaves them: used once more, or over."""
    return tuple(_after(one, begins_on, one.id in used, at) for one in discounts)


def _after(discount: Discount, begins_on: date, was_used: bool, at: datetime) -> Discount:
    if discount.until_on is not None and begins_on >= discount.until_on:
        return replace(discount, ended_at=at, ended_by=Ended.LAPSED)
    if not was_used or discount.uses_left is None:
        return discount
    left = discount.uses_left - 1
    if left:
        return replace(discount, uses_left=left)
    return replace(discount, uses_left=0, ended_at=at, ended_by=Ended.USED)


def coupon_words(coupon: Coupon) -> str:
    """Return what a coupon takes off in words: 25 %, or 100.00 INR."""
    if coupon.percent is not None:
        return f"{coupon.percent.normalize():f} %"
    assert coupon.amount is not None
    assert coupon.currency is not None
    return f"{decimal_text(coupon.amount, coupon.currency)} {coupon.currency}"
