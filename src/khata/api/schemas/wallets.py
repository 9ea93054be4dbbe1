"""Wallets, top-ups, and what came in and went out, on the wire."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field

from khata.api.schemas.coupons import PositiveAmount
from khata.api.schemas.fields import (
    Asked,
    Created,
    Currency,
    Day,
    Id,
    Line,
    Metadata,
    ShortLine,
    Told,
    kept,
)
from khata.api.schemas.periods import At
from khata.core.ids import public_id
from khata.core.top_up import TopUp
from khata.core.wallet import Grant, Wallet
from khata.db.reads.wallets import WalletEntryView

Priority = Annotated[int, Field(ge=0, le=100, examples=[50])]
KindName = Literal["paid", "granted"]
KIND = "paid: the customer's own money; granted: given for nothing, and spent before paid money"
BELOW = "Tops itself up when less than this is left after it was spent, in minor units"
RECHARGE = "With how much it tops itself up, by an invoice that is collected at once"
PURPOSE = (
    "For which service the money is, by its SAC: then paid top-ups are advances, taxed when they "
    "come (CGST Act s.13(2)); null: it may be spent on anything, and is taxed then"
)

# What the source of an entry is, by its cause; else it is the credit itself.
_SOURCES: Final = {
    "invoice": "inv",
    "invoice_voided": "inv",
    "credit_note": "cn",
    "top_up": "tu",
    "refunded": "vch",
    "over_payment": "pay",
}


class WalletCreate(Asked):
    """A place for a customer's prepaid money and for credit that is granted."""

    customer: Id = Field(description="Whose it is", examples=["cus_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    currency: Currency
    name: Line = Field("Wallet", description="As its top-ups say it", examples=["Prepaid"])
    priority: Priority = Field(
        50, description="Which of the customer's wallets is spent first: the lowest"
    )
    recharge_below: PositiveAmount | None = Field(None, description=BELOW)
    recharge_amount: PositiveAmount | None = Field(None, description=RECHARGE)
    tax_code: ShortLine | None = Field(None, description=PURPOSE, examples=["998314"])
    metadata: Metadata = Field(default_factory=dict)


class WalletChange(Asked):
    """What is left out stays as it is."""

    name: Line = Field(default_factory=kept, description="As its top-ups say it")
    priority: Priority = Field(default_factory=kept, description="The lowest is spent first")
    recharge_below: PositiveAmount | None = Field(default_factory=kept, description=BELOW)
    recharge_amount: PositiveAmount | None = Field(default_factory=kept, description=RECHARGE)
    metadata: Metadata = Field(default_factory=kept, description="Replaces what was there")


class WalletObject(Told):
    """A customer's wallet."""

    id: str = Field(examples=["wal_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["wallet"] = "wallet"
    livemode: bool = Field(description="Whether it is real, or a test")
    customer: str = Field(description="Whose it is")
    currency: str = Field(description="ISO 4217", examples=["INR"])
    name: str = Field(description="As its top-ups say it", examples=["Prepaid"])
    priority: int = Field(description="The lowest is spent first", examples=[50])
    balance: int = Field(description="What is in it, in minor units", examples=[50000])
    recharge_below: int | None = Field(description=BELOW)
    recharge_amount: int | None = Field(description=RECHARGE)
    tax_code: str | None = Field(description=PURPOSE, examples=[None])
    metadata: dict[str, str] = Field(description="Facts of your own")
    created: Created

    @classmethod
    def of(cls, wallet: Wallet, livemode: bool) -> Self:
        return cls(
            id=public_id("wal", wallet.id),
            livemode=livemode,
            customer=public_id("cus", wallet.customer_id),
            currency=wallet.currency,
            name=wallet.name,
            priority=wallet.priority,
            balance=wallet.balance,
            recharge_below=wallet.recharge_below,
            recharge_amount=wallet.recharge_amount,
            tax_code=wallet.tax_code,
            metadata=dict(wallet.metadata),
            created=wallet.created_at,
        )


class TopUpCreate(Asked):
    """What is to come into a wallet."""

    amount: PositiveAmount = Field(description="Minor units", examples=[50000])
    currency: Currency | None = Field(None, description="The wallet's, to be sure of it")
    paid: bool = Field(
        True,
        description="true: an invoice asks for it, without tax, and its payment fills the "
        "wallet; false: it is granted at once, for nothing",
    )
    collection_method: Literal["charge_automatically", "send_invoice"] = Field(
        "charge_automatically", description="How the invoice of a paid one is collected"
    )
    expires_on: Day | None = Field(
        None, description="The last day on which it may be spent, in the customer's calendar"
    )
    priority: Priority = Field(50, description="Which credit of the wallet is spent first")
    name: Line | None = Field(None, description="Why it was given", examples=["Welcome"])


class CreditTerms(Told):
    """What a top-up and what came of it have in common."""

    livemode: bool = Field(description="Whether it is real, or a test")
    wallet: str = Field(description="The wallet it fills")
    kind: KindName = Field(description=KIND)
    name: str | None = Field(description="Why it was given")
    amount: int = Field(description="Minor units", examples=[50000])
    priority: int = Field(description="The lowest is spent first", examples=[50])
    expires_at: At | None = Field(description="From when it may not be spent; null: never")


class TopUpObject(CreditTerms):
    """What is to come into a wallet, or has come."""

    id: str = Field(examples=["tu_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["top_up"] = "top_up"
    status: Literal["waiting", "filled", "withdrawn"] = Field(
        description="waiting for its payment; filled; or withdrawn, its invoice being void"
    )
    cause: Literal["asked", "recharge"] = Field(
        description="asked for, or the recharge of a wallet that was low"
    )
    invoice: str | None = Field(description="What asks for the money; null: it was granted")
    created: Created

    @classmethod
    def of(cls, top_up: TopUp, livemode: bool) -> Self:
        return cls(
            id=public_id("tu", top_up.id),
            livemode=livemode,
            wallet=public_id("wal", top_up.wallet_id),
            kind=top_up.kind.value,
            name=top_up.name,
            amount=top_up.amount,
            priority=top_up.priority,
            expires_at=top_up.expires_at,
            status=top_up.status.value,
            cause=top_up.cause.value,
            invoice=public_id("inv", top_up.invoice_id) if top_up.invoice_id else None,
            created=top_up.created_at,
        )


class WalletCreditObject(CreditTerms):
    """What came into a wallet, and what is left of it."""

    id: str = Field(examples=["wg_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["wallet_credit"] = "wallet_credit"
    remaining: int = Field(description="What is left of it, in minor units", examples=[12000])
    expired: bool = Field(description="Whether its time is over")
    created: Created

    @classmethod
    def of(cls, grant: Grant, livemode: bool) -> Self:
        return cls(
            id=public_id("wg", grant.id),
            livemode=livemode,
            wallet=public_id("wal", grant.wallet_id),
            kind=grant.kind.value,
            name=grant.name,
            amount=grant.amount,
            priority=grant.priority,
            expires_at=grant.expires_at,
            remaining=grant.remaining,
            expired=grant.expired_at is not None,
            created=grant.created_at,
        )


class WalletEntryObject(Told):
    """One change of a wallet."""

    id: str = Field(examples=["wle_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["wallet_entry"] = "wallet_entry"
    livemode: bool = Field(description="Whether it is real, or a test")
    wallet: str = Field(description="The wallet it changed")
    credit: str = Field(description="Which of its credits", examples=["wg_06f3k2x8c1a4t9w0m5n7"])
    amount: int = Field(
        description="Minor units: above zero where money came, below where it went",
        examples=[-38000],
    )
    credit_remaining: int = Field(description="What it left of that credit", examples=[12000])
    balance: int = Field(description="What it left in the wallet", examples=[12000])
    cause: str = Field(
        description="Why: top_up, over_payment, granted, invoice, invoice_voided, credit_note, "
        "refunded, expired",
        examples=["invoice"],
    )
    source: str = Field(
        description="What the cause speaks of", examples=["inv_06f3k2x8c1a4t9w0m5n7p2q6rs"]
    )
    created: Created

    @classmethod
    def of(cls, entry: WalletEntryView, livemode: bool) -> Self:
        return cls(
            id=public_id("wle", entry.id),
            livemode=livemode,
            wallet=public_id("wal", entry.wallet_id),
            credit=public_id("wg", entry.grant_id),
            amount=entry.amount,
            credit_remaining=entry.grant_remaining,
            balance=entry.balance,
            cause=entry.cause,
            source=public_id(_SOURCES.get(entry.cause, "wg"), entry.source_id),
            created=entry.created_at,
        )
