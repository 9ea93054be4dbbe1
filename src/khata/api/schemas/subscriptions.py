"""Subscriptions and their moves on the wire."""

from datetime import date
from typing import Any, Literal, Self

from pydantic import Field

from khata.api.schemas.fields import (
    Asked,
    Created,
    Day,
    Id,
    Line,
    Metadata,
    Quantity,
    Told,
    kept,
)
from khata.api.schemas.periods import At, PeriodTold
from khata.api.schemas.plans import Code
from khata.api.schemas.prices import Model
from khata.core.catalog import PriceModel
from khata.core.ids import public_id
from khata.core.money import LARGEST_AMOUNT
from khata.core.subscription import Move
from khata.db.reads.subscriptions import ItemView, SubscriptionView

StatusName = Literal["incomplete", "trialing", "active", "past_due", "unpaid", "paused", "canceled"]
Collection = Literal["charge_automatically", "send_invoice"]
COLLECTION = "charge_automatically: we take the money; send_invoice: the customer sends it"


AlignName = Literal["month", "quarter", "year", "financial_year"]
PaymentBehavior = Literal["active", "incomplete"]
BEHAVIOR = (
    "active: it begins at once; incomplete: only when its first invoice is paid, which it waits "
    "for 23 hours"
)
MissingMethodName = Literal["cancel", "pause", "create_invoice"]


class TrialSettings(Asked):
    """How a trial ends."""

    missing_payment_method: MissingMethodName = Field(
        description="Without a payment method on file: cancel it, pause it, or make the invoice "
        "all the same",
        examples=["cancel"],
    )


class TrialSettingsTold(Told):
    """How a trial ends."""

    missing_payment_method: MissingMethodName = Field(
        description="What it does without a payment method on file"
    )


class PauseTold(Told):
    """A pause, running or to come."""

    begins_on: date = Field(description="The first day without service")
    until: date | None = Field(description="When it ends by itself, if it does")
    credit: Literal["prorated", "none"] = Field(
        description="Whether what was billed of its days is credited"
    )


class ItemAsked(Asked):
    """One plan, so many times."""

    plan: Id = Field(description="The plan", examples=["plan_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    quantity: Quantity = 1


THRESHOLD = (
    "Usage that is not billed yet is billed early when it comes to so much, in minor units before "
    "discounts and tax; null: at the end of each period alone"
)


class SubscriptionCreate(Asked):
    """A standing agreement. What is due of it is billed and collected at once."""

    customer: Id = Field(description="Who subscribes", examples=["cus_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    items: list[ItemAsked] = Field(
        min_length=1,
        max_length=20,
        description="What for: plans of one interval and one tax behaviour",
    )
    collection_method: Collection = Field("charge_automatically", description=COLLECTION)
    days_until_due: int | None = Field(
        None,
        ge=0,
        le=365,
        description="Days from issue to due date; else 0 where we take the money, or the "
        "account's policy",
    )
    start_date: Day | None = Field(
        None,
        description="The first day, in the customer's calendar: at most one year back (then it "
        "catches up, period by period) or two ahead; else today",
    )
    billing_anchor: Day | None = Field(
        None,
        description="The day that periods are counted from; else the first day that is paid for. "
        "A first period that it cuts short costs its days' share",
    )
    trial_days: int | None = Field(
        None, ge=0, le=730, description="Days at no price; else the plan's own"
    )
    trial_settings: TrialSettings | None = Field(
        None, description="What its trial does that ends without a way to pay"
    )
    cycles: int | None = Field(
        None,
        ge=1,
        le=1200,
        description="A contract of so many billing periods: it ends by itself. A short first "
        "period counts as one",
        examples=[12],
    )
    ends_on: Day | None = Field(
        None,
        description="A contract until a day, the first without service: it ends by itself, and a "
        "last period that it cuts short costs its days' share",
    )
    align: AlignName | None = Field(
        None,
        description="Periods begin with the calendar's: the 1st of a month, quarter or year, or "
        "of the financial year (1 April in India). The first is short and costs its days' share",
    )
    payment_behavior: PaymentBehavior = Field("active", description=BEHAVIOR)
    payment_method: Id | None = Field(
        None,
        description="How it is paid; else the customer's default",
        examples=["pm_06f3k2x8c1a4t9w0m5n7p2q6rs"],
    )
    registration: Id | None = Field(
        None,
        description="Under which registration it is sold; else the account's default",
        examples=["reg_06f3k2x8c1a4t9w0m5n7p2q6rs"],
    )
    usage_threshold: int | None = Field(
        None, ge=1, le=LARGEST_AMOUNT, description=THRESHOLD, examples=[500000]
    )
    coupons: list[Code] = Field(
        default_factory=list,
        max_length=10,
        description="Codes to redeem, all or none: the first invoice is lower already",
    )
    metadata: Metadata = Field(default_factory=dict)


class SubscriptionChange(Asked):
    """What is left out stays as it is; what is given replaces the whole field."""

    payment_method: Id | None = Field(
        default_factory=kept,
        description="How it is paid from now on; null: the customer's default. What could not be "
        "paid is tried at once where that makes a difference",
        examples=["pm_06f3k2x8c1a4t9w0m5n7p2q6rs"],
    )
    usage_threshold: int | None = Field(
        default_factory=kept, ge=1, le=LARGEST_AMOUNT, description=THRESHOLD, examples=[500000]
    )
    metadata: Metadata = Field(default_factory=kept, description="Replaces what was there")


class SubscriptionCancel(Asked):
    """How it ends."""

    when: Literal["now", "period_end"] | Day = Field(
        description="now: nothing more is billed from today; period_end: it does not renew; a day "
        "of the customer's calendar: the first without service",
        examples=["period_end"],
        union_mode="left_to_right",
    )
    credit: Literal["none", "prorated"] = Field(
        "none",
        description="none: what was billed stays billed, also for days not used; prorated: the "
        "days after the end are credited",
    )
    proration: Literal["by_day", "by_second", "fixed_30"] = Field(
        "by_day", description="How the days that are credited are measured"
    )
    reason: Line | None = Field(None, description="In your words or the customer's; it is kept")


class ItemObject(Told):
    """One plan of a subscription, at the price it was agreed at."""

    id: str = Field(examples=["si_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["subscription_item"] = "subscription_item"
    plan: str = Field(description="The plan")
    price: str = Field(description="The version of its price that this subscription keeps")
    model: Model = Field(description="How the quantity becomes money")
    unit_amount: int = Field(
        description="Minor units, of the whole (flat) or of each unit; 0 where tiers or rates "
        "tell it"
    )
    quantity: int = Field(description="How many", examples=[1])

    @classmethod
    def of(cls, item: ItemView) -> Self:
        return cls(
            id=public_id("si", item.id),
            plan=public_id("plan", item.plan_id),
            price=public_id("price", item.price_id),
            model=PriceModel(item.model).value,
            unit_amount=item.unit_amount,
            quantity=item.quantity,
        )


class SubscriptionObject(Told):
    """A customer's standing agreement to plans."""

    id: str = Field(examples=["sub_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["subscription"] = "subscription"
    livemode: bool = Field(description="Whether it is real, or a test")
    customer: str = Field(description="Who subscribes")
    status: StatusName = Field(description="Where it stands", examples=["active"])
    items: list[ItemObject] = Field(description="What for")
    currency: str = Field(description="ISO 4217, the customer's", examples=["INR"])
    collection_method: Collection = Field(description=COLLECTION)
    days_until_due: int = Field(description="Days from issue to due date", examples=[0])
    interval: Literal["day", "week", "month", "year"] = Field(
        description="How long a period is", examples=["month"]
    )
    interval_count: int = Field(description="… times this", examples=[1])
    tax_behavior: Literal["exclusive", "inclusive"] = Field(
        description="Whether tax is added to the prices or inside them"
    )
    timezone: str = Field(description="In which its days begin", examples=["Asia/Kolkata"])
    start_date: date = Field(description="The first day", examples=["2026-01-31"])
    billing_anchor: date = Field(
        description="The day periods are counted from; the 31st means the month's last day",
        examples=["2026-01-31"],
    )
    trial_end: date | None = Field(description="The first day that is paid for, after a trial")
    current_period: PeriodTold | None = Field(description="The period it is in, once begun")
    next_billing_at: At | None = Field(description="When its next thing is due, if one is")
    pause: PauseTold | None = Field(description="Its pause, running or to come")
    cycles: int | None = Field(description="How many billing periods its contract has, if it says")
    contract_end: date | None = Field(description="The first day after its contract, if it has one")
    payment_behavior: PaymentBehavior = Field(description=BEHAVIOR)
    trial_settings: TrialSettingsTold | None = Field(description="How its trial ends")
    usage_threshold: int | None = Field(description=THRESHOLD)
    cancel_at_period_end: bool = Field(description="Whether it is set to end and has not yet")
    cancel_on: date | None = Field(description="The first day without service")
    cancel_reason: str | None = Field(description="Why it ends, or ended")
    canceled_at: At | None = Field(description="When that was asked for")
    ended_on: date | None = Field(description="The day it ended")
    latest_invoice: str | None = Field(description="Its newest invoice")
    payment_method: str | None = Field(description="How it is paid; else the customer's default")
    registration: str = Field(description="Under which registration it is sold")
    mrr: int = Field(
        description="What it brings a month before tax, in minor units, while it counts",
        examples=[100000],
    )
    metadata: dict[str, str] = Field(description="Facts of your own")
    created: Created

    @classmethod
    def of(cls, view: SubscriptionView, livemode: bool) -> Self:
        latest, method = view.latest_invoice_id, view.payment_method_id
        return cls.model_validate(
            {
                "id": public_id("sub", view.id),
                "livemode": livemode,
                "customer": public_id("cus", view.customer_id),
                "status": view.status,
                "items": [ItemObject.of(item) for item in view.items],
                "currency": view.currency,
                "collection_method": view.collection_method,
                "days_until_due": view.days_until_due,
                "interval": view.interval,
                "interval_count": view.interval_count,
                "tax_behavior": view.tax_behavior,
                "timezone": view.timezone,
                "start_date": view.start_on,
                "billing_anchor": view.billing_anchor,
                "trial_end": view.trial_end,
                "current_period": PeriodTold.of(view.period_start, view.period_end),
                "next_billing_at": view.next_billing_at,
                "pause": _pause(view),
                "cycles": view.cycles,
                "contract_end": view.contract_end,
                "payment_behavior": "incomplete" if view.waits_for_payment else "active",
                "trial_settings": {"missing_payment_method": view.missing_method}
                if view.missing_method
                else None,
                "usage_threshold": view.usage_threshold,
                "cancel_at_period_end": view.cancel_on is not None and view.status != "canceled",
                "cancel_on": view.cancel_on,
                "cancel_reason": view.cancel_reason,
                "canceled_at": view.canceled_at,
                "ended_on": view.ended_on,
                "latest_invoice": public_id("inv", latest) if latest else None,
                "payment_method": public_id("pm", method) if method else None,
                "registration": public_id("reg", view.registration_id),
                "mrr": view.mrr,
                "metadata": view.metadata,
                "created": view.created_at,
            }
        )


def _pause(view: SubscriptionView) -> dict[str, Any] | None:
    if view.pause_on is None:
        return None
    return {
        "begins_on": view.pause_on,
        "until": view.resume_on,
        "credit": "prorated" if view.pause_policy else "none",
    }


class MoveObject(Told):
    """One change of a subscription's state, kept for ever."""

    id: str = Field(examples=["mv_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["move"] = "move"
    livemode: bool = Field(description="Whether it is real, or a test")
    subscription: str = Field(description="Whose state changed")
    from_status: StatusName | None = Field(description="Its state before; null where it began")
    to_status: StatusName = Field(description="Its state after", examples=["active"])
    cause: str = Field(description="Why", examples=["started"])
    actor: str = Field(description="Who asked for it", examples=["schedule"])
    created: Created

    @classmethod
    def of(cls, move: Move, livemode: bool) -> Self:
        return cls(
            id=public_id("mv", move.id),
            livemode=livemode,
            subscription=public_id("sub", move.subscription_id),
            from_status=move.from_status.value if move.from_status else None,
            to_status=move.to_status.value,
            cause=move.cause,
            actor=move.actor,
            created=move.at,
        )
