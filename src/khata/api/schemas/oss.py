"""The one-stop shop's return on the wire."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from khata.api.schemas.fields import Asked, Id, Told
from khata.core.ids import public_id
from khata.core.tax.oss import OssReturn

QuarterText = Annotated[str, StringConstraints(min_length=7, max_length=7)]
EuroRates = Annotated[str, StringConstraints(min_length=5, max_length=1000)]


class OssQuery(Asked):
    """Whose return, of which quarter, and what one euro was on its last day."""

    registration: Id | None = Field(
        None,
        description="Under which registration; else the default",
        examples=["reg_06f3k2x8c1a4t9w0m5n7p2q6rs"],
    )
    period: QuarterText | None = Field(
        None, description="The quarter; else the last that is over", examples=["2026-Q4"]
    )
    scheme: Literal["union_oss", "non_union_oss"] = Field(
        "non_union_oss", description="Which of its one-stop shops"
    )
    rates: EuroRates | None = Field(
        None,
        description="What one euro was by the European Central Bank on the last day of the "
        "quarter, with commas: INR:98.4512,USD:1.172; of another quarter that is corrected, "
        "INR@2026-Q3:97.1",
        examples=["INR:98.4512,USD:1.172"],
    )


class OssLineTold(Told):
    """What was sold to consumers of one country at one rate, less what was credited of it."""

    country: str = Field(description="Where they are", examples=["DE"])
    rate: str = Field(description="Percent, as a decimal text", examples=["19"])
    taxable: int = Field(description="Without VAT, in euro cents", examples=[100000])
    tax: int = Field(description="VAT, in euro cents", examples=[19000])


class OssCorrectionTold(Told):
    """What an earlier quarter's VAT of one country changes by."""

    period: str = Field(description="Which quarter", examples=["2026-Q3"])
    country: str = Field(description="Of which country", examples=["DE"])
    tax: int = Field(description="In euro cents; below zero where it becomes less")


class OssReturnObject(Told):
    """The figures of a one-stop shop's return. They are worked out anew each time."""

    object: Literal["oss_return"] = "oss_return"
    livemode: bool = Field(description="Whether it is real, or a test")
    registration: str = Field(description="Under which registration")
    scheme: str = Field(description="Which one-stop shop")
    period: str = Field(description="The quarter", examples=["2026-Q4"])
    due_on: date = Field(description="The last day to file it")
    lines: list[OssLineTold] = Field(description="By country and rate")
    corrections: list[OssCorrectionTold] = Field(description="Of earlier quarters")
    tax: int = Field(description="What is to be paid, in euro cents")

    @classmethod
    def of(cls, figures: OssReturn, registration: UUID, scheme: str, livemode: bool) -> Self:
        return cls(
            livemode=livemode,
            registration=public_id("reg", registration),
            scheme=scheme,
            period=str(figures.quarter),
            due_on=figures.quarter.due_on,
            lines=[
                OssLineTold(country=one.country, rate=one.rate, taxable=one.taxable, tax=one.tax)
                for one in figures.lines
            ],
            corrections=[
                OssCorrectionTold(period=str(one.quarter), country=one.country, tax=one.tax)
                for one in figures.corrections
            ],
            tax=figures.tax,
        )
