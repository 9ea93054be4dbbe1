"""Recovery on the wire: what failed at first, and what was paid after all."""

from datetime import date
from typing import Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Told
from khata.core.campaign import RECOVERED_WITHIN
from khata.core.recovery import Recovery, Share, Tried, Way

_RATE = "A decimal from 0 to 1 with four places, rounded half up"


class ShareTold(Told):
    """Of something that failed, how much came back."""

    name: str = Field(description="What is counted here", examples=["soft"])
    failed_count: int = Field(description="Invoices whose first try failed")
    failed_amount: int = Field(description="What they owed then, in minor units")
    recovered_count: int = Field(description="Those of them paid in time")
    recovered_amount: int = Field(description="What was paid for them, in minor units")
    rate: str = Field(
        description=f"Recovered amount of failed amount. {_RATE}", examples=["0.6250"]
    )

    @classmethod
    def of(cls, share: Share) -> Self:
        return cls(
            name=share.name,
            failed_count=share.failed_count,
            failed_amount=share.failed_amount,
            recovered_count=share.recovered_count,
            recovered_amount=share.recovered_amount,
            rate=share.rate,
        )


class TriedTold(Told):
    """Retries of one kind, and how many took the money."""

    name: int = Field(description="Which try it was, or the hour of the account's day")
    tries: int = Field(description="How many retries there were")
    recovered_count: int = Field(description="Those that took the money")
    recovered_amount: int = Field(description="What they took, in minor units")
    rate: str = Field(description=f"Those that took the money of all. {_RATE}", examples=["0.2500"])

    @classmethod
    def of(cls, tried: Tried) -> Self:
        return cls(
            name=tried.name,
            tries=tried.tries,
            recovered_count=tried.recovered_count,
            recovered_amount=tried.recovered_amount,
            rate=tried.rate,
        )


class WayTold(Told):
    """What brought the money."""

    name: Literal["retry", "new_method", "link", "by_hand"] = Field(
        description="retry: the same method again; new_method: another one; link: on the "
        "invoice's page; by_hand: a button was pressed or a transfer recorded"
    )
    recovered_count: int = Field(description="Invoices paid so")
    recovered_amount: int = Field(description="What they brought, in minor units")

    @classmethod
    def of(cls, way: Way) -> Self:
        return cls.model_validate(
            {
                "name": way.name,
                "recovered_count": way.recovered_count,
                "recovered_amount": way.recovered_amount,
            }
        )


class CurrencyRecovery(Told):
    """The invoices in one currency."""

    currency: str = Field(description="ISO 4217", examples=["INR"])
    failed_count: int = Field(description="Invoices whose first try failed in these days")
    failed_amount: int = Field(description="What they owed then, in minor units")
    recovered_count: int = Field(description="Those of them paid within `recovered_within_days`")
    recovered_amount: int = Field(description="What was paid for them, in minor units")
    rate: str = Field(
        description=f"Recovered amount of failed amount. {_RATE}", examples=["0.6250"]
    )
    given_up_count: int = Field(description="Those with no try left, and not paid since")
    given_up_amount: int = Field(description="What they owed, in minor units")
    running_count: int = Field(description="Those that are still being collected")
    running_amount: int = Field(description="What they owed, in minor units")
    paid_late_count: int = Field(description="Those paid after that time")
    paid_late_amount: int = Field(description="What was paid for them, in minor units")
    by_class: list[ShareTold] = Field(description="By the class of the first decline")
    by_gateway: list[ShareTold] = Field(
        description="By the gateway of the first try; none: there was no way to pay"
    )
    by_try: list[TriedTold] = Field(description="By which try of the schedule, from the second on")
    by_hour: list[TriedTold] = Field(description="By the hour of the account's day")
    by_way: list[WayTold] = Field(description="By what brought the money")

    @classmethod
    def of(cls, one: Recovery) -> Self:
        return cls(
            currency=one.currency,
            failed_count=one.total.failed_count,
            failed_amount=one.total.failed_amount,
            recovered_count=one.total.recovered_count,
            recovered_amount=one.total.recovered_amount,
            rate=one.total.rate,
            given_up_count=one.given_up_count,
            given_up_amount=one.given_up_amount,
            running_count=one.running_count,
            running_amount=one.running_amount,
            paid_late_count=one.late_count,
            paid_late_amount=one.late_amount,
            by_class=[ShareTold.of(share) for share in one.by_class],
            by_gateway=[ShareTold.of(share) for share in one.by_gateway],
            by_try=[TriedTold.of(tried) for tried in one.by_try],
            by_hour=[TriedTold.of(tried) for tried in one.by_hour],
            by_way=[WayTold.of(way) for way in one.by_way],
        )


class RecoveryObject(Told):
    """What failed at first in a span of days, and what was paid after all."""

    object: Literal["recovery"] = "recovery"
    livemode: bool = Field(description="Whether it is real, or a test")
    from_: date = Field(
        alias="from", serialization_alias="from", description="The first day of first failures"
    )
    to: date = Field(description="The last one, itself included")
    recovered_within_days: int = Field(description="Paid later, it counts as paid late")
    currencies: list[CurrencyRecovery] = Field(description="Never added across currencies")

    @classmethod
    def told(cls, found: list[Recovery], first: date, last: date, livemode: bool) -> Self:
        return cls.model_validate(
            {
                "livemode": livemode,
                "from": first,
                "to": last,
                "recovered_within_days": RECOVERED_WITHIN.days,
                "currencies": [CurrencyRecovery.of(one) for one in found],
            }
        )
