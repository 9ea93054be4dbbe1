"""A customer's statement of account on the wire."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import Field

from khata.api.schemas.fields import Told
from khata.core.ids import public_id
from khata.core.statement_of_account import Statement, StatementLine


class StatementLineTold(Told):
    """One thing that changed what the customer owes."""

    booked_on: date = Field(description="The day it counts for", examples=["2026-10-01"])
    description: str = Field(description="What it was, in words", examples=["Invoice"])
    document: str | None = Field(
        description="The number of the invoice or note it is about", examples=["INV/26-27/00001"]
    )
    debit: int = Field(description="What it owes more, in minor units", examples=[118000])
    credit: int = Field(description="What it owes less, in minor units")
    balance: int = Field(description="What it owes after it", examples=[118000])

    @classmethod
    def of(cls, line: StatementLine) -> Self:
        return cls(
            booked_on=line.on,
            description=line.words,
            document=line.document,
            debit=line.debit,
            credit=line.credit,
            balance=line.balance,
        )


class StatementObject(Told):
    """What a customer owed, what came and went, and what it owes: opening + debits − credits."""

    object: Literal["statement"] = "statement"
    livemode: bool = Field(description="Whether it is real, or a test")
    customer: str = Field(description="Whose it is", examples=["cus_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    currency: str = Field(description="ISO 4217", examples=["INR"])
    first_day: date = Field(description="The first day", examples=["2026-10-01"])
    last_day: date = Field(description="The last day, itself included", examples=["2026-10-31"])
    opening: int = Field(description="What it owed before; below zero, what it was owed")
    lines: list[StatementLineTold] = Field(description="Each change, in its order")
    debits: int = Field(description="All that it owes more", examples=[118000])
    credits: int = Field(description="All that it owes less", examples=[118000])
    closing: int = Field(description="What it owes at the end; below zero, what it is owed")

    @classmethod
    def told(cls, statement: Statement, customer: UUID, livemode: bool) -> Self:
        return cls(
            livemode=livemode,
            customer=public_id("cus", customer),
            currency=statement.currency,
            first_day=statement.first,
            last_day=statement.last,
            opening=statement.opening,
            lines=[StatementLineTold.of(line) for line in statement.lines],
            debits=statement.debits,
            credits=statement.credits,
            closing=statement.closing,
        )
