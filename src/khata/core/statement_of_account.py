"""A customer's statement of account: what it owed, what came and went, and what it owes now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Movement:
    """One booked fact that changed what a customer owes; above zero, it owes more.

    `document` is the number of the invoice or note that it is about.
    """

    on: date
    kind: str
    document: str | None
    amount: int


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A movement, as debit or credit, and what is owed after it."""

    on: date
    words: str
    document: str | None
    debit: int
    credit: int
    balance: int


@dataclass(frozen=True, slots=True)
class Statement:
    """`opening` + debits − credits = `closing`; below zero, the customer is owed it."""

    currency: str
    first: date
    last: date
    opening: int
    lines: tuple[StatementLine, ...]
    closing: int

    @property
    def debits(self) -> int:
        return sum(line.debit for line in self.lines)

    @property
    def credits(self) -> int:
        return sum(line.credit for line in self.lines)


_WORDS = {
    "invoice_issued": "Invoice",
    "invoice_voided": "Invoice cancelled",
    "invoice_written_off": "Written off",
    "write_off_recovered": "Write-off taken back",
    "bad_debt_recovered": "Write-off taken back",
    "credit_note_issued": "Credit note",
    "credit_note_voided": "Credit note cancelled",
    "payment_received": "Payment, thank you",
    "received_directly": "Payment, thank you",
    "paid_directly": "Payment, thank you",
    "refund_made": "Refund",
    "refund_failed_after_all": "Refund that came back",
    "advance_refunded": "Advance to be given back",
    "funds_spent": "Paid from your wallet",
    "funds_returned": "Back to your wallet",
}


def statement_of(
    movements: Sequence[Movement], *, currency: str, first: date, last: date, opening: int
) -> Statement:
    """Return the statement of these movements, which are in their order."""
    balance = opening
    lines = []
    for movement in movements:
        balance += movement.amount
        lines.append(
            StatementLine(
                movement.on,
                _WORDS.get(movement.kind, movement.kind.replace("_", " ").capitalize()),
                movement.document,
                max(movement.amount, 0),
                max(-movement.amount, 0),
                balance,
            )
        )
    return Statement(currency, first, last, opening, tuple(lines), balance)
