"""Crediting: what was billed for days that are not used after all is taken back."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import reduce
from typing import Any
from uuid import UUID

from khata.core.credit_note import (
    BilledInvoice,
    BilledLine,
    CreditLine,
    CreditNote,
    Settle,
    credit_line,
    credit_note,
)
from khata.core.events import CreditNoteIssued, Event
from khata.core.ledger.booking import credit_note_issued
from khata.core.ledger.posting import Entry
from khata.core.note_treatment import is_too_late
from khata.core.numbering import financial_year
from khata.core.periods import Period
from khata.core.proration import ProrationPolicy, Share, share_of
from khata.core.tax.gst import totals
from khata.core.terms import Terms

# Only what was billed for a period has days that can be unused.
_OF_A_PERIOD = frozenset({"fee", "proration"})


@dataclass(frozen=True, slots=True)
class Unused:
    """From when on what was billed is not used, and how that is measured.

    `begins_at` is the instant on that day, which only seconds ask for.
    """

    start: date
    policy: ProrationPolicy
    zone: str
    begins_at: datetime | None = None


def unused_lines(
    invoices: Sequence[BilledInvoice],
    unused: Unused,
    ids: Iterator[UUID],
    *,
    items: Collection[UUID] | None = None,
) -> list[CreditLine]:
    """Return what is to be taken back of these invoices: of all items, or of those named.

    Each is the share of what the line was billed that its unused days are of all of its days.
    Policy none takes nothing back.
    """
    if unused.policy is ProrationPolicy.NONE:
        return []
    lines = []
    for line in (line for invoice in invoices for line in _own_lines(invoice)):
        if line.kind not in _OF_A_PERIOD or line.left == 0 or line.used_until <= unused.start:
            continue
        if items is not None and line.item_id not in items:
            continue
        lines.append(_taken_back(line, unused, next(ids)))
    return [line for line in lines if line.amount]


def _own_lines(invoice: BilledInvoice) -> Iterator[BilledLine]:
    """Yield the lines of the subscription that is looked at."""
    for line in invoice.lines:
        if line.subscription_id in (None, invoice.subscription_id):
            yield line


def _taken_back(line: BilledLine, unused: Unused, id: UUID) -> CreditLine:
    part = Period(max(unused.start, line.period.start), line.used_until)
    begins_at = unused.begins_at if part.start == unused.start else None
    share = _measured(part, line, unused, begins_at)
    billed = _measured(line.period, line, unused, began_at(line.basis))
    of_billed = Share(share.policy, min(share.part, billed.part), billed.part, share.unit)
    if billed.part == 0:
        return credit_line(line, line.left, id=id, period=part)
    basis = {"rule": "credit", "of": line.amount, **of_billed.told()}
    return credit_line(line, of_billed.of(line.amount), id=id, period=part, basis=basis)


def _measured(part: Period, line: BilledLine, unused: Unused, begins_at: datetime | None) -> Share:
    return share_of(
        part, full=line.full, policy=unused.policy, zone=unused.zone, begins_at=begins_at
    )


def began_at(basis: Mapping[str, Any] | None) -> datetime | None:
    """Return the instant at which a charge that counts seconds began, from its basis."""
    told = (basis or {}).get("begins_at")
    return None if told is None else datetime.fromisoformat(told)


def notes_of(
    invoices: Sequence[BilledInvoice],
    lines: Sequence[CreditLine],
    *,
    reason: str,
    cause: str,
    settle: Settle,
    terms: Terms,
    today: date,
    ids: Iterator[UUID],
) -> tuple[CreditNote, ...]:
    """Return one note for each invoice that lines are taken back of, in the order of invoices.

    Where the law no longer lets tax be taken back, the note is a commercial one: what follows from
    a contract is not stopped by it.
    """
    notes = []
    for invoice in invoices:
        own = [line for line in lines if line.line.invoice_id == invoice.id]
        if own:
            late = is_too_late(invoice, own, on=today)
            notes.append(
                credit_note(
                    invoice,
                    own,
                    id=next(ids),
                    reason=reason,
                    cause=cause,
                    settle=settle,
                    issued_on=today,
                    series=terms.credit_series,
                    financial_year=financial_year(today, terms.seller.country),
                    commercial_series=terms.commercial_series if late else None,
                )
            )
    return tuple(notes)


def as_credited(
    invoices: Sequence[BilledInvoice], notes: Sequence[CreditNote]
) -> tuple[BilledInvoice, ...]:
    """Return invoices as notes leave them that were decided, but are not stored yet.

    Where one invoice billed several subscriptions, each takes back lines of its own, and all of
    them what is left of the whole.
    """
    return tuple(
        reduce(_less, [note for note in notes if note.invoice.id == invoice.id], invoice)
        for invoice in invoices
    )


def _less(invoice: BilledInvoice, note: CreditNote) -> BilledInvoice:
    taken: dict[int, int] = {}
    for line in note.lines:
        taken[line.line.position] = taken.get(line.line.position, 0) + line.amount
    return replace(
        invoice,
        owed=invoice.owed - note.to_invoice,
        credited=invoice.credited + note.total,
        lines=tuple(
            replace(line, credited=line.credited + taken.get(line.position, 0))
            for line in invoice.lines
        ),
    )


def note_booked(note: CreditNote, id: UUID) -> Entry | None:
    """Return the entry of a credit note."""
    return credit_note_issued(
        id=id,
        note_id=note.id,
        on=note.issued_on,
        currency=note.invoice.currency,
        net=note.subtotal,
        taxes=totals(row for line in note.lines for row in line.taxes),
        round_off=note.round_off,
        owed_back=note.to_balance + note.to_refund,
        outside=note.outside,
    )


def note_told(note: CreditNote) -> Event:
    """Return what is told of a credit note that was issued."""
    return CreditNoteIssued(
        note.id,
        note.invoice.customer_id,
        note.invoice.id,
        note.invoice.currency,
        note.total,
        note.to_balance,
    )


def by_item(notes: Sequence[CreditNote]) -> dict[UUID, int]:
    """Return what notes take back of each item, before tax."""
    taken: dict[UUID, int] = {}
    for note in notes:
        for line in note.lines:
            if line.line.item_id is not None:
                taken[line.line.item_id] = taken.get(line.line.item_id, 0) + line.amount
    return taken
