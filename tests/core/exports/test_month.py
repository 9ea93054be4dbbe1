"""The month of month.py, in every form: its figures are worked out by hand, beside it."""

import csv
import io
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from khata.core.exports.amounts import Amounts
from khata.core.exports.drill import documents_of, figures_of, figures_of_3b
from khata.core.exports.gstr1.file import gstr1
from khata.core.exports.gstr1.template import template_sheets
from khata.core.exports.gstr3b import gstr3b
from khata.core.exports.return_period import ReturnPeriod
from khata.core.exports.sales_register import by_document, by_rate
from khata.core.exports.sheets import Sheet, csv_text
from tests.core.exports.month import DOCUMENTS, FILER, JUNE, NUMBERS, the_return
from tests.core.exports.paper import BENGALURU, EMBASSY, MUMBAI, id_of, paise

GOLDEN = Path(__file__).parent / "golden" / "gstr1-062025.json"


def amounts(*rupees: str) -> Amounts:
    return Amounts(*(paise(one) for one in rupees))


def test_the_file_is_the_golden_one() -> None:
    def exact(text: str) -> object:
        return json.loads(text, parse_float=Decimal, object_pairs_hook=list)

    assert exact(the_return().text()) == exact(GOLDEN.read_text())


def test_the_file_is_the_same_whatever_order_the_documents_come_in() -> None:
    backwards = gstr1(FILER, JUNE, DOCUMENTS[::-1], numbers=NUMBERS)
    assert backwards.text() == the_return().text()


def test_the_name_of_the_file_has_the_day_it_was_made() -> None:
    name = the_return().file_name(on=date(2025, 7, 9))
    assert name == "returns_972025_R1_27AAPFU0939F1ZV_offline.json"


@pytest.mark.parametrize(
    ("law", "row", "expected"),
    [
        # b2b 1,000.50 + 30,000 + 7,500 + 3,000; cdnr -2,000 + 100; b2cl 1,50,000 - 50,000;
        # b2cs 900 + 2,000; at 6,000 + 5,000; txpd -10,000. CGST 90.05 + 2,700 - 180 + 9 + 81
        # + 540 - 900. IGST 1,350 + 540 + 27,000 - 9,000 + 360 + 900.
        ("3.1(a)", "osup_det", amounts("143500.50", "21150", "2340.05", "2340.05")),
        # SEZ 60,000; abroad 83,250.50 - 3,250.50 and 40,000 on payment of 7,200.
        ("3.1(b), IGST s.16", "osup_zero", amounts("180000", "7200")),
        ("3.1(c): 1,200 nil and 750 exempt", "osup_nil_exmp", amounts("1950")),
        ("3.1(d): of purchases", "isup_rev", amounts("0")),
        ("3.1(e)", "osup_nongst", amounts("0")),
    ],
)
def test_table_3_1(law: str, row: str, expected: Amounts) -> None:
    assert gstr3b(the_return()).supplies[row].amounts == expected, law


def test_table_3_2_has_what_crosses_a_border_to_who_is_not_registered() -> None:
    told = gstr3b(the_return())
    assert {
        buyer: {place: one.amounts for place, one in places.items()}
        for buyer, places in told.interstate.items()
    } == {
        "unreg_details": {
            "24": amounts("100000", "18000"),  # 1,50,000 less the note's 50,000
            "29": amounts("2000", "360"),
        },
        "comp_details": {},
        "uin_details": {"07": amounts("3000", "540")},
    }


def test_a_buyer_under_composition_has_its_own_column() -> None:
    told = gstr3b(the_return(), composition=[BENGALURU])
    column = told.interstate["comp_details"]
    assert {place: one.amounts for place, one in column.items()} == {
        "29": amounts("7500", "1350")  # not the one under reverse charge
    }


def test_what_is_paid_is_in_whole_rupees_by_head() -> None:
    """CGST Act s.170: 2,340.05 is paid as 2,340; the books keep the paise."""
    told = gstr3b(the_return())
    assert told.exact == amounts("0", "28350", "2340.05", "2340.05")
    assert told.payable == amounts("0", "28350", "2340", "2340")
    assert told.rounding == amounts("0", "0", "-0.05", "-0.05")


def test_the_form_leaves_table_3_2_to_the_portal_from_november_2025() -> None:
    """GSTR-3B offline utility V5.8."""
    told = the_return()
    assert "inter_sup" in gstr3b(told).tree()
    later = replace(told, period=ReturnPeriod(2025, 11))
    assert "inter_sup" not in gstr3b(later).tree()


def test_the_form_has_every_member_and_zeros() -> None:
    """The order and members are those of the utility's file; what is bought is not known here."""
    told = gstr3b(the_return(), inward_reverse_charge=amounts("1000", "180"))
    tree = json.loads(told.text())
    assert list(tree) == [
        "gstin",
        "ret_period",
        "sup_details",
        "eco_dtls",
        "itc_elg",
        "inward_sup",
        "intr_ltfee",
        "inter_sup",
    ]
    assert tree["sup_details"]["isup_rev"] == {
        "txval": 1000,
        "iamt": 180,
        "camt": 0,
        "samt": 0,
        "csamt": 0,
    }
    assert [one["ty"] for one in tree["itc_elg"]["itc_avl"]] == [
        "IMPG",
        "IMPS",
        "ISRC",
        "ISD",
        "OTH",
    ]
    assert tree["itc_elg"]["itc_net"] == {"iamt": 0, "camt": 0, "samt": 0, "csamt": 0}
    assert told.exact.igst == paise("28530")  # and the 180 on top


DRILLED = [
    ("b2b", (MUMBAI,), ["INV/25-26/0101", "INV/25-26/0107", "INV/25-26/0112"]),
    ("b2b", (EMBASSY, "INV/25-26/0110"), ["INV/25-26/0110"]),
    ("b2cl", ("24",), ["INV/25-26/0103"]),
    ("b2cs", ("INTRA", "27", "18"), ["INV/25-26/0104", "CN/25-26/0013"]),
    ("b2cs", ("INTER", "29", "18"), ["INV/25-26/0111"]),
    ("nil", ("INTRB2C",), ["INV/25-26/0111"]),
    ("exp", ("WPAY",), ["INV/25-26/0106"]),
    ("cdnur", (), ["CN/25-26/0012", "CN/25-26/0014"]),
    ("at", ("INTRA", "27"), ["RV/25-26/0008", "INV/25-26/0112"]),
    ("at", ("INTER", "29"), ["RV/25-26/0009", "RF/25-26/0001"]),
    ("txpd", (), ["INV/25-26/0112"]),
    ("hsn_b2b", ("997331",), ["INV/25-26/0102"]),
    ("hsn_b2c", ("999293",), ["INV/25-26/0111"]),
    ("doc_issue", ("8",), ["RF/25-26/0001"]),
]


@pytest.mark.parametrize(("table", "key", "numbers"), DRILLED)
def test_a_figure_leads_to_its_documents(
    table: str, key: tuple[str, ...], numbers: list[str]
) -> None:
    found = documents_of(figures_of(the_return()), table, *key)
    assert list(found) == [id_of(number) for number in numbers]


def test_the_figures_of_3b_lead_to_their_documents() -> None:
    figures = figures_of_3b(gstr3b(the_return()))
    assert documents_of(figures, "unreg_details", "24") == (
        id_of("INV/25-26/0103"),
        id_of("CN/25-26/0012"),
    )
    taxed = documents_of(figures, "osup_det")
    assert id_of("INV/25-26/0109") not in taxed  # under reverse charge
    assert id_of("INV/25-26/0108") not in taxed  # cancelled


def test_every_document_that_counts_is_found_from_some_figure() -> None:
    found = {one for figure in figures_of(the_return()) for one in figure.documents}
    assert found == {one.id for one in DOCUMENTS}


def rows_of(sheet: Sheet) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_text(sheet))))


def test_the_register_has_every_document_once_and_adds_up() -> None:
    rows = rows_of(by_document(DOCUMENTS))
    assert [row["Number"] for row in rows[:-1]] == [
        one.number for one in sorted(DOCUMENTS, key=lambda one: (one.issued_on, one.number))
    ]
    by_number = {row["Number"]: row for row in rows}
    assert by_number["INV/25-26/0101"]["Round-off"] == "0.40"  # 1,000.50 + 2 × 90.05 = 1,180.60
    assert by_number["INV/25-26/0101"]["Total"] == "1181.00"
    assert by_number["CN/25-26/0013"]["Total"] == "-116.82"  # 99 + 2 × 8.91
    assert by_number["CN/25-26/0013"]["Against number"] == "INV/25-26/0104"
    assert by_number["INV/25-26/0108"]["Status"] == "cancelled"
    assert by_number["INV/25-26/0108"]["Total"] == "0.00"
    assert by_number["INV/25-26/0105"]["Exchange rate"] == "83.2505"
    assert rows[-1]["Document"] == "Total"


def test_the_register_by_rate_splits_an_invoice_by_what_it_holds() -> None:
    rows = rows_of(by_rate(DOCUMENTS, period=JUNE))
    mixed = [row for row in rows if row["Number"] == "INV/25-26/0111"]
    assert [
        (row["GSTR-1 table"], row["HSN/SAC"], row["Rate"], row["Taxable value"], row["IGST"])
        for row in mixed
    ] == [
        ("b2cs", "998314", "18", "2000.00", "360.00"),
        ("nil", "999293", "0", "750.00", "0.00"),
    ]
    whole = rows_of(by_document(DOCUMENTS))[-1]
    assert {name: rows[-1][name] for name in ("Taxable value", "IGST", "CGST")} == {
        name: whole[name] for name in ("Taxable value", "IGST", "CGST")
    }


def test_an_empty_register_has_its_header_alone() -> None:
    assert csv_text(by_document(())).count("\r\n") == 1


def test_a_name_that_looks_like_a_formula_stays_a_text() -> None:
    sheet = Sheet("s", ("Customer", "Amount"), (("=1+1", Decimal("-5.00")),))
    assert csv_text(sheet) == "Customer,Amount\r\n'=1+1,-5.00\r\n"


def test_the_excel_template_has_its_sheets_with_days_as_text() -> None:
    """GSTR1_Excel_Workbook_Template V2.2: header in the fourth line."""
    sheets = {one.name: one for one in template_sheets(the_return())}
    assert list(sheets) == [
        *("b2b,sez,de", "b2cl", "b2cs", "cdnr", "cdnur", "exp", "at", "atadj", "exemp"),
        *("hsn(b2b)", "hsn(b2c)", "docs"),
    ]
    assert all(len(one.above) == 3 for one in sheets.values())
    first = dict(zip(sheets["b2b,sez,de"].header, sheets["b2b,sez,de"].rows[0], strict=True))
    assert first["Invoice date"] == "02-Jun-2025"
    assert first["Invoice Type"] == "Regular B2B"
    assert first["Taxable Value"] == Decimal("1000.50")
    assert sheets["exemp"].rows[1] == (
        "Intra-State supplies to registered persons",
        Decimal("1200.00"),
        Decimal(0),
        Decimal(0),
    )
    assert sheets["atadj"].rows == (
        ("27-Maharashtra", None, Decimal(18), Decimal(10000), Decimal(0)),
    )


def test_before_may_2025_table_12_has_one_part() -> None:
    """GSTN advisory on phase III of table 12."""
    before = gstr1(FILER, ReturnPeriod(2025, 4), DOCUMENTS)
    tree = json.loads(before.text())
    assert list(tree["hsn"]) == ["data"]
    assert [sheet.name for sheet in template_sheets(before)][-2:] == ["hsn", "docs"]
    [design] = [row for row in tree["hsn"]["data"] if row["hsn_sc"] == "998314"]
    assert design["txval"] == 330000.5  # 1,07,100.50 and 2,22,900 of the halves
