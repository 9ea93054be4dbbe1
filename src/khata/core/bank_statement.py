"""The bank's statement: its lines, and how a CSV file of any bank is read."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Final

from khata.core.money import exponent, known_currency
from khata.core.refusal import Refusal

MOST_LINES: Final = 1_000  # a call
MOST_ROWS: Final = 50_000  # a file
_LONGEST: Final = 500


class StatementRefused(Refusal):
    """A row of the file cannot be read; nothing of the file is taken."""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A line as it comes in. `own_id` is the caller's; `amount` in minor units, what came in is
    positive."""

    own_id: str
    on: date
    amount: int
    currency: str
    reference: str = ""
    narration: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of the file holds what, by its heading.

    Either one `amount` with a sign, or `credit` (came in) and `debit` (went out). Without `id`
    a row is named by what it says, and by how often the file said so before.
    """

    date: str = "date"
    amount: str | None = "amount"
    credit: str | None = None
    debit: str | None = None
    reference: str | None = "reference"
    narration: str | None = "narration"
    id: str | None = None
    currency: str | None = None
    date_format: str = "%Y-%m-%d"


def read_statement(text: str, columns: Columns, *, currency: str) -> list[StatementLine]:
    """Return the lines of a CSV file, or nothing of it.

    Amounts are decimal numbers as banks print them ("1,152.15", "1,152.15 Cr"); never rounded.
    Raises: StatementRefused, with the number of the row, the headings being row 1.
    """
    known_currency(currency, param="currency")
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        headings = reader.fieldnames or []
        _check_headings(headings, columns)
        rows = _rows(reader, columns, currency)
    except csv.Error as fault:
        raise StatementRefused(f"Row {reader.line_num} is no CSV: {fault}", param="file") from None
    if not rows:
        raise StatementRefused("The file has no rows below its headings", param="file")
    return rows


def _rows(reader: "csv.DictReader[str]", columns: Columns, currency: str) -> list[StatementLine]:
    rows: list[StatementLine] = []
    said: dict[tuple[object, ...], int] = {}
    ids: dict[str, int] = {}
    for number, row in enumerate(reader, start=2):
        if number > MOST_ROWS + 1:
            raise StatementRefused(f"A file has at most {MOST_ROWS} rows", param="file")
        if not any(value and value.strip() for value in row.values() if isinstance(value, str)):
            continue  # banks end their files with empty rows
        line = _line(row, columns, currency, number, said)
        if line.own_id in ids:
            raise _refused(number, f"has the same id as row {ids[line.own_id]}: {line.own_id}")
        ids[line.own_id] = number
        rows.append(line)
    return rows


def _line(
    row: dict[str, str],
    columns: Columns,
    currency: str,
    number: int,
    said: dict[tuple[object, ...], int],
) -> StatementLine:
    if None in row:
        raise _refused(number, "has more fields than there are headings")
    on = _day(_text(row, columns.date), columns.date_format, number)
    its_currency = (_text(row, columns.currency) or currency).upper()
    amount = _signed(row, columns, its_currency, number)
    reference, narration = _text(row, columns.reference), _text(row, columns.narration)
    if max(len(reference), len(narration)) > _LONGEST:
        raise _refused(number, f"has a text of more than {_LONGEST} letters")
    own_id = _text(row, columns.id)
    if columns.id and not own_id:
        raise _refused(number, f"has no {columns.id}")
    if not own_id:
        what = (on, amount, its_currency, reference, narration)
        said[what] = said.get(what, 0) + 1
        own_id = _named(what, said[what])
    if len(own_id) > 200:
        raise _refused(number, "has an id of more than 200 letters")
    return StatementLine(own_id, on, amount, its_currency, reference, narration)


def _named(what: Sequence[object], times: int) -> str:
    """Name a row by what it says, so that the same file again brings nothing new."""
    spelled = "\x1f".join(map(str, [*what, times]))
    return f"row_{sha256(spelled.encode()).hexdigest()[:32]}"


def _check_headings(headings: Sequence[str], columns: Columns) -> None:
    if (columns.amount is None) == (columns.credit is None or columns.debit is None):
        raise StatementRefused(
            "Name one column for the amount, or two for what came in and went out", param="columns"
        )
    optional = {"reference", "narration"}
    for name in ("date", "amount", "credit", "debit", "reference", "narration", "id", "currency"):
        heading = getattr(columns, name)
        if heading is None or heading in headings:
            continue
        if name in optional and heading == name:
            continue  # the default: many banks have only one of the two
        raise StatementRefused(
            f"Row 1 has no column {heading!r}; it has {', '.join(headings)[:300]}", param="columns"
        )


def _signed(row: dict[str, str], columns: Columns, currency: str, number: int) -> int:
    if columns.amount is not None:
        amount = _units(_text(row, columns.amount), currency, number)
    else:
        came, went = (_text(row, name) for name in (columns.credit, columns.debit))
        in_units = _units(came, currency, number) if came else 0
        out_units = _units(went, currency, number) if went else 0
        if in_units < 0 or out_units < 0:
            raise _refused(number, "has an amount below zero where the column says the direction")
        if in_units and out_units:
            raise _refused(number, "has money that came in and money that went out")
        amount = in_units - out_units
    if amount == 0:
        raise _refused(number, "has no amount")
    return amount


def _units(text: str, currency: str, number: int) -> int:
    plain = text.replace(",", "").replace(" ", "").upper()
    sign = 1
    for ending, direction in (("CR", 1), ("DR", -1)):
        if plain.endswith(ending):
            plain, sign = plain.removesuffix(ending), direction
    try:
        value = Decimal(plain)
        places = exponent(known_currency(currency, param="currency"))
    except InvalidOperation:
        raise _refused(number, f"has an amount that is no number: {text[:40]!r}") from None
    except Refusal:
        raise _refused(number, f"has a currency that nobody knows: {currency[:10]!r}") from None
    if not value.is_finite() or abs(value) >= Decimal(10) ** 15:
        raise _refused(number, f"has an amount that is no number: {text[:40]!r}")
    units = value.scaleb(places)
    if units != units.to_integral_value():
        raise _refused(number, f"has an amount finer than {currency} allows: {text[:40]}")
    return sign * int(units)


def _day(text: str, format: str, number: int) -> date:
    try:
        return datetime.strptime(text, format).date()  # noqa: DTZ007 - a day, of no zone
    except ValueError:
        raise _refused(number, f"has a date that is not {format}: {text[:40]!r}") from None


def _text(row: dict[str, str], column: str | None) -> str:
    return (row.get(column) or "").strip() if column else ""


def _refused(number: int, words: str) -> StatementRefused:
    return StatementRefused(f"Row {number} {words}. Nothing of the file was taken", param="file")
