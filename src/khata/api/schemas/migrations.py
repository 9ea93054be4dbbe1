"""Migrations of subscriptions to another version of a price, on the wire."""

from datetime import date
from typing import Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Asked, Currency, Id, Told
from khata.api.schemas.subscription_changes import PRORATION, WHEN, Proration, When
from khata.core.ids import public_id
from khata.core.refusal import Refusal
from khata.usecases.selling.migrate_prices import Migrated, MigratedPage
from khata.usecases.selling.preview_migration import Foreseen, ForeseenPage


class MigrationAsked(Asked):
    """Which subscriptions of the plan, to which version of its price, and when."""

    currency: Currency | None = Field(
        None, description="Only those in this currency; else each to the version of its own"
    )
    version: int | None = Field(None, ge=1, le=10**6, description="Else the last one")
    when: When = Field("period_end", description=WHEN)
    proration: Proration = Field("by_day", description=PRORATION)
    invoice: Literal["now", "next"] = Field(
        "now", description="Whether a charge of today is billed at once or with the next invoice"
    )
    limit: int = Field(100, ge=1, le=500, description="So many at once; ask again for the rest")
    starting_after: Id | None = Field(
        None, description="The subscription that the page before ended with"
    )


class RefusedTold(Told):
    """Why one subscription cannot be migrated."""

    code: str = Field(description="Its name, which stays", examples=["change_under_way"])
    detail: str = Field(description="In a sentence")

    @classmethod
    def of(cls, refusal: Refusal | None) -> Self | None:
        return None if refusal is None else cls(code=refusal.code, detail=refusal.detail)


class MigratedTold(Told):
    """What became of one subscription."""

    subscription: str = Field(description="The subscription")
    change: str | None = Field(description="The change that was made, or waits for its day")
    status: str | None = Field(description="applied, or scheduled", examples=["scheduled"])
    effective_on: date | None = Field(description="The first day at the new price")
    refused: RefusedTold | None = Field(description="Why it could not be; else null")

    @classmethod
    def of(cls, one: Migrated) -> Self:
        change = one.change
        return cls(
            subscription=public_id("sub", one.subscription_id),
            change=public_id("chg", change.id) if change else None,
            status=change.status.value if change else None,
            effective_on=change.effective_on if change else None,
            refused=RefusedTold.of(one.refusal),
        )


class MigrationObject(Told):
    """One page of a migration. Asked again without a cursor it goes on with who is left."""

    object: Literal["price_migration"] = "price_migration"
    livemode: bool = Field(description="Whether it is real, or a test")
    plan: str = Field(description="The plan")
    data: list[MigratedTold] = Field(description="One for each subscription of this page")
    has_more: bool = Field(description="Whether there are more after these")

    @classmethod
    def of_page(cls, plan: str, page: MigratedPage, livemode: bool) -> Self:
        data = [MigratedTold.of(one) for one in page.subscriptions]
        return cls(livemode=livemode, plan=plan, data=data, has_more=page.has_more)


class ForeseenTold(Told):
    """What the migration would make of one subscription."""

    subscription: str = Field(description="The subscription")
    currency: str | None = Field(description="ISO 4217", examples=["INR"])
    effective_on: date | None = Field(description="The first day at the new price")
    old_amount: int = Field(description="What it pays for the plan in a full period, minor units")
    new_amount: int = Field(description="What it would pay")
    mrr_change: int = Field(description="By how much its recurring revenue of a month changes")
    refused: RefusedTold | None = Field(description="Why it could not be; else null")

    @classmethod
    def of(cls, one: Foreseen) -> Self:
        return cls(
            subscription=public_id("sub", one.subscription_id),
            currency=one.currency or None,
            effective_on=one.effective_on,
            old_amount=one.old_amount,
            new_amount=one.new_amount,
            mrr_change=one.mrr_change,
            refused=RefusedTold.of(one.refusal),
        )


class MigrationPreview(Told):
    """One page of what a migration would come to; nothing is stored."""

    object: Literal["price_migration_preview"] = "price_migration_preview"
    livemode: bool = Field(description="Whether it is real, or a test")
    plan: str = Field(description="The plan")
    prices: list[str] = Field(description="The versions that they would get")
    data: list[ForeseenTold] = Field(description="One for each subscription of this page")
    has_more: bool = Field(description="Whether there are more after these")

    @classmethod
    def of_page(cls, plan: str, page: ForeseenPage, livemode: bool) -> Self:
        return cls(
            livemode=livemode,
            plan=plan,
            prices=[public_id("price", price.id) for price in page.targets],
            data=[ForeseenTold.of(one) for one in page.subscriptions],
            has_more=page.has_more,
        )
