"""Withheld tax on the wire."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints

from khata.api.schemas.fields import Amount, Asked, Created, Day, ShortLine, Told
from khata.api.schemas.shapes import Shape
from khata.core.ids import public_id
from khata.core.tds import TdsReceivable

TdsStatusName = Literal["awaited", "short", "certified", "written_off"]
QuarterName = Literal["Q1", "Q2", "Q3", "Q4"]
FinancialYear = Annotated[
    str,
    StringConstraints(min_length=7, max_length=7),
    Shape(r"^2[0-9]{3}-[0-9]{2}$", "An Indian financial year is asked for, such as 2026-27"),
]
TdsRate = Annotated[
    str,
    StringConstraints(min_length=1, max_length=8),
    Shape(r"^(0|[1-9][0-9]?)(\.[0-9]{1,4})?$", "A percentage is asked for, such as 10 or 7.5"),
]


class TdsWithheld(Asked):
    """Tax that the customer withheld and pays to the state in our name."""

    amount: Annotated[int, Field(ge=1)] = Field(
        description="Minor units; at most 20 % of the value without GST", examples=[1000000]
    )
    section: ShortLine | None = Field(
        None, description="By which section of the law", examples=["194J"]
    )
    rate: TdsRate | None = Field(None, description="Percent, as a decimal text", examples=["10"])


class TdsCertificate(Asked):
    """The certificate (Form 16A) that the customer hands over after the quarter."""

    number: ShortLine = Field(description="Its number", examples=["TRACES-AB1234"])
    date: Day = Field(description="Its day", examples=["2026-08-14"])
    amount: Amount | None = Field(
        None, description="What it says, in minor units; else all that was withheld"
    )


class TdsReceivableObject(Told):
    """Tax that a customer withheld: the state owes it, once a certificate says so."""

    id: str = Field(examples=["tds_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["tds_receivable"] = "tds_receivable"
    livemode: bool = Field(description="Whether it is about real money")
    status: TdsStatusName = Field(
        description="`short`: the certificate is for less than was withheld"
    )
    invoice: str = Field(description="Of which invoice")
    customer: str = Field(description="Who withheld it")
    payment: str | None = Field(description="With which payment it was told")
    currency: str = Field(description="Always INR")
    amount: int = Field(description="What was withheld, in minor units")
    section: str | None = Field(description="By which section of the law")
    rate: str | None = Field(description="Percent, as a decimal text")
    deducted_on: date = Field(description="The day it was withheld")
    financial_year: str = Field(description="The Indian financial year", examples=["2026-27"])
    quarter: QuarterName = Field(description="The quarter of it: Q1 begins in April")
    certificate_due_on: date = Field(description="By when the customer owes the certificate")
    certificate_number: str | None = Field(description="The certificate's number")
    certificate_on: date | None = Field(description="The certificate's day")
    certificate_amount: int | None = Field(description="What it says, in minor units")
    written_off: int = Field(description="What was given up of it, in minor units")
    created: Created

    @classmethod
    def of(cls, row: TdsReceivable, livemode: bool) -> Self:
        return cls.model_validate(
            {
                "id": public_id("tds", row.id),
                "livemode": livemode,
                "status": row.status.value,
                "invoice": public_id("inv", row.invoice_id),
                "customer": public_id("cus", row.customer_id),
                "payment": public_id("pay", row.payment_id) if row.payment_id else None,
                "currency": row.currency,
                "amount": row.amount,
                "section": row.section,
                "rate": row.rate,
                "deducted_on": row.deducted_on,
                "financial_year": row.quarter.financial_year,
                "quarter": f"Q{row.quarter.number}",
                "certificate_due_on": row.quarter.certificate_due_on,
                "certificate_number": row.certificate_number,
                "certificate_on": row.certificate_on,
                "certificate_amount": row.certificate_amount,
                "written_off": row.written_off,
                "created": row.created_at,
            }
        )
