"""The dunning of one payment on the wire."""

from typing import Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Told
from khata.api.schemas.periods import At
from khata.core.campaign_story import sentence_of
from khata.core.ids import public_id
from khata.core.payment import Payment
from khata.db.reads.campaigns import CampaignView


class DunningStep(Told):
    """One thing that was done."""

    step: Literal[
        "declined",
        "new_method",
        "postponed",
        "announced",
        "warned",
        "suspended",
        "given_up",
        "recovered",
    ] = Field(description="What")
    at: At = Field(description="When")
    sentence: str = Field(
        description="For a person",
        examples=["Try 1 failed. The card has expired. The next is on 2026-03-01."],
    )


class PaymentDunning(Told):
    """What was done about a payment that failed; of one that never did, nothing."""

    object: Literal["payment_dunning"] = "payment_dunning"
    livemode: bool = Field(description="Whether it is real, or a test")
    payment: str = Field(description="The payment", examples=["pay_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    invoice: str = Field(description="What it is to pay")
    currency: str = Field(description="ISO 4217", examples=["INR"])
    outcome: Literal["not_failed", "running", "recovered", "given_up", "closed"] = Field(
        description="closed: it was not to be collected any more"
    )
    dunning_policy: str | None = Field(description="What it follows; null: the account's policies")
    dunning_policy_version: int | None = Field(description="In which version of it")
    failed_at: At | None = Field(description="When the first try failed")
    failed_amount: int = Field(description="What was owed then, in minor units")
    recovered_by: Literal["retry", "new_method", "link", "by_hand"] | None = Field(
        description="What brought the money"
    )
    next_step_at: At | None = Field(description="When the next mail leaves or service stops")
    steps: list[DunningStep] = Field(description="Oldest first")

    @classmethod
    def of(cls, payment: Payment, view: CampaignView | None, livemode: bool, *, zone: str) -> Self:
        campaign = None if view is None else view.campaign
        policy = None if campaign is None else campaign.policy_id
        return cls.model_validate(
            {
                "livemode": livemode,
                "payment": public_id("pay", payment.id),
                "invoice": public_id("inv", payment.invoice_id),
                "currency": payment.currency,
                "outcome": "not_failed" if campaign is None else campaign.outcome or "running",
                "dunning_policy": public_id("dun", policy) if policy else None,
                "dunning_policy_version": campaign and campaign.policy_version,
                "failed_at": campaign and campaign.began_at,
                "failed_amount": 0 if campaign is None else campaign.amount,
                "recovered_by": campaign and campaign.recovered_by,
                "next_step_at": campaign and campaign.next_step_at,
                "steps": [] if view is None else _told(view, zone),
            }
        )


def _told(view: CampaignView, zone: str) -> list[dict[str, object]]:
    currency = view.campaign.currency
    return [
        {
            "step": one.step,
            "at": one.at,
            "sentence": sentence_of(one.step, one.facts, currency=currency, zone=zone),
        }
        for one in view.steps
    ]
