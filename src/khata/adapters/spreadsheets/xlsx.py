"""Workbooks in the XLSX format, by XlsxWriter."""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from khata.core.exports.sheets import Cell, Sheet

# A workbook tells when it was made. Ours says nothing of that day, so that copies are identical.
_MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_WIDTH = 16


class XlsxWriter:
    """Writes texts as texts, whatever they begin with, and amounts as numbers with two places."""

    def workbook(self, sheets: Sequence[Sheet]) -> bytes:
        """Return the bytes of a workbook; the same sheets always give the same bytes."""
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out, {"in_memory": True})
        book.set_properties({"created": _MADE})
        formats = {
            "header": book.add_format({"bold": True, "bottom": 1}),
            "amount": book.add_format({"num_format": "#,##0.00"}),
            "day": book.add_format({"num_format": "dd-mmm-yyyy"}),
        }
        for sheet in sheets:
            _write(book.add_worksheet(sheet.name), sheet, formats)
        book.close()
        return out.getvalue()


def _write(page: Any, sheet: Sheet, formats: dict[str, Any]) -> None:
    page.set_column(0, len(sheet.header) - 1, _WIDTH)
    for at, cells in enumerate(sheet.above):
        for column, cell in enumerate(cells):
            _put(page, at, column, cell, formats)
    top = len(sheet.above)
    for column, name in enumerate(sheet.header):
        page.write_string(top, column, name, formats["header"])
    page.freeze_panes(top + 1, 0)
    for at, row in enumerate(sheet.rows, top + 1):
        for column, cell in enumerate(row):
            _put(page, at, column, cell, formats)


def _put(page: Any, row: int, column: int, cell: Cell, formats: dict[str, Any]) -> None:
    if cell is None:
        return
    if isinstance(cell, str):
        page.write_string(row, column, cell)
    elif isinstance(cell, date):
        page.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), formats["day"])  # noqa: DTZ001
    elif isinstance(cell, Decimal) and cell.as_tuple().exponent == -2:
        page.write_number(row, column, cell, formats["amount"])
    else:
        page.write_number(row, column, cell)
