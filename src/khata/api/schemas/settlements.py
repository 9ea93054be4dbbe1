"""Settlements and the bank's statement on the wire."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints

from khata.api.schemas.fields import Asked, Created, Currency, Day, Id, ShortLine, Told
from khata.api.schemas.periods import At
from khata.core.bank_statement import MOST_LINES, Columns, StatementLine
from khata.core.ids import public_id
from khata.core.money import LARGEST_AMOUNT
from khata.db.reads.settlements import ClearingView, LineView, SettlementView
from khata.db.stores.bank import BankTransaction
from khata.db.stores.settlement_fetches import SettlementFetch

StandingName = Literal["in_transit", "in_bank", "quarantined", "failed"]
AgreesName = Literal["agrees", "differs"]
LineKindName = Literal["payment", "refund", "dispute", "fee", "adjustment"]
VerdictName = Literal[
    "matched",
    "amount_differs",
    "currency_differs",
    "not_booked",
    "settled_before",
    "unknown_here",
    "own",
]
OwnId = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]
Said = Annotated[str, StringConstraints(max_length=500)]
Heading = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class SettlementsFetch(Asked):
    """From when on payouts are asked for."""

    since: Day | None = Field(
        None,
        description="From the beginning of this day, where the business is; otherwise from where "
        "the last answer ended",
        examples=["2026-01-01"],
    )


class SettlementFetchObject(Told):
    """An account's payouts: when they were asked for, and when they are next."""

    object: Literal["settlement_fetch"] = "settlement_fetch"
    livemode: bool = Field(description="Whether it is about real money")
    account: str = Field(description="The gateway account")
    since: At = Field(description="Payouts from here on are asked for")
    next_at: At | None = Field(description="When that is; null: not by itself")
    ran_at: At | None = Field(description="When the gateway last answered")
    found: int | None = Field(description="How many payouts that answer had, new here")

    @classmethod
    def of(cls, row: SettlementFetch, livemode: bool) -> Self:
        return cls(
            livemode=livemode,
            account=public_id("ga", row.account_id),
            since=row.since,
            next_at=row.next_try_at,
            ran_at=row.ran_at,
            found=row.found,
        )


class SettlementFindingObject(Told):
    """One place where a payout and our books say different things."""

    difference: Literal[
        "amount_differs",
        "currency_differs",
        "not_booked",
        "settled_before",
        "unknown_here",
        "missing_there",
    ] = Field(description="Which difference")
    reference: str = Field(description="The gateway's id of the payment, refund or line")
    currency: str = Field(description="Of the amounts")
    ours: int | None = Field(description="What is here, in minor units; null: nothing")
    theirs: int | None = Field(description="What the gateway has, in minor units; null: nothing")
    words: str = Field(description="The same as a sentence")


class SettlementLineObject(Told):
    """One line of a payout. What was taken from you is negative."""

    reference: str = Field(description="The gateway's id of the line")
    kind: LineKindName = Field(description="What it is about")
    of: str | None = Field(description="The gateway's id of the payment, refund or dispute")
    gross: int = Field(description="Before fees, in minor units", examples=[118000])
    fee: int = Field(description="What the gateway keeps, without tax", examples=[2360])
    tax: int = Field(description="The tax on that fee", examples=[425])
    net: int = Field(description="What is paid out of it", examples=[115215])
    charged: int | None = Field(description="Where another currency was charged than is paid out")
    charged_currency: str | None = Field(description="The currency of that")
    verdict: VerdictName = Field(description="What it was found to be beside your books")
    attempt: str | None = Field(description="The attempt that it is")
    refund: str | None = Field(description="The refund that it is")
    words: str = Field(description="What the gateway says of it")


class SettlementObject(Told):
    """A payout of a gateway: what was collected, less what was given back and the fees."""

    id: str = Field(examples=["set_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["settlement"] = "settlement"
    livemode: bool = Field(description="Whether it is about real money")
    account: str = Field(description="The gateway account")
    reference: str = Field(description="The gateway's id of it", examples=["setl_DGlQ1Rj8os78Ec"])
    amount: int = Field(
        description="Paid out, in minor units; negative: drawn from the bank", examples=[115215]
    )
    currency: str = Field(description="ISO 4217", examples=["INR"])
    paid_at: At = Field(description="When the gateway paid it out")
    bank_reference: str | None = Field(
        description="What the bank names it by", examples=["1568176960vxp0rj"]
    )
    status: StandingName = Field(
        description="`in_transit` until its line of the bank's statement is known; `quarantined`: "
        "its lines do not come to its amount, and nothing of it is booked; `failed`: the bank did "
        "not take it, and the gateway has the money again"
    )
    agreement: AgreesName = Field(description="Whether every line is as in your books")
    fee: int = Field(description="All fees in it, without tax", examples=[2360])
    tax: int = Field(description="All tax on these fees", examples=[425])
    findings: list[SettlementFindingObject] = Field(description="Every difference")
    itemised: bool = Field(description="Whether the gateway says what it is made of")
    lines: list[SettlementLineObject] | None = Field(
        description="What it is made of, when it is read alone"
    )
    arrived_on: date | None = Field(description="The bank's day")
    arrived_by: Literal["reference", "amount_and_day", "person"] | None = Field(
        description="How its line was found"
    )
    bank_transaction: str | None = Field(description="That line of the bank's statement")
    failed_on: date | None = Field(description="The day that it is booked back on")
    created: Created

    @classmethod
    def of(
        cls, view: SettlementView, livemode: bool, *, lines: Sequence[LineView] | None = None
    ) -> Self:
        return cls.model_validate(
            {
                "id": public_id("set", view.id),
                "livemode": livemode,
                "account": public_id("ga", view.account_id),
                "reference": view.reference,
                "amount": view.amount,
                "currency": view.currency,
                "paid_at": view.paid_at,
                "bank_reference": view.bank_reference,
                "status": view.standing,
                "agreement": view.agreement,
                "fee": view.fee,
                "tax": view.tax,
                "findings": list(view.findings),
                "itemised": view.is_itemised,
                "lines": None if lines is None else [_line(one) for one in lines],
                "arrived_on": view.arrived_on,
                "arrived_by": view.arrived_by,
                "failed_on": view.failed_on,
                "bank_transaction": _named("bt", view.bank_transaction_id),
                "created": view.created_at,
            }
        )


class BankLineAsked(Asked):
    """A line of the bank's statement."""

    id: OwnId = Field(
        description="Your own id of it, unique in its bank account: sent again it changes nothing",
        examples=["2026-02-03/17"],
    )
    date: Day = Field(description="The bank's day", examples=["2026-02-03"])
    amount: int = Field(
        ge=-LARGEST_AMOUNT,
        le=LARGEST_AMOUNT,
        description="Minor units: what came in is positive, what went out negative; never 0",
        examples=[115215],
    )
    currency: Currency
    reference: Said = Field("", description="The bank's reference", examples=["UTIBN2026020300017"])
    narration: Said = Field(
        "", description="What the bank says", examples=["NEFT RAZORPAY 1568176960vxp0rj"]
    )


class BankLinesCreate(Asked):
    """Lines of one bank account that are taken together, or not at all."""

    account: ShortLine = Field(description="Your name for the bank account", examples=["HDFC 0042"])
    transactions: list[BankLineAsked] = Field(
        min_length=1, max_length=MOST_LINES, description=f"At most {MOST_LINES:,}"
    )


class BankColumns(Asked):
    """Which heading stands over what: one `amount` with a sign, or `credit` and `debit`."""

    date: Heading = Field("date", description="The bank's day")
    amount: Heading | None = Field(None, description="With a sign: what came in is positive")
    credit: Heading | None = Field(None, description="What came in")
    debit: Heading | None = Field(None, description="What went out")
    reference: Heading | None = Field("reference", description="The bank's reference")
    narration: Heading | None = Field("narration", description="What the bank says")
    id: Heading | None = Field(
        None, description="What names a row; without it a row is named by all that it says"
    )
    currency: Heading | None = Field(None, description="Where rows differ in it")
    date_format: Heading = Field(
        "%Y-%m-%d", description="How days are spelled, as strptime has it", examples=["%d/%m/%Y"]
    )

    def columns(self) -> Columns:
        """Return the columns as the reader wants them; a single `amount` is the default."""
        told = self.model_dump()
        if self.amount is None and self.credit is None and self.debit is None:
            told["amount"] = "amount"
        return Columns(**told)


class BankFileImport(Asked):
    """A statement as a CSV file. One bad row, and nothing of it is taken."""

    account: ShortLine = Field(description="Your name for the bank account", examples=["HDFC 0042"])
    currency: Currency
    file: Annotated[str, StringConstraints(min_length=1, max_length=900_000)] = Field(
        description="The file's text, with its headings",
        examples=["date,amount,reference,narration\n2026-02-03,1152.15,,NEFT 1568176960vxp0rj\n"],
    )
    columns: BankColumns = Field(
        default_factory=lambda: BankColumns.model_validate({}),
        description="Which column holds what",
    )


class BankImportObject(Told):
    """What became of lines of the bank's statement."""

    object: Literal["bank_import"] = "bank_import"
    livemode: bool = Field(description="Whether it is about real money")
    recorded: int = Field(description="How many lines were new", examples=[1])
    duplicates: int = Field(description="How many were there already", examples=[0])
    matched: int = Field(description="How many payouts have arrived by them", examples=[1])


class BankTransactionObject(Told):
    """A line of the bank's statement, and the payout that it is."""

    id: str = Field(examples=["bt_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["bank_transaction"] = "bank_transaction"
    livemode: bool = Field(description="Whether it is about real money")
    own_id: str = Field(description="Your own id of it")
    bank_account: str = Field(description="Your name for the bank account")
    booked_on: date = Field(description="The bank's day", examples=["2026-02-03"])
    amount: int = Field(description="Minor units; what went out is negative", examples=[115215])
    currency: str = Field(description="ISO 4217", examples=["INR"])
    reference: str = Field(description="The bank's reference")
    narration: str = Field(description="What the bank says")
    settlement: str | None = Field(description="The payout that it is; null: none that is known")
    created: Created

    @classmethod
    def of(cls, row: BankTransaction, livemode: bool) -> Self:
        return cls(
            id=public_id("bt", row.id),
            livemode=livemode,
            own_id=row.own_id,
            bank_account=row.account,
            booked_on=row.booked_on,
            amount=row.amount,
            currency=row.currency,
            reference=row.reference,
            narration=row.narration,
            settlement=_named("set", row.settlement_id),
            created=row.created_at,
        )


class SettlementMatch(Asked):
    """Which line of the bank's statement the payout is."""

    bank_transaction: Id = Field(
        description="A line of the same amount and currency that is no other payout",
        examples=["bt_06f3k2x8c1a4t9w0m5n7p2q6rs"],
    )


class ClearingTold(Told):
    """What a gateway holds for you."""

    account: str = Field(description="The gateway account")
    currency: str = Field(description="ISO 4217", examples=["INR"])
    balance: int = Field(
        description="Taken, less given back, fees and payouts, in minor units", examples=[118000]
    )


class ClearingObject(Told):
    """What stands in the clearing account at the end of a day, by gateway account."""

    object: Literal["clearing"] = "clearing"
    livemode: bool = Field(description="Whether it is about real money")
    as_of: date = Field(description="The day, its own entries included")
    accounts: list[ClearingTold] = Field(description="Each account and currency that has moved")

    @classmethod
    def of(cls, rows: Sequence[ClearingView], livemode: bool, *, as_of: date) -> Self:
        told = [
            ClearingTold(
                account=public_id("ga", row.account_id), currency=row.currency, balance=row.balance
            )
            for row in rows
        ]
        return cls(livemode=livemode, as_of=as_of, accounts=told)


def statement_line(line: BankLineAsked, currency: str) -> StatementLine:
    """Return the line as the core has it, in a currency that is known."""
    return StatementLine(
        line.id, line.date, line.amount, currency, line.reference.strip(), line.narration.strip()
    )


def _line(view: LineView) -> dict[str, Any]:
    return {
        "reference": view.reference,
        "kind": view.kind,
        "of": view.of_reference,
        "gross": view.gross,
        "fee": view.fee,
        "tax": view.tax,
        "net": view.net,
        "charged": view.charged,
        "charged_currency": view.charged_currency,
        "verdict": view.verdict,
        "attempt": _named("att", view.attempt_id),
        "refund": _named("re", view.refund_id),
        "words": view.words,
    }


def _named(prefix: str, id: Any) -> str | None:
    return None if id is None else public_id(prefix, id)
