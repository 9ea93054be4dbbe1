"""The form of a bank's statement: a CSV file, and the headings that this bank gives its columns."""

from typing import Final

from khata.core.bank_statement import Columns, StatementLine, StatementRefused, read_statement
from khata.core.refusal import Refusal
from khata.dashboard.reading import Fields

# How banks spell days; as strptime has it, and in the words of a form.
DAY_FORMATS: Final = {
    "%Y-%m-%d": "2026-02-03",
    "%d/%m/%Y": "03/02/2026",
    "%d-%m-%Y": "03-02-2026",
    "%d/%m/%y": "03/02/26",
    "%d-%b-%Y": "03-Feb-2026",
    "%d %b %Y": "03 Feb 2026",
    "%m/%d/%Y": "02/03/2026 (month first)",
}
_LARGEST: Final = 900_000  # bytes; a bank's file of a month has some ten thousand
_HEADING: Final = 100


class NoBankAccount(Refusal):
    """Lines are kept by the bank account that they are of."""


def read_lines(sent: Fields, file: bytes, *, currency: str) -> list[StatementLine]:
    """Return the lines of the file, or nothing of it.

    Raises: StatementRefused, with the number of the row.
    """
    if not file:
        raise StatementRefused("Choose the file that the bank gave you, as CSV", param="file")
    if len(file) > _LARGEST:
        raise StatementRefused("The file has more than 900 kB; send it in parts", param="file")
    try:
        text = file.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        row = file.count(b"\n", 0, fault.start) + 1
        raise StatementRefused(
            f"Row {row} is not written in UTF-8; save the file as CSV in UTF-8", param="file"
        ) from None
    return read_statement(text, _columns(sent), currency=currency)


def _columns(sent: Fields) -> Columns:
    usual = Columns()
    named = {
        name: sent.text(name, _HEADING) or None
        for name in ("amount", "credit", "debit", "reference", "narration")
    }
    is_split = named["credit"] is not None or named["debit"] is not None
    spelled = sent.text("date_format")
    return Columns(
        date=sent.text("date", _HEADING) or usual.date,
        amount=named["amount"] or (None if is_split else usual.amount),
        credit=named["credit"],
        debit=named["debit"],
        reference=named["reference"] or usual.reference,
        narration=named["narration"] or usual.narration,
        date_format=spelled if spelled in DAY_FORMATS else usual.date_format,
    )
