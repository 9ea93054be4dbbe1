"""Workbooks: what was put in is what a spreadsheet will read out."""

import io
import re
import zipfile
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from khata.adapters.spreadsheets.xlsx import XlsxWriter
from khata.core.exports.sheets import Sheet
from khata.ports.spreadsheets import SpreadsheetWriter

_NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}

SHEETS = (
    Sheet(
        "b2b,sez,de",
        ("Customer", "Date", "Taxable Value", "Rate", "Note"),
        (("=HYPERLINK(1)", date(2025, 6, 2), Decimal("1000.50"), Decimal(18), None),),
        above=(("Summary",), (), ()),
    ),
    Sheet("docs", ("From",), (("INV-1",), ("INV-2",))),
)


@pytest.fixture
def writer() -> SpreadsheetWriter:
    return XlsxWriter()


def cells(book: bytes, number: int) -> dict[str, tuple[str | None, str]]:
    """Return the kind and the content of each cell of a sheet, its texts looked up."""
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        texts = ElementTree.fromstring(parts.read("xl/sharedStrings.xml"))
        shared = ["".join(one.itertext()) for one in texts.findall("m:si", _NS)]
        sheet = ElementTree.fromstring(parts.read(f"xl/worksheets/sheet{number}.xml"))
    found = {}
    for cell in sheet.iterfind(".//m:c", _NS):
        value = cell.findtext("m:v", default="", namespaces=_NS)
        kind = cell.get("t")
        assert cell.find("m:f", _NS) is None  # no formula, whatever a text begins with
        found[cell.get("r", "")] = (kind, shared[int(value)] if kind == "s" else value)
    return found


def test_sheets_keep_their_names_and_order(writer: SpreadsheetWriter) -> None:
    with zipfile.ZipFile(io.BytesIO(writer.workbook(SHEETS))) as parts:
        book = parts.read("xl/workbook.xml").decode()
    assert re.findall(r'<sheet name="([^"]*)"', book) == ["b2b,sez,de", "docs"]


def test_the_header_stands_below_what_is_above_it(writer: SpreadsheetWriter) -> None:
    first = cells(writer.workbook(SHEETS), 1)
    assert first["A1"] == ("s", "Summary")
    assert first["A4"] == ("s", "Customer")
    assert first["E4"] == ("s", "Note")


def test_texts_stay_texts_and_amounts_are_numbers(writer: SpreadsheetWriter) -> None:
    first = cells(writer.workbook(SHEETS), 1)
    assert first["A5"] == ("s", "=HYPERLINK(1)")
    assert first["B5"] == (None, "45810")  # days since 30 December 1899
    assert first["C5"] == (None, "1000.50")
    assert first["D5"] == (None, "18")
    assert "E5" not in first


def test_the_same_sheets_are_the_same_bytes(writer: SpreadsheetWriter) -> None:
    assert writer.workbook(SHEETS) == XlsxWriter().workbook(SHEETS)
    with zipfile.ZipFile(io.BytesIO(writer.workbook(SHEETS))) as parts:
        assert {one.date_time for one in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
