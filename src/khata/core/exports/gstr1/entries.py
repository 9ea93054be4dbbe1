"""Entries: what each document puts into each table, at each rate, before anything is written."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from khata.core.exports.amounts import Amounts, of_advance, of_line
from khata.core.exports.gstr1.sections import Section, section_of
from khata.core.exports.return_period import ReturnPeriod
from khata.core.exports.tax_document import DocumentKind, Nature, TaxDocument, TaxLine

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Entry:
    """One document in one table at one rate.

    `amounts` are positive, as in the document; `sign` is -1 where they lower what is owed.
    """

    section: Section
    document: TaxDocument
    nature: Nature
    rate: Decimal
    amounts: Amounts
    sign: int = 1

    @property
    def signed(self) -> Amounts:
        return self.amounts.times(self.sign)


def in_order(documents: Iterable[TaxDocument]) -> tuple[TaxDocument, ...]:
    """Return the documents by day and number, which is the order of every table."""
    return tuple(sorted(documents, key=lambda one: (one.issued_on, one.number)))


def entries_of(documents: Sequence[TaxDocument], *, period: ReturnPeriod) -> tuple[Entry, ...]:
    """Return the entries of all documents that one period declares.

    Source: form GSTR-1, tables 4 to 11; the advances are net of refunds, as the form's own
    heading of table 11 says.
    """
    here = {one.id for one in documents if not one.cancelled}
    return tuple(
        entry
        for document in in_order(documents)
        for entry in (
            *_of_lines(document, period),
            *_of_advances(document, period, here),
        )
    )


def rate_of(line: TaxLine) -> Decimal:
    """Return the rate a return shows for a line: 0 where no tax can be."""
    return line.rate if line.nature is Nature.TAXABLE else _ZERO


def _of_lines(document: TaxDocument, period: ReturnPeriod) -> Iterator[Entry]:
    sums: dict[tuple[Section, Nature, Decimal], Amounts] = {}
    for line in document.lines:
        section = section_of(document, line.nature, period=period)
        if section is None:
            continue
        key = (section, line.nature, rate_of(line))
        sums[key] = sums.get(key, Amounts()) + of_line(line)
    for (section, nature, rate), amounts in sums.items():
        yield Entry(section, document, nature, rate, amounts, document.kind.sign)


def _of_advances(document: TaxDocument, period: ReturnPeriod, here: set[UUID]) -> Iterator[Entry]:
    """Return what an invoice takes up: of an advance of this period it undoes the first entry."""
    if section_of(document, Nature.TAXABLE, period=period) is None:
        return
    if document.kind is DocumentKind.REFUND_VOUCHER:
        return
    for advance in document.advances:
        this_period = advance.voucher_id in here
        yield Entry(
            Section.AT if this_period else Section.TXPD,
            document,
            Nature.TAXABLE,
            advance.rate,
            of_advance(advance),
            -1 if this_period else 1,
        )
