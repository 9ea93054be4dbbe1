"""What a subscription has used, on the wire."""

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Told
from khata.api.schemas.periods import At
from khata.core.ids import public_id
from khata.core.price_json import spell_number
from khata.core.subscription import Subscription
from khata.usecases.usage.read_usage import UsageSoFar


class UsageTold(Told):
    """What was used of one item, at one price, in one stretch of time."""

    item: str = Field(
        description="Which item of the subscription, then",
        examples=["si_06f3k2x8c1a4t9w0m5n7p2q6rs"],
    )
    plan: str = Field(description="Of which plan", examples=["plan_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    price: str = Field(description="At which price", examples=["price_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    meter: str = Field(description="The code of the meter", examples=["api_calls"])
    begins_at: At = Field(description="From when on it counts")
    until: At = Field(description="Until when it was measured: now, or its end")
    running: bool = Field(description="Whether it goes on; else late events may still correct it")
    quantity: str = Field(description="What was used, as a decimal", examples=["12500.5"])
    amount: int = Field(
        description="What that costs by now, in minor units, before discounts and tax",
        examples=[62513],
    )
    billed: int = Field(
        description="What invoices charged of it so far, the same way, with its minimum commitment"
    )

    @classmethod
    def of(cls, one: UsageSoFar) -> Self:
        period = one.period
        return cls(
            item=public_id("si", period.item.id),
            plan=public_id("plan", period.item.plan_id),
            price=public_id("price", period.item.price_id),
            meter=one.meter.code,
            begins_at=period.begins,
            until=one.until,
            running=period.ends is None,
            quantity=spell_number(one.quantity),
            amount=one.price,
            billed=period.billed,
        )


class SubscriptionUsageObject(Told):
    """What a subscription has used so far."""

    object: Literal["subscription_usage"] = "subscription_usage"
    livemode: bool = Field(description="Whether it is real, or a test")
    subscription: str = Field(
        description="Whose usage", examples=["sub_06f3k2x8c1a4t9w0m5n7p2q6rs"]
    )
    currency: str = Field(description="ISO 4217", examples=["INR"])
    usage: list[UsageTold] = Field(description="What runs first, then what may be corrected")

    @classmethod
    def of(cls, subscription: Subscription, found: Sequence[UsageSoFar], livemode: bool) -> Self:
        return cls(
            livemode=livemode,
            subscription=public_id("sub", subscription.id),
            currency=subscription.currency,
            usage=[UsageTold.of(one) for one in found],
        )
