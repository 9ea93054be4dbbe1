"""Aged receivables on the wire."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Told
from khata.core.ageing import Aged, Bucket, OpenInvoice, totals_of
from khata.core.ids import public_id


class BucketsTold(Told):
    """What is owed by how long it has been past due, in minor units."""

    not_due: int = Field(description="Not past due: the due date is today or to come")
    days_1_30: int = Field(description="1 to 30 days past due", examples=[118000])
    days_31_60: int = Field(description="31 to 60 days past due")
    days_61_90: int = Field(description="61 to 90 days past due")
    over_90: int = Field(description="More than 90 days past due")
    total: int = Field(description="All of it", examples=[118000])

    @classmethod
    def of(cls, owed: dict[Bucket, int]) -> Self:
        return cls(
            not_due=owed[Bucket.NOT_DUE],
            days_1_30=owed[Bucket.TO_30],
            days_31_60=owed[Bucket.TO_60],
            days_61_90=owed[Bucket.TO_90],
            over_90=owed[Bucket.OVER_90],
            total=sum(owed.values()),
        )


class OpenInvoiceTold(Told):
    """An invoice that was not paid on that day."""

    id: str = Field(examples=["inv_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    number: str = Field(description="Its number", examples=["INV/26-27/00001"])
    issued_on: date = Field(description="The day of issue")
    due_on: date = Field(description="The last day to pay")
    owed: int = Field(description="What was owed of it, in minor units", examples=[118000])

    @classmethod
    def of(cls, invoice: OpenInvoice) -> Self:
        return cls(
            id=public_id("inv", invoice.id),
            number=invoice.number,
            issued_on=invoice.issued_on,
            due_on=invoice.due_on,
            owed=invoice.owed,
        )


class AgedTold(Told):
    """What one customer owes in one currency."""

    customer: str = Field(description="Who owes it", examples=["cus_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    name: str = Field(description="The customer's name", examples=["Asha Traders"])
    currency: str = Field(description="ISO 4217", examples=["INR"])
    owed: BucketsTold = Field(description="By how long it has been past due")
    unapplied_credit: int = Field(
        description="Its credit balance, which pays its next invoice and none of these"
    )
    invoices: list[OpenInvoiceTold] = Field(description="What it is made of, longest due first")

    @classmethod
    def of(cls, row: Aged) -> Self:
        return cls(
            customer=public_id("cus", row.customer_id),
            name=row.customer,
            currency=row.currency,
            owed=BucketsTold.of(row.owed),
            unapplied_credit=row.credit,
            invoices=[OpenInvoiceTold.of(invoice) for invoice in row.invoices],
        )


class AgedTotal(Told):
    """What all customers owe in one currency: the balance of `receivable` on that day."""

    currency: str = Field(description="ISO 4217", examples=["INR"])
    owed: BucketsTold = Field(description="By how long it has been past due")


class AgeingObject(Told):
    """What customers owe at the end of a day, by how long it has been past due."""

    object: Literal["ageing"] = "ageing"
    livemode: bool = Field(description="Whether it is real, or a test")
    as_of: date = Field(description="The day, itself included", examples=["2026-10-31"])
    totals: list[AgedTotal] = Field(description="Each currency in all")
    customers: list[AgedTold] = Field(description="Each customer, who owes most first")

    @classmethod
    def told(cls, rows: Sequence[Aged], *, as_of: date, livemode: bool) -> Self:
        return cls(
            livemode=livemode,
            as_of=as_of,
            totals=[
                AgedTotal(currency=currency, owed=BucketsTold.of(owed))
                for currency, owed in totals_of(rows).items()
            ],
            customers=[AgedTold.of(row) for row in rows],
        )
