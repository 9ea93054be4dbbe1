"""Coupons, and the discounts that they become, on the wire."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints

from khata.api.schemas.fields import Asked, Created, Currency, Day, Id, Line, Metadata, Told
from khata.api.schemas.plans import Code
from khata.api.schemas.shapes import Shape
from khata.core.coupon import Coupon, Discount
from khata.core.ids import public_id
from khata.core.money import LARGEST_AMOUNT

DurationName = Literal["once", "repeating", "forever"]
ScopeName = Literal["line", "invoice"]
PositiveAmount = Annotated[int, Field(ge=1, le=LARGEST_AMOUNT, examples=[10000])]
Percent = Annotated[
    str,
    StringConstraints(max_length=8),
    Shape(
        r"^(100(\.0{1,4})?|[0-9]{1,2}(\.[0-9]{1,4})?)$",
        "A percent is a decimal text from 0 to 100 with at most four decimals, such as 12.5",
    ),
]
DURATION = (
    "once: for the first invoice that it lowers; repeating: for so many months or cycles; forever"
)


class CouponCreate(Asked):
    """A reduction under a code. Its terms never change."""

    code: Code = Field(description="What customers give, in whatever case", examples=["TEA25"])
    name: Line | None = Field(None, description="As invoices say it; else the code")
    scope: ScopeName = Field(
        "invoice",
        description="When it is taken: line coupons first, then invoice coupons of what is left",
    )
    percent: Percent | None = Field(None, description="Off each line", examples=["25"])
    amount: PositiveAmount | None = Field(
        None, description="Off the lines it applies to together, in minor units", examples=[None]
    )
    currency: Currency | None = Field(
        None, description="Of the amount and the minimum, where there is one", examples=[None]
    )
    duration: DurationName = Field("once", description=DURATION, examples=["once"])
    months: int | None = Field(
        None, ge=1, le=120, description="How long a repeating one lasts", examples=[None]
    )
    cycles: int | None = Field(
        None,
        ge=1,
        le=1000,
        description="… or for how many invoices of a period",
        examples=[None],
    )
    max_redemptions: int | None = Field(
        None, ge=1, le=10**9, description="How often it may be redeemed in all; else no limit"
    )
    max_per_customer: int | None = Field(
        None, ge=1, le=1000, description="How often by one customer; else no limit"
    )
    expires_on: Day | None = Field(
        None, description="The last day on which it may be redeemed, in the account's calendar"
    )
    minimum: PositiveAmount | None = Field(
        None,
        description="What the charges of an invoice must come to before discounts, or it lowers "
        "nothing",
        examples=[None],
    )
    plans: list[Id] = Field(
        default_factory=list, max_length=100, description="What it applies to; none: everything"
    )
    metadata: Metadata = Field(default_factory=dict)


class CouponTerms(Told):
    """What a coupon and what became of it have in common."""

    code: str = Field(description="What customers give", examples=["TEA25"])
    name: str = Field(description="As invoices say it", examples=["A quarter off"])
    scope: ScopeName = Field(description="When it is taken: line coupons first")
    percent: str | None = Field(description="Off each line", examples=["25"])
    amount: int | None = Field(description="Off the lines it applies to together")
    currency: str | None = Field(description="Of the amount and the minimum")
    duration: DurationName = Field(description=DURATION)


class CouponObject(CouponTerms):
    """A reduction under a code."""

    id: str = Field(examples=["cou_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["coupon"] = "coupon"
    livemode: bool = Field(description="Whether it is real, or a test")
    months: int | None = Field(description="How long a repeating one lasts")
    cycles: int | None = Field(description="… or for how many invoices of a period")
    max_redemptions: int | None = Field(description="How often it may be redeemed in all")
    max_per_customer: int | None = Field(description="How often by one customer")
    redemptions: int = Field(description="How often it was redeemed", examples=[0])
    expires_on: date | None = Field(description="The last day on which it may be redeemed")
    minimum: int | None = Field(description="What the charges of an invoice must come to")
    plans: list[str] = Field(description="What it applies to; none: everything")
    archived: bool = Field(description="Whether nobody may redeem it any more")
    metadata: dict[str, str] = Field(description="Facts of your own")
    created: Created

    @classmethod
    def of(cls, coupon: Coupon, livemode: bool) -> Self:
        return cls(
            id=public_id("cou", coupon.id),
            livemode=livemode,
            code=coupon.code,
            name=coupon.name,
            scope=coupon.scope.value,
            percent=percent_told(coupon.percent),
            amount=coupon.amount,
            currency=coupon.currency,
            duration=coupon.duration.value,
            months=coupon.months,
            cycles=coupon.cycles,
            max_redemptions=coupon.max_redemptions,
            max_per_customer=coupon.max_per_customer,
            redemptions=coupon.redeemed,
            expires_on=coupon.expires_on,
            minimum=coupon.minimum,
            plans=[public_id("plan", plan) for plan in coupon.plan_ids],
            archived=coupon.archived_at is not None,
            metadata=dict(coupon.metadata),
            created=coupon.created_at,
        )


class CouponApply(Asked):
    """Which coupon to redeem."""

    coupon: Code = Field(description="The coupon's code", examples=["TEA25"])


class DiscountObject(CouponTerms):
    """A coupon that was redeemed, for one subscription or for all of a customer's."""

    id: str = Field(examples=["di_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["discount"] = "discount"
    livemode: bool = Field(description="Whether it is real, or a test")
    coupon: str = Field(description="The coupon it is of")
    customer: str = Field(description="Whose it is")
    subscription: str | None = Field(description="What it lowers; null: all of the customer's")
    from_on: date = Field(description="It lowers what begins on this day or after")
    until_on: date | None = Field(description="… and before this day; null: no such day")
    uses_left: int | None = Field(
        description="How many more invoices of a period it lowers; null: any number", examples=[1]
    )
    ended_by: Literal["used", "lapsed", "removed"] | None = Field(
        description="Why it is over: used as often as it lasts, its months are over, or removed"
    )
    created: Created

    @classmethod
    def of(cls, discount: Discount, livemode: bool) -> Self:
        coupon = discount.coupon
        return cls(
            id=public_id("di", discount.id),
            livemode=livemode,
            code=coupon.code,
            name=coupon.name,
            scope=coupon.scope.value,
            percent=percent_told(coupon.percent),
            amount=coupon.amount,
            currency=coupon.currency,
            duration=coupon.duration.value,
            coupon=public_id("cou", coupon.id),
            customer=public_id("cus", discount.customer_id),
            subscription=(
                public_id("sub", discount.subscription_id) if discount.subscription_id else None
            ),
            from_on=discount.from_on,
            until_on=discount.until_on,
            uses_left=discount.uses_left,
            ended_by=discount.ended_by.value if discount.ended_by else None,
            created=discount.created_at,
        )


def percent_told(percent: Decimal | None) -> str | None:
    return None if percent is None else f"{percent.normalize():f}"
