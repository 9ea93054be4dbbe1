"""Credit balances on the wire."""

from collections.abc import Mapping
from typing import Final, Literal, Self
from uuid import UUID

from pydantic import Field

from khata.api.schemas.fields import Created, Told
from khata.core.credit import CreditEntry
from khata.core.ids import public_id

# What the source of an entry is, by its cause.
_SOURCES: Final = {
    "credit_note": "cn",
    "credit_note_voided": "cn",
    "invoice": "inv",
    "invoice_voided": "inv",
    "invoice_revised": "inv",
}


class CreditAmount(Told):
    """What a customer has in credit in one currency."""

    currency: str = Field(description="ISO 4217", examples=["INR"])
    amount: int = Field(description="Minor units, never below zero", examples=[59000])


class CreditBalanceObject(Told):
    """What is owed to a customer: the next invoices take it before any other money."""

    object: Literal["credit_balance"] = "credit_balance"
    livemode: bool = Field(description="Whether it is real, or a test")
    customer: str = Field(description="Whose it is", examples=["cus_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    balances: list[CreditAmount] = Field(description="One for each currency that ever had credit")

    @classmethod
    def of(cls, customer: UUID, balances: Mapping[str, int], livemode: bool) -> Self:
        return cls(
            livemode=livemode,
            customer=public_id("cus", customer),
            balances=[
                CreditAmount(currency=currency, amount=amount)
                for currency, amount in balances.items()
            ],
        )


class CreditEntryObject(Told):
    """One change of a customer's credit balance."""

    id: str = Field(examples=["cre_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["credit_entry"] = "credit_entry"
    livemode: bool = Field(description="Whether it is real, or a test")
    customer: str = Field(description="Whose credit it is")
    currency: str = Field(description="ISO 4217", examples=["INR"])
    amount: int = Field(
        description="Minor units: above zero where credit came, below where it was spent",
        examples=[-59000],
    )
    balance: int = Field(description="What is left after it", examples=[0])
    cause: str = Field(
        description="Why: credit_note, credit_note_voided, invoice, invoice_voided, "
        "invoice_revised",
        examples=["invoice"],
    )
    source: str | None = Field(
        description="What the cause speaks of", examples=["inv_06f3k2x8c1a4t9w0m5n7p2q6rs"]
    )
    created: Created

    @classmethod
    def of(cls, entry: CreditEntry, livemode: bool) -> Self:
        prefix = _SOURCES.get(entry.cause)
        return cls(
            id=public_id("cre", entry.id),
            livemode=livemode,
            customer=public_id("cus", entry.customer_id),
            currency=entry.currency,
            amount=entry.amount,
            balance=entry.balance,
            cause=entry.cause,
            source=public_id(prefix, entry.source_id) if prefix else None,
            created=entry.created_at,
        )
