"""For any documents at all, the tables of the return agree with each other and with the books."""

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from khata.core.exports.amounts import Amounts, total_of
from khata.core.exports.checks.finding import Books, Circumstances
from khata.core.exports.drill import figures_of
from khata.core.exports.gstr1.file import gstr1
from khata.core.exports.gstr3b import ROWS, gstr3b
from khata.core.exports.return_checks import check_return
from khata.core.exports.tax_document import DocumentKind, Nature, TaxDocument, TaxLine
from khata.core.money import half_up
from khata.core.tax.place_of_supply import SupplyKind
from tests.core.exports.month import FILER, JUNE
from tests.core.exports.paper import BENGALURU, EMBASSY, HOME, MUMBAI, document
from tests.core.exports.test_tie_out import booked

KINDS = [
    DocumentKind.INVOICE,
    DocumentKind.CREDIT_NOTE,
    DocumentKind.DEBIT_NOTE,
    DocumentKind.RECEIPT_VOUCHER,
    DocumentKind.REFUND_VOUCHER,
]
BUYERS: list[tuple[str | None, str, SupplyKind | None]] = [
    (None, HOME, None),
    (None, "29", None),
    (None, "96", None),
    (MUMBAI, HOME, None),
    (BENGALURU, "29", None),
    (EMBASSY, "07", None),
    (MUMBAI, HOME, SupplyKind.SEZ),
]


def taxed(taxable: int, rate: int, nature: Nature, place: str, zero_rated: bool) -> TaxLine:
    whole = 0 if nature is not Nature.TAXABLE or zero_rated else rate
    inside = place == HOME
    each = half_up(taxable * whole, 200) if inside else 0
    igst = 0 if inside else half_up(taxable * whole, 100)
    code = "998314" if rate == 18 else "999293"
    percent = Decimal(rate if nature is Nature.TAXABLE else 0)
    return TaxLine(1, "x", code, taxable, percent, nature, igst, each, each)


Case = tuple[
    tuple[str | None, str, SupplyKind | None],
    DocumentKind,
    list[tuple[int, int, Nature]],
    bool,
]


def made(cases: list[Case]) -> list[TaxDocument]:
    return [_made(n, *case) for n, case in enumerate(cases, 1)]


def _made(
    n: int,
    buyer: tuple[str | None, str, SupplyKind | None],
    kind: DocumentKind,
    lines: list[tuple[int, int, Nature]],
    cancelled: bool,
) -> TaxDocument:
    to, place, supply = buyer
    zero_rated = place == "96" or supply is SupplyKind.SEZ
    return document(
        f"D-{n}",
        f"2025-06-{n:02}",
        *(taxed(value, rate, nature, place, zero_rated) for value, rate, nature in lines),
        kind=kind,
        to=to,
        place=place,
        supply=supply,
        cancelled_on="2025-06-30" if cancelled else None,
    )


LINES = st.tuples(st.integers(1, 300_000_00), st.sampled_from([5, 18]), st.sampled_from(Nature))
CASES = st.tuples(
    st.sampled_from(BUYERS),
    st.sampled_from(KINDS),
    st.lists(LINES, min_size=1, max_size=3),
    st.sampled_from([False, False, False, True]),
)
DOCUMENTS = st.lists(CASES, min_size=1, max_size=8).map(made)


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS)
def test_the_return_ties_out_to_itself_and_to_the_books(some: list[TaxDocument]) -> None:
    told = gstr1(FILER, JUNE, some)
    entries = [booked(one) for one in some]
    owed = Amounts(
        0,
        sum(one.igst for one in entries),
        sum(one.cgst for one in entries),
        sum(one.sgst for one in entries),
    )
    books = Books({one.id: booked(one) for one in some}, owed)
    found = check_return(told, Circumstances(date(2025, 7, 10), books=books))
    assert {one.code for one in found} <= {"numbers_missing", "note_without_original"}


@settings(max_examples=100, deadline=None)
@given(DOCUMENTS)
def test_every_paisa_of_3b_is_found_from_gstr1_and_cgst_is_sgst(some: list[TaxDocument]) -> None:
    told = gstr1(FILER, JUNE, some)
    form = gstr3b(told)
    lines = total_of(
        Amounts(line.taxable, line.igst, line.cgst, line.sgst, line.cess).times(one.kind.sign)
        for one in some
        if not one.cancelled
        for line in one.lines
        if _counts(one, line)
    )
    assert total_of(form.supplies[row].amounts for row in ROWS) == lines
    assert form.exact.cgst == form.exact.sgst
    netted = [one for one in figures_of(told) if one.table == "b2cs"]
    assert all(one.amounts.cgst == one.amounts.sgst for one in netted)


def _counts(one: TaxDocument, line: TaxLine) -> bool:
    """Advances count where they bear tax, everything else always."""
    voucher = one.kind in (DocumentKind.RECEIPT_VOUCHER, DocumentKind.REFUND_VOUCHER)
    zero_rated = one.supply in (SupplyKind.EXPORT, SupplyKind.SEZ)
    return not voucher or (line.nature is Nature.TAXABLE and not zero_rated)
