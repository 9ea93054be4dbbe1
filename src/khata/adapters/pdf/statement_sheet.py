"""What the template sets in type of a statement of account, with every value already spelled."""

from typing import Any

from khata.adapters.pdf.sheet import day_text, monogram, party_told
from khata.core.statement_document import StatementDocument
from khata.core.words import grouped, grouped_digits


def statement_sheet_of(document: StatementDocument) -> dict[str, Any]:
    """Return the values of the template."""
    told, currency = document.statement, document.statement.currency

    def signed(amount: int) -> str:
        """Spell a balance: what the customer is owed is in credit."""
        spelled = grouped_digits(abs(amount), currency)
        return f"{spelled} Cr" if amount < 0 else spelled

    def side(amount: int) -> str:
        return grouped_digits(amount, currency) if amount else ""

    return {
        "day": [told.last.year, told.last.month, told.last.day],
        "seller": party_told(document.seller),
        "buyer": party_told(document.buyer),
        "monogram": monogram(document.seller.trade_name or document.seller.name),
        "test": None if document.livemode else "TEST · not a statement",
        "days": f"{day_text(told.first)} – {day_text(told.last)}",
        "currency": currency,
        "opening": [day_text(told.first), "Balance brought forward", signed(told.opening)],
        "lines": [
            [
                day_text(line.on),
                line.words,
                line.document or "",
                side(line.debit),
                side(line.credit),
                signed(line.balance),
            ]
            for line in told.lines
        ],
        "sums": [side(told.debits), side(told.credits), signed(told.closing)],
        "closing": _closing(told.closing, currency),
        "last_day": day_text(told.last),
    }


def _closing(amount: int, currency: str) -> list[str]:
    if amount > 0:
        return ["You owe", grouped(amount, currency)]
    if amount < 0:
        return ["You are owed", grouped(-amount, currency)]
    return ["Nothing is owed", grouped(0, currency)]
