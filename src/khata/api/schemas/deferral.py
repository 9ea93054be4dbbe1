"""Deferred revenue on the wire."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Told
from khata.core.deferral import DeferredMonth


class DeferredMonthTold(Told):
    """One month in one currency: opening + billed − recognized − credited + other = closing."""

    month: str = Field(description="YYYY-MM", examples=["2026-10"])
    currency: str = Field(description="ISO 4217", examples=["INR"])
    opening: int = Field(description="Invoiced before and not earned yet, in minor units")
    billed: int = Field(description="Invoiced in the month, without tax", examples=[100000])
    recognized: int = Field(description="Earned in the month", examples=[51613])
    credited: int = Field(description="Taken back by credit notes")
    other: int = Field(
        description="Brought back, or taken out (below zero), by write-offs and cancelled invoices"
    )
    closing: int = Field(description="Not earned yet at the end of it", examples=[48387])

    @classmethod
    def of(cls, row: DeferredMonth) -> Self:
        return cls(
            month=f"{row.month:%Y-%m}",
            currency=row.currency,
            opening=row.opening,
            billed=row.billed,
            recognized=row.recognized,
            credited=row.credited,
            other=row.other,
            closing=row.closing,
        )


class ToEarnTold(Told):
    """What a month to come will earn of what is invoiced now."""

    month: str = Field(description="YYYY-MM", examples=["2026-11"])
    currency: str = Field(description="ISO 4217", examples=["INR"])
    amount: int = Field(description="In minor units", examples=[48387])


class DeferredRevenueObject(Told):
    """Deferred revenue month by month as booked, and when what is deferred now will be earned."""

    object: Literal["deferred_revenue"] = "deferred_revenue"
    livemode: bool = Field(description="Whether it is real, or a test")
    months: list[DeferredMonthTold] = Field(description="Each month and currency, as booked")
    schedule: list[ToEarnTold] = Field(
        description="What is not earned yet, by the month that will earn it"
    )

    @classmethod
    def told(
        cls,
        months: Sequence[DeferredMonth],
        to_come: Mapping[tuple[date, str], int],
        livemode: bool,
    ) -> Self:
        return cls(
            livemode=livemode,
            months=[DeferredMonthTold.of(row) for row in months],
            schedule=[
                ToEarnTold(month=f"{month:%Y-%m}", currency=currency, amount=amount)
                for (month, currency), amount in sorted(to_come.items())
                if amount
            ],
        )
