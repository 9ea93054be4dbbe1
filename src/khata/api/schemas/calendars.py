"""The billing calendar on the wire."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import Field

from khata.api.schemas.fields import Told
from khata.api.schemas.periods import PeriodTold
from khata.core.billing_calendar import CalendarEntry
from khata.core.ids import public_id
from khata.core.periods import Period

EntryKindName = Literal["starts", "trial_ends", "renews", "changes", "pauses", "resumes", "ends"]


class CalendarEntryTold(Told):
    """One thing that will be due."""

    subscription: str = Field(
        description="Of which subscription", examples=["sub_06f3k2x8c1a4t9w0m5n7p2q6rs"]
    )
    on: date = Field(description="On which day of the customer's calendar")
    kind: EntryKindName = Field(description="What happens")
    summary: str = Field(description="The same in words", examples=["Premium renews: ₹1,180.00"])
    currency: str = Field(description="ISO 4217", examples=["INR"])
    amount: int | None = Field(
        description="What the invoice of that day comes to with tax, in minor units, before credit "
        "and wallets and without usage that is yet to come; null: there is none, or see `reason`",
        examples=[118000],
    )
    period: PeriodTold | None = Field(description="The period that begins then")
    reason: str | None = Field(description="Why it cannot be decided today, where it cannot")


class CalendarObject(Told):
    """What will be due in the next twelve months as things stand, decided as it will be."""

    object: Literal["billing_calendar"] = "billing_calendar"
    livemode: bool = Field(description="Whether it is real, or a test")
    entries: list[CalendarEntryTold] = Field(description="In the order of days")

    @classmethod
    def of(cls, entries: Sequence[CalendarEntry], livemode: bool) -> Self:
        return cls(
            livemode=livemode,
            entries=[
                CalendarEntryTold(
                    subscription=public_id("sub", entry.subscription_id),
                    on=entry.on,
                    kind=entry.kind.value,
                    summary=entry.summary,
                    currency=entry.currency,
                    amount=entry.amount,
                    period=_period(entry.period),
                    reason=entry.reason,
                )
                for entry in entries
            ],
        )


def _period(period: Period | None) -> PeriodTold | None:
    return None if period is None else PeriodTold(start=period.start, end=period.end)


def subject(id: UUID, prefix: str) -> str:
    """Name a calendar by whose it is."""
    return f"Billing of {public_id(prefix, id)}"
