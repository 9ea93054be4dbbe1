"""What the check list finds in a few documents, each a run of numbers of its own."""

from dataclasses import replace
from datetime import date
from typing import Any

from khata.core.exports.checks.finding import Circumstances
from khata.core.exports.gstr1.file import Filer, gstr1
from khata.core.exports.return_checks import check_return
from khata.core.exports.return_period import ReturnPeriod
from khata.core.exports.tax_document import DocumentKind, Original, TaxDocument
from tests.core.exports.month import FILER, JUNE
from tests.core.exports.paper import (
    document,
    id_of,
    local,
    paise,
    run,
)

TODAY = date(2025, 7, 10)
KNOWN = Circumstances(TODAY)
MAY = ReturnPeriod(2025, 5)
BLOCKS, WARNS = "blocks", "warns"
SMALL = Filer(FILER.gstin, turnover=paise(4_00_00_000))


def sold(*lines: Any, on: str = "2025-06-10", **rest: Any) -> TaxDocument:
    return document("INV-1", on, *(lines or (local(1000, 90),)), **rest)


def of(on: str, total: str | int = 100000) -> Original:
    day = date.fromisoformat(on)
    return Original(id_of("OLD-1"), DocumentKind.INVOICE, "OLD-1", day, paise(total))


def found(
    *documents: TaxDocument,
    known: Circumstances = KNOWN,
    filer: Filer = FILER,
    period: ReturnPeriod = JUNE,
) -> list[tuple[str, str]]:
    numbers = [
        replace(run(one.number, one.number, 1, kind=one.kind), cancelled=int(one.cancelled))
        for one in documents
        if one.issued_on in period
    ]
    told = gstr1(filer, period, documents, numbers=numbers)
    return [(one.severity.value, one.code) for one in check_return(told, known)]
