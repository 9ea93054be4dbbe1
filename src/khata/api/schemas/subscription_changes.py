"""Changes of a subscription's plans on the wire: what is asked, what it would come to."""

from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from khata.api.schemas.fields import Asked, Created, Currency, Day, Id, Quantity, Told
from khata.api.schemas.note_previews import NotePreview
from khata.api.schemas.periods import At
from khata.api.schemas.previews import PreviewObject
from khata.core.change_direction import direction_of
from khata.core.currency_swap import discounts_left_behind
from khata.core.ids import public_id
from khata.core.waiting import PAUSE, ScheduledChange
from khata.usecases.subscriptions.plan_items import Planned

Proration = Literal["by_day", "by_second", "fixed_30", "none"]
PRORATION = (
    "How the rest of the period is measured: by days of the customer's calendar, by seconds, by "
    "months of thirty days, or not at all"
)
WHEN = "now, period_end, or a day of the customer's calendar"
When = Annotated[Literal["now", "period_end"] | Day, Field(union_mode="left_to_right")]


class ItemWished(Asked):
    """One item as it shall be."""

    id: Id | None = Field(
        None, description="An item that is there", examples=["si_06f3k2x8c1a4t9w0m5n7p2q6rs"]
    )
    plan: Id | None = Field(
        None,
        description="Its plan from then on; an item of this plan that is there is meant",
        examples=["plan_06f3k2x8c1a4t9w0m5n7p2q6rs"],
    )
    quantity: Quantity | None = Field(None, description="How many; else as it is, or 1")

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if self.id is None and self.plan is None:
            raise ValueError("Name an item that is there, or a plan")
        return self


class ChangeAsked(Asked):
    """What the subscription shall be for: these items and no others."""

    items: list[ItemWished] = Field(
        min_length=1,
        max_length=20,
        description="All items as they shall be; one that is left out goes",
    )
    when: When | None = Field(
        None,
        description=f"{WHEN}. Else what costs more a day begins now, and what costs less when "
        "what is paid for ends",
    )
    proration: Proration = Field("by_day", description=PRORATION)
    invoice: Literal["now", "next"] = Field(
        "now", description="Whether the charge is billed at once or with the next invoice"
    )
    settle: Literal["credit_balance", "refund"] = Field(
        "credit_balance",
        description="Where a credit goes of which the invoice owes nothing: to the customer's "
        "balance, or back the way it came",
    )
    keep_anchor: bool = Field(
        False,
        description="With another interval: whether periods are still counted from the old anchor",
    )
    currency: Currency | None = Field(
        None,
        description="In what it is billed from then on, all items at once, where nothing is owed: "
        "at the end of the period, or at once in a trial",
        examples=["USD"],
    )


class PauseWished(Told):
    """A pause to come."""

    until: date | None = Field(description="The first day of service again, where it is known")
    credit: Literal["prorated", "none"] = Field(
        description="Whether days that were billed are credited"
    )
    proration: Literal["by_day", "by_second", "fixed_30"] = Field(
        description="How those days are measured"
    )


class ChangeObject(Told):
    """A change of a subscription, made or waiting for its day."""

    id: str = Field(examples=["chg_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["subscription_change"] = "subscription_change"
    livemode: bool = Field(description="Whether it is real, or a test")
    subscription: str = Field(description="What changes")
    kind: str = Field(description="What sort of change: items or pause", examples=["items"])
    status: Literal["scheduled", "applied", "canceled", "failed"] = Field(
        description="Whether it waits, was made, was taken back, or could not be made"
    )
    effective_on: date = Field(description="The first day on which it holds")
    items: list[dict[str, Any]] = Field(description="The items it asks for")
    pause: PauseWished | None = Field(description="The pause it asks for, if it is one")
    currency: str | None = Field(
        description="In what it is billed from then on, where that changes", examples=["USD"]
    )
    failure: str | None = Field(description="Why it could not be made")
    outcome: dict[str, Any] | None = Field(description="What it came to, once made at once")
    actor: str = Field(description="Who asked for it", examples=["api"])
    created: Created
    finished_at: At | None = Field(description="When it was made or taken back")

    @classmethod
    def of(cls, change: ScheduledChange, livemode: bool) -> Self:
        return cls(
            id=public_id("chg", change.id),
            livemode=livemode,
            subscription=public_id("sub", change.subscription_id),
            kind=change.kind,
            status=change.status.value,
            effective_on=change.effective_on,
            items=_items(change),
            pause=PauseWished(**change.wish) if change.kind == PAUSE else None,
            currency=change.wish.get("currency"),
            failure=change.failure,
            outcome=dict(change.outcome) if change.outcome else None,
            actor=change.actor,
            created=change.created_at,
            finished_at=change.finished_at,
        )


def _items(change: ScheduledChange) -> list[dict[str, Any]]:
    return [
        {
            "id": public_id("si", UUID(item["id"])),
            "plan": public_id("plan", UUID(item["plan"])),
            "price": public_id("price", UUID(item["price"])),
            "quantity": item["quantity"],
        }
        for item in change.wish.get("items", ())
    ]


class ChangePreview(Told):
    """What a change would come to on its day; nothing is stored."""

    object: Literal["subscription_change_preview"] = "subscription_change_preview"
    livemode: bool = Field(description="Whether it is real, or a test")
    subscription: str = Field(description="What would change")
    effective_on: date = Field(description="The first day on which it would hold")
    direction: Literal["upgrade", "downgrade", "same"] = Field(
        description="Whether it costs more a day; `same` where the currency changes, too"
    )
    currency: str = Field(description="In what it would be billed from then on", examples=["INR"])
    ends_discounts: list[str] = Field(
        description="Codes of coupons that would lower nothing any more: their amounts are in the "
        "other currency"
    )
    credit_notes: list[NotePreview] = Field(description="What would be taken back, by invoice")
    invoice: PreviewObject | None = Field(description="The invoice that would come")
    waiting: int = Field(
        description="What would wait for the next invoice, before tax, in minor units"
    )
    credited: int = Field(description="All that is taken back, with tax, in minor units")
    charged: int = Field(description="The invoice's total, in minor units")
    amount_due: int = Field(
        description="What is left to pay now, after the credit: negative where credit is left"
    )

    @classmethod
    def of(cls, planned: Planned, livemode: bool) -> Self:
        decided = planned.decided
        credited = sum(note.total for note in decided.notes)
        charged = decided.invoice.total if decided.invoice else 0
        standing = planned.standing
        return cls(
            livemode=livemode,
            subscription=public_id("sub", decided.before.id),
            effective_on=planned.effective_on,
            direction=direction_of(standing, planned.wish).value,
            currency=decided.after.currency,
            ends_discounts=[
                one.coupon.code
                for one in discounts_left_behind(planned.due.discounts, planned.wish.currency)
            ],
            credit_notes=[NotePreview.of(note) for note in decided.notes],
            invoice=PreviewObject.of(decided.invoice, livemode) if decided.invoice else None,
            waiting=sum(charge.amount for charge in decided.waiting),
            credited=credited,
            charged=charged,
            amount_due=charged - credited,
        )
