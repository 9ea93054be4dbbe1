"""Which table a document stands in: a case a row, each with its law."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest

from khata.core.exports.gstr1.entries import entries_of
from khata.core.exports.gstr1.sections import (
    Section,
    export_type,
    invoice_type,
    note_type,
)
from khata.core.exports.return_period import ReturnPeriod
from khata.core.exports.tax_document import (
    DocumentKind,
    Nature,
    Original,
    TaxDocument,
    TaxLine,
)
from khata.core.tax.place_of_supply import SupplyKind, Treatment
from tests.core.exports.paper import (
    BENGALURU,
    EMBASSY,
    MUMBAI,
    across,
    advance,
    credit,
    debit,
    document,
    id_of,
    line,
    local,
    nil_line,
    taken_up,
)

JUNE = ReturnPeriod(2025, 6)
JULY_24, AUGUST_24 = ReturnPeriod(2024, 7), ReturnPeriod(2024, 8)
SEZ, PAID, NONE = SupplyKind.SEZ, Treatment.ZERO_RATED_WITH_IGST, Treatment.OUT_OF_SCOPE
BILL, REVISED = DocumentKind.BILL_OF_SUPPLY, DocumentKind.REVISED_INVOICE
REFUND = DocumentKind.REFUND_VOUCHER
NIL, NON_GST = Nature.NIL_RATED, Nature.NON_GST

# 84,745.76 + 15,254.24 = 1,00,000.00, exactly the threshold; a paisa more is above it.
AT_ONE_LAKH = across("84745.76", "15254.24")
ABOVE_ONE_LAKH = across("84745.77", "15254.24")
AT_TWO_AND_A_HALF = across("211864.41", "38135.59")
ABOVE_TWO_AND_A_HALF = across("211864.42", "38135.59")


def sold(*lines: TaxLine, on: str = "2025-06-10", **rest: object) -> TaxDocument:
    return document("INV-1", on, *lines, **rest)  # type: ignore[arg-type]


LARGE_JUNE = sold(across(200000, 36000), place="29")
SMALL_JUNE = sold(across(1000, 180), place="29")
LOCAL_JUNE = sold(local(200000, 18000))
MIDDLE_JULY_24 = sold(across(150000, 27000), place="29", on="2024-07-20")
MIDDLE_AUGUST_24 = sold(across(150000, 27000), place="29", on="2024-08-20")
ABROAD = sold(line(50000), place="96")
# 1,400.00 dollars of a consumer in another state: at 83.00 1,16,200 rupees, so it was large.
DOLLARS_JUNE = Original(id_of("I-9"), DocumentKind.INVOICE, "I-9", date(2025, 6, 10), 140_000)


def noted(make: object, *lines: TaxLine, **rest: object) -> TaxDocument:
    return make("N-1", "2025-06-20", *lines, **rest)  # type: ignore[no-any-return, operator]


CASES: list[tuple[str, TaxDocument, ReturnPeriod, list[str]]] = [
    # Registered buyers: rule 59(4)(a)(i), table 4
    ("rule 59(4)(a)(i)", sold(local(1000, 90), to=MUMBAI), JUNE, ["b2b"]),
    ("rule 59(4)(a)(i)", sold(across(1000, 180), to=BENGALURU, place="29"), JUNE, ["b2b"]),
    ("table 4: of any value", sold(local(1, "0.09"), to=MUMBAI), JUNE, ["b2b"]),
    ("form GSTR-1, table 4: UIN holders", sold(local(1000, 90), to=EMBASSY), JUNE, ["b2b"]),
    (
        "table 4B, CGST s.9(3)",
        sold(local(1000, 90), to=MUMBAI, reverse_charge=True),
        JUNE,
        ["b2b"],
    ),
    ("table 6B, IGST s.16", sold(line(1000), to=MUMBAI, supply=SEZ), JUNE, ["b2b"]),
    (
        "table 6B, with payment",
        sold(across(1000, 180), to=BENGALURU, place="29", supply=SEZ, treatment=PAID),
        JUNE,
        ["b2b"],
    ),
    ("CGST s.31(3)(a)", sold(local(1000, 90), to=MUMBAI, kind=REVISED), JUNE, ["b2b"]),
    (
        "two rates, one table",
        sold(local(1000, 90), line(500, 5, each="12.50"), to=MUMBAI),
        JUNE,
        ["b2b", "b2b"],
    ),
    # Consumers: rule 59(4)(b), tables 5 and 7
    ("table 7A: own state", sold(local(1000, 90)), JUNE, ["b2cs"]),
    ("table 7A: own state, of any value", LOCAL_JUNE, JUNE, ["b2cs"]),
    ("table 7B: another state, small", SMALL_JUNE, JUNE, ["b2cs"]),
    ("Notf. 12/2024-CT: not above", sold(AT_ONE_LAKH, place="29"), JUNE, ["b2cs"]),
    ("Notf. 12/2024-CT: strictly above", sold(ABOVE_ONE_LAKH, place="29"), JUNE, ["b2cl"]),
    ("Notf. 12/2024-CT: value has tax", sold(across(90000, 16200), place="29"), JUNE, ["b2cl"]),
    ("rule 59(4)(b)(i) until July 2024", MIDDLE_JULY_24, JULY_24, ["b2cs"]),
    ("Notf. 12/2024-CT from August 2024", MIDDLE_AUGUST_24, AUGUST_24, ["b2cl"]),
    (
        "rule 59(4)(b)(i): not above 2,50,000",
        sold(AT_TWO_AND_A_HALF, place="29", on="2024-07-20"),
        JULY_24,
        ["b2cs"],
    ),
    (
        "rule 59(4)(b)(i): above 2,50,000",
        sold(ABOVE_TWO_AND_A_HALF, place="29", on="2024-07-20"),
        JULY_24,
        ["b2cl"],
    ),
    ("declared late: the period's threshold", MIDDLE_JULY_24, AUGUST_24, ["b2cl"]),
    # Exports: table 6A
    ("table 6A, rule 96A", ABROAD, JUNE, ["exp"]),
    (
        "table 6A, IGST s.16(3)(b)",
        sold(across(50000, 9000), place="96", treatment=PAID),
        JUNE,
        ["exp"],
    ),
    ("table 6A: of any value", sold(line(1), place="96"), JUNE, ["exp"]),
    ("table 8 is not of exports", sold(nil_line(500), place="96"), JUNE, ["exp"]),
    # Nil rated, exempt, outside GST: table 8
    ("table 8B, CGST s.11", sold(nil_line(500), to=MUMBAI, kind=BILL), JUNE, ["nil"]),
    ("table 8A, CGST s.2(47)", sold(nil_line(500, NIL), to=BENGALURU, place="29"), JUNE, ["nil"]),
    ("table 8D, CGST s.2(78)", sold(nil_line(500, NON_GST)), JUNE, ["nil"]),
    ("table 8C: no threshold", sold(nil_line(500000), place="29"), JUNE, ["nil"]),
    ("rule 46A: split by line", sold(local(1000, 90), nil_line(500)), JUNE, ["b2cs", "nil"]),
    (
        "rule 46A: split by line",
        sold(local(1000, 90), nil_line(500), to=MUMBAI),
        JUNE,
        ["b2b", "nil"],
    ),
    (
        "rule 59(4)(b)(i): the invoice's whole value",
        sold(across(50000, 9000), nil_line(60000), place="29"),
        JUNE,
        ["b2cl", "nil"],
    ),
    ("s.34 on an exempt supply", noted(credit, nil_line(100), to=MUMBAI), JUNE, ["nil"]),
    # Notes: s.34, table 9B
    ("table 9B, s.34(1)", noted(credit, local(100, 9), to=MUMBAI), JUNE, ["cdnr"]),
    ("table 9B, s.34(3)", noted(debit, local(100, 9), to=MUMBAI), JUNE, ["cdnr"]),
    ("table 9B: UIN holders", noted(credit, local(100, 9), to=EMBASSY), JUNE, ["cdnr"]),
    ("table 9B: SEZ", noted(credit, line(100), to=MUMBAI, supply=SEZ), JUNE, ["cdnr"]),
    (
        "table 9B: of a large invoice",
        noted(credit, across(100, 18), place="29", against=LARGE_JUNE),
        JUNE,
        ["cdnur"],
    ),
    (
        "table 7: of a small invoice",
        noted(credit, across(100, 18), place="29", against=SMALL_JUNE),
        JUNE,
        ["b2cs"],
    ),
    (
        "table 7: own state, large invoice",
        noted(credit, local(1000, 90), against=LOCAL_JUNE),
        JUNE,
        ["b2cs"],
    ),
    (
        "table 9B: of a large invoice in dollars, of which 10.00 are credited",
        noted(
            credit,
            across(830, "149.40"),
            place="29",
            against=DOLLARS_JUNE,
            currency="USD",
            exchange_rate="83.00",
        ),
        JUNE,
        ["cdnur"],
    ),
    (
        "table 9B: a large debit note",
        noted(debit, across(100000, 18000), place="29", against=SMALL_JUNE),
        JUNE,
        ["cdnur"],
    ),
    (
        "as its invoice was declared: small in July 2024",
        noted(credit, across(100, 18), place="29", against=MIDDLE_JULY_24),
        JUNE,
        ["b2cs"],
    ),
    (
        "as its invoice was declared: large in August 2024",
        noted(credit, across(100, 18), place="29", against=MIDDLE_AUGUST_24),
        JUNE,
        ["cdnur"],
    ),
    (
        "table 9B: of an export",
        noted(credit, line(100), place="96", against=ABROAD),
        JUNE,
        ["cdnur"],
    ),
    (
        "table 9B: of an export",
        noted(debit, line(100), place="96", against=ABROAD),
        JUNE,
        ["cdnur"],
    ),
    ("no invoice named: its own value", noted(credit, across(100, 18), place="29"), JUNE, ["b2cs"]),
    # Advances: table 11
    ("table 11A, rule 50", advance("RV", "2025-06-01", local(1000, 90)), JUNE, ["at"]),
    (
        "table 11A: registered too",
        advance("RV", "2025-06-01", local(1000, 90), to=MUMBAI),
        JUNE,
        ["at"],
    ),
    (
        "table 11: net of refund vouchers, rule 51",
        document("FV", "2025-06-01", local(1000, 90), kind=REFUND),
        JUNE,
        ["at"],
    ),
    ("no tax, no entry: s.16(3)(a)", advance("RV", "2025-06-01", line(1000), place="96"), JUNE, []),
    (
        "the buyer pays: s.13(3)",
        advance("RV", "2025-06-01", local(1000, 90), to=MUMBAI, reverse_charge=True),
        JUNE,
        [],
    ),
    ("no tax, no entry: s.11", advance("RV", "2025-06-01", nil_line(1000)), JUNE, []),
    (
        "table 11B: of an earlier period",
        sold(local(1000, 90), advances=[taken_up("OLD", "2025-05-01", 500, each=45)]),
        JUNE,
        ["b2cs", "txpd"],
    ),
    # Nothing
    ("table 13 only", sold(local(1000, 90), cancelled_on="2025-06-11"), JUNE, []),
    (
        "a cancelled invoice takes up nothing",
        sold(
            local(1000, 90),
            cancelled_on="2025-06-11",
            advances=[taken_up("OLD", "2025-05-01", 500, each=45)],
        ),
        JUNE,
        [],
    ),
    ("CGST s.22: no GST charged", sold(line(1000, 0), treatment=NONE), JUNE, []),
]


@pytest.mark.parametrize(("law", "document", "period", "tables"), CASES)
def test_a_document_stands_in_its_tables(
    law: str, document: TaxDocument, period: ReturnPeriod, tables: Sequence[str]
) -> None:
    found = entries_of([document], period=period)
    assert [entry.section.value for entry in found] == tables, law


def test_an_advance_taken_up_in_its_own_month_is_told_by_the_invoice_alone() -> None:
    """Table 11A: advances received in the period for which no invoice was issued in it."""
    received = advance("RV", "2025-06-01", local(1000, 90))
    invoice = sold(local(600, 54), advances=[taken_up("RV", "2025-06-01", 600, each=54)])
    found = [
        one for one in entries_of([received, invoice], period=JUNE) if one.section is Section.AT
    ]
    assert [(one.sign, one.amounts.taxable, one.amounts.cgst) for one in found] == [
        (1, 1000_00, 90_00),
        (-1, 600_00, 54_00),
    ]


def test_lines_of_one_rate_are_one_entry() -> None:
    found = entries_of([sold(local(1000, 90), local(500, 45), to=MUMBAI)], period=JUNE)
    assert [(one.rate, one.amounts.taxable, one.amounts.sgst) for one in found] == [
        (Decimal(18), 1500_00, 135_00)
    ]


@pytest.mark.parametrize(
    ("law", "document", "kind"),
    [
        ("table 4A", sold(local(1000, 90), to=MUMBAI), "R"),
        ("table 6B, s.16(3)(a)", sold(line(1000), to=MUMBAI, supply=SEZ), "SEWOP"),
        ("table 6B, s.16(3)(b)", sold(line(1), to=MUMBAI, supply=SEZ, treatment=PAID), "SEWP"),
    ],
)
def test_the_type_of_an_invoice(law: str, document: TaxDocument, kind: str) -> None:
    assert invoice_type(document) == kind, law


@pytest.mark.parametrize(
    ("law", "document", "export", "note"),
    [
        ("rule 96A", ABROAD, "WOPAY", "EXPWOP"),
        ("s.16(3)(b)", sold(across(1, 0), place="96", treatment=PAID), "WPAY", "EXPWP"),
    ],
)
def test_the_type_of_an_export(law: str, document: TaxDocument, export: str, note: str) -> None:
    assert (export_type(document), note_type(document)) == (export, note), law
