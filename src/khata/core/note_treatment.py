"""What a credit note is to GST: one that takes tax back, or a commercial one that does not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from khata.core.refusal import Kind, Refusal
from khata.core.tax.note_limits import NoteLimit, Standing, note_limit

if TYPE_CHECKING:
    from khata.core.credit_note import BilledInvoice, CreditLine

_GST = frozenset({"CGST", "SGST", "UTGST", "IGST", "CESS"})


class CreditNoteTooLate(Refusal):
    """The time in which the law lets a credit note take tax back is over."""

    kind = Kind.CONFLICT


class NoteTreatment(StrEnum):
    GST = "gst"  # under s.34: it takes the tax back with the value
    COMMERCIAL = "commercial"  # it takes value back, and the tax stays payable


def limit_of(
    invoice: "BilledInvoice", lines: Sequence["CreditLine"], *, on: date
) -> NoteLimit | None:
    """Return what bounds a note of these lines; None where it takes back no GST."""
    gst = sum(row.amount for line in lines for row in line.taxes if row.name in _GST)
    if not gst or invoice.issued_on is None:
        return None
    return note_limit(invoice.issued_on, on=on, annual_return_on=invoice.annual_return_on)


def is_too_late(invoice: "BilledInvoice", lines: Sequence["CreditLine"], *, on: date) -> bool:
    """Say whether the law no longer lets a note of these lines take their tax back."""
    limit = limit_of(invoice, lines, on=on)
    return limit is not None and limit.standing(on) is Standing.TOO_LATE


def check_in_time(invoice: "BilledInvoice", limit: NoteLimit | None, *, on: date) -> None:
    """Refuse a note under s.34 past its day. Raises: CreditNoteTooLate."""
    if limit is None or limit.standing(on) is not Standing.TOO_LATE:
        return
    raise CreditNoteTooLate(
        f"Tax of {invoice.number}, issued on {invoice.issued_on}, could be taken back by a credit "
        f"note until {limit.last_on} ({limit.source}); a commercial credit note takes back the "
        "value alone, and the tax stays payable",
        param="commercial",
    )


def without_tax(lines: Sequence["CreditLine"]) -> tuple["CreditLine", ...]:
    """Return the lines of a commercial note: the same value, and no tax."""
    return tuple(replace(line, taxes=()) for line in lines)
