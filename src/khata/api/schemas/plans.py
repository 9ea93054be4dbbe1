"""Plans and their prices on the wire."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints

from khata.api.schemas.fields import (
    Asked,
    Created,
    Id,
    Line,
    Metadata,
    Told,
    kept,
)
from khata.api.schemas.prices import PriceCreate, PriceObject
from khata.api.schemas.shapes import Shape
from khata.core.catalog import Plan
from khata.core.ids import public_id

Code = Annotated[
    str,
    StringConstraints(min_length=1, max_length=60),
    Shape(
        r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
        "A code has letters, digits, dots, dashes and underscores, and begins with one of the "
        "first two",
    ),
]


class PlanCreate(Asked):
    """A named offer of a product."""

    product: Id = Field(description="The product it offers", examples=["prod_06f3k2x8c1a4t9w0m5"])
    name: Line = Field(description="As invoices say it", examples=["Premium"])
    code: Code = Field(description="Your own name for it, unique", examples=["premium-monthly"])
    interval: Literal["day", "week", "month", "year"] = Field(description="How long a period is")
    interval_count: int = Field(1, ge=1, le=1000, description="… times this")
    trial_days: int = Field(0, ge=0, le=730, description="Days at no price before the first period")
    tax_behavior: Literal["exclusive", "inclusive"] = Field(
        "exclusive", description="Whether tax is added to the price or inside it"
    )
    prices: list[PriceCreate] = Field(
        min_length=1, max_length=50, description="One in each currency it is sold in"
    )
    dunning_policy: Id | None = Field(
        None,
        description="What is done when its invoices cannot be collected; null: as the account's "
        "policies say",
    )
    metadata: Metadata = Field(default_factory=dict)


class PlanChange(Asked):
    """What is left out stays as it is. Terms never change: make another plan, or a new price."""

    name: Line = Field(default_factory=kept, description="As invoices say it")
    dunning_policy: Id | None = Field(
        default_factory=kept,
        description="Holds for what fails from now on; null: as the account's policies say",
    )
    metadata: Metadata = Field(default_factory=kept, description="Replaces what was there")


class PlanObject(Told):
    """A named offer of a product, with the prices a new subscription gets."""

    id: str = Field(examples=["plan_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["plan"] = "plan"
    livemode: bool = Field(description="Whether it is real, or a test")
    product: str = Field(description="The product it offers")
    name: str = Field(description="As invoices say it", examples=["Premium"])
    code: str = Field(description="Your own name for it", examples=["premium-monthly"])
    interval: Literal["day", "week", "month", "year"] = Field(description="How long a period is")
    interval_count: int = Field(description="… times this", examples=[1])
    trial_days: int = Field(description="Days at no price before the first period", examples=[0])
    tax_behavior: Literal["exclusive", "inclusive"] = Field(
        description="Whether tax is added to the price or inside it"
    )
    dunning_policy: str | None = Field(
        description="What is done when its invoices cannot be collected; null: as the account's "
        "policies say"
    )
    prices: list[PriceObject] = Field(description="The last version in each currency")
    metadata: dict[str, str] = Field(description="Facts of your own")
    created: Created

    @classmethod
    def of(cls, plan: Plan, livemode: bool) -> Self:
        return cls(
            id=public_id("plan", plan.id),
            livemode=livemode,
            product=public_id("prod", plan.product_id),
            name=plan.name,
            code=plan.code,
            interval=plan.interval.unit.value,
            interval_count=plan.interval.count,
            trial_days=plan.trial_days,
            tax_behavior=plan.tax_behavior.value,
            dunning_policy=public_id("dun", plan.dunning_policy_id)
            if plan.dunning_policy_id
            else None,
            prices=[PriceObject.of(price, livemode) for price in plan.prices],
            metadata=dict(plan.metadata),
            created=plan.created_at,
        )
