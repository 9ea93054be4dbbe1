"""The books on the wire: the trial balance, and the entries behind it."""

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Created, Told
from khata.core.ids import public_id
from khata.db.reads.books import AccountBalance, EntryView

EntryKind = Literal[
    "invoice_issued",
    "invoice_voided",
    "invoice_written_off",
    "credit_note_issued",
    "credit_note_voided",
    "payment_received",
    "paid_directly",
    "write_off_recovered",
    "refund_made",
    "refund_failed_after_all",
    "funds_spent",
    "funds_returned",
    "payment_carried",
    "wallet_filled",
    "credit_granted",
    "wallet_expired",
    "revenue_recognized",
    "recognition_reversed",
    "received_directly",
    "tds_written_off",
    "bad_debt_recovered",
    "dispute_withdrawn",
    "dispute_reinstated",
    "dispute_lost",
    "dispute_regained",
    "dispute_fee",
    "dispute_fee_returned",
    "fee_told",
    "settlement_paid_out",
    "settlement_arrived",
    "settlement_failed",
    "settlement_not_arrived",
    "settlement_arrived_again",
    "settlement_line_found",
    "advance_received",
    "advance_taken_up",
    "advance_restored",
    "advance_refunded",
    "advance_lapsed",
    "settlement_line_cleared",
]

# What an entry of a kind is about.
_SOURCES: Final[dict[str, str]] = {
    "invoice_issued": "inv",
    "invoice_voided": "inv",
    "invoice_written_off": "inv",
    "paid_directly": "inv",
    "received_directly": "att",
    "bad_debt_recovered": "att",
    "tds_written_off": "tds",
    "recognition_reversed": "inv",
    "payment_received": "att",
    "write_off_recovered": "inv",
    "refund_made": "re",
    "refund_failed_after_all": "re",
    "funds_spent": "inv",
    "payment_carried": "inv",
    "settlement_paid_out": "set",
    "settlement_failed": "set",
    "settlement_arrived": "bt",
    "settlement_line_found": "dp",
    "wallet_filled": "wg",
    "credit_granted": "wg",
    "wallet_expired": "wg",
    "advance_received": "vch",
    "advance_refunded": "vch",
    "advance_taken_up": "inv",
    "advance_restored": "inv",
}


AccountName = Literal[
    "receivable",
    "gateway_clearing",
    "cash_in_transit",
    "bank",
    "deferred_revenue",
    "revenue",
    "cgst_payable",
    "sgst_payable",
    "utgst_payable",
    "igst_payable",
    "cess_payable",
    "vat_payable",
    "gst_abroad_payable",
    "sales_tax_payable",
    "gateway_fees",
    "gateway_fee_tax",
    "settlement_suspense",
    "currency_exchange",
    "round_off",
    "bad_debt",
    "customer_credit",
    "wallet_pending",
    "wallet_paid",
    "wallet_granted",
    "advance_tax",
    "promotions",
    "breakage",
    "tds_receivable",
    "disputed_funds",
    "dispute_losses",
    "dispute_fees",
]


class BalanceTold(Told):
    """One ledger account: its balance stands on one side, and the other is 0."""

    account: AccountName = Field(description="The ledger account", examples=["receivable"])
    debit: int = Field(description="Its balance where that is a debit, in minor units")
    credit: int = Field(description="Its balance where that is a credit, in minor units")


class TrialBalanceObject(Told):
    """Every ledger account that has moved, at the end of a day. Debits equal credits."""

    object: Literal["trial_balance"] = "trial_balance"
    livemode: bool = Field(description="Whether it is real, or a test")
    as_of: date = Field(description="The day, its own entries included", examples=["2026-02-28"])
    currency: str = Field(description="ISO 4217", examples=["INR"])
    accounts: list[BalanceTold] = Field(description="The ledger accounts, by name")
    debits: int = Field(description="All debit balances", examples=[236000])
    credits: int = Field(description="All credit balances: the same", examples=[236000])

    @classmethod
    def of(
        cls, balances: Sequence[AccountBalance], livemode: bool, *, as_of: date, currency: str
    ) -> Self:
        return cls.model_validate(
            {
                "livemode": livemode,
                "as_of": as_of,
                "currency": currency,
                "accounts": [
                    {"account": one.account, "debit": one.debit, "credit": one.credit}
                    for one in balances
                ],
                "debits": sum(one.debit for one in balances),
                "credits": sum(one.credit for one in balances),
            }
        )


class PostingTold(Told):
    """An amount that went from the credited to the debited account."""

    debit: AccountName = Field(description="The account debited", examples=["receivable"])
    credit: AccountName = Field(description="The account credited", examples=["deferred_revenue"])
    amount: int = Field(description="Minor units, always positive", examples=[100000])
    currency: str = Field(description="ISO 4217", examples=["INR"])


class EntryObject(Told):
    """All postings of one fact, on one day. An entry is never changed, only mirrored."""

    id: str = Field(examples=["je_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["ledger_entry"] = "ledger_entry"
    livemode: bool = Field(description="Whether it is real, or a test")
    kind: EntryKind = Field(description="The fact it books", examples=["invoice_issued"])
    source: str | None = Field(
        description="What the fact is about: an invoice, attempt or refund; null where a month's "
        "revenue was recognised, and of facts that have no name of their own"
    )
    booked_on: date = Field(description="The day it counts for", examples=["2026-01-31"])
    postings: list[PostingTold] = Field(description="What moved")
    created: Created

    @classmethod
    def of(cls, view: EntryView, livemode: bool) -> Self:
        prefix = _SOURCES.get(view.kind)
        return cls.model_validate(
            {
                "id": public_id("je", view.id),
                "livemode": livemode,
                "kind": view.kind,
                "source": public_id(prefix, view.source_id) if prefix else None,
                "booked_on": view.booked_on,
                "postings": [
                    {
                        "debit": posting.debit.value,
                        "credit": posting.credit.value,
                        "amount": posting.amount,
                        "currency": posting.currency,
                    }
                    for posting in view.postings
                ],
                "created": view.created_at,
            }
        )
