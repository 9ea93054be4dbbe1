"""A finding: what is wrong with a return, how badly, and in which documents."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from khata.core.exports.amounts import Amounts
from khata.core.exports.return_period import ReturnPeriod
from khata.core.exports.tax_document import TaxDocument
from khata.core.money import decimal_text


class Severity(StrEnum):
    BLOCKS = "blocks"  # the return is not given out
    WARNS = "warns"  # it is, when a person has read this


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` never changes; `sentence` names the rule and what to do."""

    code: str
    severity: Severity
    sentence: str
    documents: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Booked:
    """What the ledger holds of one document. Paise, negative where the document lowers.

    `value` is without tax: revenue, earned or deferred, or of a voucher the advance. The heads
    are net of the tax of advances that an invoice takes up, and nothing under reverse charge.
    `advances` is what it takes up of them, without tax; `receivable` is its whole total.
    """

    value: int
    igst: int = 0
    cgst: int = 0
    sgst: int = 0
    cess: int = 0
    round_off: int = 0
    advances: int = 0
    receivable: int = 0


@dataclass(frozen=True, slots=True)
class Books:
    """The ledger of one registration and period: by document, and how its tax accounts moved."""

    booked: Mapping[UUID, Booked]
    output_tax: Amounts  # credits less debits of each head's account


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a return is checked against, beside its own documents."""

    today: date  # the day it is declared
    books: Books | None = None
    filed: tuple[ReturnPeriod, ...] = ()
    e_invoices_from: date | None = None  # the first day the seller has to; None: it has not
    unconnected_from: date | None = None  # … by its turnover alone, for it has no connection
    credited_before: Mapping[UUID, int] = field(default_factory=dict)  # minor units, by invoice
    itc_reversed: frozenset[UUID] = frozenset()  # credit notes whose buyer gave its credit back
    annual_returns: Mapping[int, date] = field(default_factory=dict)  # filed on, by year of April


def blocks(code: str, sentence: str, *documents: TaxDocument) -> Finding:
    return Finding(code, Severity.BLOCKS, sentence, tuple(one.id for one in documents))


def warns(code: str, sentence: str, *documents: TaxDocument) -> Finding:
    return Finding(code, Severity.WARNS, sentence, tuple(one.id for one in documents))


def spelled(paise: int) -> str:
    return f"₹{decimal_text(paise, 'INR')}"


def live(documents: Iterable[TaxDocument]) -> tuple[TaxDocument, ...]:
    """Return the documents that are not cancelled."""
    return tuple(one for one in documents if not one.cancelled)
