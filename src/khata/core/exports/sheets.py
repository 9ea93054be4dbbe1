"""Sheets: rows for an accountant's eyes, which become CSV here and a workbook in an adapter."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

Cell: TypeAlias = str | int | Decimal | date | None

# What makes a spreadsheet take a text for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A named table. `above` are lines over the header, where a form's template has some."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    above: tuple[tuple[Cell, ...], ...] = ()

    def __post_init__(self) -> None:
        if any(len(row) != len(self.header) for row in self.rows):
            raise ValueError(f"a row of {self.name} has not as many cells as its header")


def csv_text(sheet: Sheet) -> str:
    """Write a sheet as CSV: RFC 4180, days as 2026-04-01, amounts with a point and no grouping.

    A text that a spreadsheet would run as a formula has an apostrophe in front.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(sheet.header)
    writer.writerows([_spelled(cell) for cell in row] for row in sheet.rows)
    return out.getvalue()


def total_row(sheet: Sheet, columns: Sequence[str]) -> tuple[Cell, ...]:
    """Add up some columns of a sheet; the first cell says that it is the total."""
    cells: list[Cell] = [None] * len(sheet.header)
    cells[0] = "Total"
    for name in columns:
        at = sheet.header.index(name)
        column = (row[at] for row in sheet.rows)
        cells[at] = sum((cell for cell in column if isinstance(cell, Decimal)), Decimal(0))
    return tuple(cells)


def _spelled(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(_FORMULA) else cell
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)
