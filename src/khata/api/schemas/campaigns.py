"""The dunning of one payment on the wire."""

from typing import Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Told
from khata.api.schemas.periods import At
from khata.core.campaign_story import sentence_of
from khata.core.ids import public_id
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
    """What was done about a payment that failed."""

    object: Literal["payment_dunning"] = "payment_dunning"
    livemode: bool = Field(description="Whether it is real, or a test")
    payment: str = Field(description="The payment that failed first")
    invoice: str = Field(description="What it was to pay")
    dunning_policy: str | None = Field(description="What it follows; null: the account's policies")
    dunning_policy_version: int | None = Field(description="In which version of it")
    failed_at: At = Field(description="When the first try failed")
    failed_amount: int = Field(description="What was owed then, in minor units")
    currency: str = Field(description="ISO 4217", examples=["INR"])
    outcome: Literal["running", "recovered", "given_up", "closed"] = Field(
        description="closed: it was not to be collected any more"
    )
    recovered_by: Literal["retry", "new_method", "link", "by_hand"] | None = Field(
        description="What brought the money"
    )
    next_step_at: At | None = Field(description="When the next mail leaves or service stops")
    steps: list[DunningStep] = Field(description="Oldest first")

    @classmethod
    def of(cls, view: CampaignView, livemode: bool, *, zone: str) -> Self:
        campaign = view.campaign
        policy = campaign.policy_id
        return cls.model_validate(
            {
                "livemode": livemode,
                "payment": public_id("pay", campaign.payment_id),
                "invoice": public_id("inv", campaign.invoice_id),
                "dunning_policy": public_id("dun", policy) if policy else None,
                "dunning_policy_version": campaign.policy_version,
                "failed_at": campaign.began_at,
                "failed_amount": campaign.amount,
                "currency": campaign.currency,
                "outcome": campaign.outcome or "running",
                "recovered_by": campaign.recovered_by,
                "next_step_at": campaign.next_step_at,
                "steps": [
                    {
                        "step": one.step,
                        "at": one.at,
                        "sentence": sentence_of(
                            one.step, one.facts, currency=campaign.currency, zone=zone
                        ),
                    }
                    for one in view.steps
                ],
            }
        )
