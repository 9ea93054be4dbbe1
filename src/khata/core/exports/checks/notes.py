"""Checks of credit and debit notes: what they go back to, how much, and until when."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from khata.core.exports.checks.finding import (
    Circumstances,
    Finding,
    Severity,
    blocks,
    live,
    spelled,
    warns,
)
from khata.core.exports.gstr1.file import Gstr1
from khata.core.exports.gstr1.sections import to_registered_person
from khata.core.exports.tax_document import DocumentKind, TaxDocument
from khata.core.money import decimal_text
from khata.core.tax.note_limits import note_limit

_CREDIT_GIVEN_BACK_FROM = date(2025, 10, 1)


def check_notes(told: Gstr1, known: Circumstances) -> Iterator[Finding]:
    """Look at each note. Source: CGST Act s.34; CGST Rules, rule 53."""
    for document in live(told.documents):
        if not document.kind.is_note:
            continue
        if document.original is None:
            yield warns(
                "note_without_original",
                f"{document.number} names no invoice, as rule 53(1A) wants it to",
                document,
            )
        elif document.kind is DocumentKind.CREDIT_NOTE:
            yield from _in_time(document, document.original.issued_on, known)
            yield from _credit_given_back(document, known)
    yield from _not_above_original(told, known)


def last_day(supplied_on: date, known: Circumstances | None = None, *, on: date) -> date:
    """Return the last day the tax of a credit note of a day may be declared.

    It is 30 November after the financial year of the supply, 30 September for notes of before
    October 2022, or the day of that year's annual return, if that is earlier.
    Source: CGST Act s.34(2).
    """
    april = supplied_on.year if supplied_on.month >= 4 else supplied_on.year - 1
    annual = None if known is None else known.annual_returns.get(april)
    return note_limit(supplied_on, on=on, annual_return_on=annual).last_on


def _in_time(document: TaxDocument, supplied_on: date, known: Circumstances) -> Iterator[Finding]:
    """Say where a note is late. The law dates the declaration, which follows the note's month.

    So a note of November is declared in December: its tax is doubtful, and warned of; later ones
    have none. One of October is in time unless its own return is late.
    """
    if not document.tax:
        return
    last = last_day(supplied_on, known, on=document.issued_on)
    safe = _end_of_month_before(last)
    on = document.issued_on
    if on > last or (on <= safe and known.today > last):
        yield blocks(
            "credit_note_too_late",
            f"{document.number} lowers tax of {supplied_on} and could be declared until {last} "
            "(CGST Act s.34(2)): give a note without tax",
            document,
        )
    elif on > safe:
        yield warns(
            "credit_note_near_limit",
            f"{document.number} is of the last month before {last}; its return is filed after "
            "that day, and the tax may be disallowed (CGST Act s.34(2))",
            document,
        )


def _credit_given_back(document: TaxDocument, known: Circumstances) -> Iterator[Finding]:
    """Say where tax is lowered that the buyer may have taken as credit, and not given back.

    Source: CGST Act s.34(2), proviso, as the Finance Act 2025, s.126, has it; Notf. 16/2025-CT.
    """
    asked = document.issued_on >= _CREDIT_GIVEN_BACK_FROM and document.tax
    if asked and to_registered_person(document) and document.id not in known.itc_reversed:
        yield warns(
            "itc_reversal_unproven",
            f"{document.number} lowers tax only if {document.buyer.legal_name} has given its "
            "credit back: see that it is accepted in the Invoice Management System "
            "(CGST Act s.34(2), proviso)",
            document,
        )


def _end_of_month_before(day: date) -> date:
    return date.fromordinal(day.replace(day=1).toordinal() - 1)


def _not_above_original(told: Gstr1, known: Circumstances) -> Iterator[Finding]:
    """Compare what was credited with its invoice, in the invoice's own currency.

    In rupees the notes of one invoice, each rounded, may come to a paisa more than it.
    """
    credited: dict[object, list[TaxDocument]] = {}
    for document in live(told.documents):
        if document.kind is DocumentKind.CREDIT_NOTE and document.original is not None:
            credited.setdefault(document.original.id, []).append(document)
    for notes in credited.values():
        original = notes[0].original
        assert original is not None
        total = known.credited_before.get(original.id, 0) + sum(map(_own_total, notes))
        if total > original.total:
            yield blocks(
                "credited_above_original",
                f"{original.number} is of {_spelled(original.total, notes[0])}, and "
                f"{_spelled(total, notes[0])} of it "
                "has been credited (CGST Act s.34(1))",
                *notes,
            )


def settled_apart(id: UUID, number: str, *, settled: int, booked: int, currency: str) -> Finding:
    """Name a note that owes back another amount than the ledger has: minor units of `currency`.

    What it does not take off an invoice still unpaid is owed to the customer, or was given back.
    """
    note, ledger = (f"{currency} {decimal_text(one, currency)}" for one in (settled, booked))
    return Finding(
        "settlement_differs",
        Severity.BLOCKS,
        f"{number}: the ledger holds {ledger} as owed back to the customer, the note {note}",
        (id,),
    )


def _own_total(note: TaxDocument) -> int:
    return note.total if note.currency_total is None else note.currency_total


def _spelled(amount: int, note: TaxDocument) -> str:
    if note.currency == "INR":
        return spelled(amount)
    return f"{note.currency} {decimal_text(amount, note.currency)}"
