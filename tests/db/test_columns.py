"""Columns: what is spelled as arrays is read back as it was."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from khata.db.columns import Columns, as_rows
from khata.db.transaction import Database

ID, OTHER = UUID(int=7), UUID(int=8)
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)

WORDS = [
    'a "quoted" word',
    "back\\slash, n: \\n",
    "two\nlines\tand\r\b\f",
    "{braces, commas}",
    "\x01\x1f",
    "null",
    "",
    " ₹ खाता 😀 ",
    None,
]


def asked(db: Database, columns: Columns) -> list[tuple[object, ...]]:
    rows, arguments = as_rows(columns)
    with db.before_the_wall() as connection:
        return connection.execute(f"select {rows}", arguments).fetchall()


def test_text_comes_back_sign_by_sign(db: Database) -> None:
    assert [row[0] for row in asked(db, {"word": ("text", WORDS)})] == WORDS


@pytest.mark.parametrize(
    ("type", "values"),
    [
        ("uuid", [ID, OTHER, None]),
        ("date", [date(2026, 2, 28), date(1999, 12, 31), None]),
        ("timestamptz", [NOON, datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC), None]),
        ("bigint", [0, -1, 10**18, None]),
        ("numeric", [Decimal("0.1"), Decimal("18"), None]),
        ("boolean", [True, False, None]),
    ],
)
def test_every_type_comes_back(db: Database, type: str, values: list[object]) -> None:
    assert [row[0] for row in asked(db, {"value": (type, values)})] == values
    for value in values:  # alone, it is no array
        assert asked(db, {"value": (type, [value])}) == [(value,)]


def test_what_is_the_same_in_every_row_is_sent_once(db: Database) -> None:
    columns: Columns = {
        "kind": ("text", ["tax", "tax", "tax"]),
        "id": ("bigint", [1, 2, 3]),
        "law": ("text", [None, None, None]),
        "ends": ("text", ["a", "b", "a"]),
    }
    _, arguments = as_rows(columns)
    assert arguments == ["tax", None, "{1,2,3}", '{"a","b","a"}']
    rows = [("tax", 1, None, "a"), ("tax", 2, None, "b"), ("tax", 3, None, "a")]
    assert asked(db, columns) == rows


def test_rows_that_are_all_alike_are_as_many_as_they_were(db: Database) -> None:
    assert asked(db, {"a": ("text", ["x"] * 3), "b": ("bigint", [1] * 3)}) == [("x", 1)] * 3


def test_no_rows_are_no_statement() -> None:
    assert as_rows({"a": ("text", []), "b": ("text", [])}) == ("", [])
