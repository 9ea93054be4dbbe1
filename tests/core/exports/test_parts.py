"""A large return in parts: every row once, each part whole and small enough."""

import json
from datetime import date
from typing import Any

import pytest

from khata.core.exports.gstr1.file import Gstr1, gstr1
from khata.core.exports.gstr1.parts import PartTooSmall, file_parts, measured, part_names
from tests.core.exports.month import DOCUMENTS, FILER, JUNE, NUMBERS, the_return
from tests.core.exports.paper import BENGALURU, MUMBAI, across, document, local

HEAD = {"gstin", "fp", "gt", "version", "hash"}


def many() -> Gstr1:
    """A hundred invoices to two buyers and the month of month.py."""
    some = [
        document(f"M-{n}", "2025-06-10", local(1000, 90), to=MUMBAI)
        if n % 2
        else document(f"M-{n}", "2025-06-10", across(1000, 180), to=BENGALURU, place="29")
        for n in range(100)
    ]
    return gstr1(FILER, JUNE, [*DOCUMENTS, *some], numbers=NUMBERS)


def merged(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Put parts together again; groups of one buyer that were torn apart become one."""
    whole: dict[str, Any] = {}
    for part in parts:
        for key, value in part.items():
            if not isinstance(value, list):
                assert whole.setdefault(key, value) == value
                continue
            rows = whole.setdefault(key, [])
            for row in value:
                inner = next((name for name in ("inv", "nt") if name in row), None)
                shell = {name: row[name] for name in row if name != inner}
                last = rows[-1] if rows else {}
                if inner and {name: last.get(name) for name in shell} == shell:
                    last[inner] += row[inner]
                else:
                    rows.append(row)
    return whole


def test_a_return_that_fits_is_one_file() -> None:
    told = the_return()
    assert file_parts(told) == (told.text(),)
    assert part_names(told, on=date(2025, 7, 9), count=1) == (
        "returns_972025_R1_27AAPFU0939F1ZV_offline.json",
    )


@pytest.mark.parametrize("largest", [3000, 5000, 8000, 20000])
def test_parts_hold_every_row_once(largest: int) -> None:
    told = many()
    parts = file_parts(told, largest=largest)
    assert len(parts) > 1
    assert all(measured(one) <= largest for one in parts)
    read = [json.loads(one) for one in parts]
    assert all(set(one) > HEAD for one in read)
    assert merged(read) == json.loads(told.text())


def test_parts_are_numbered() -> None:
    assert part_names(the_return(), on=date(2025, 7, 9), count=2) == (
        "returns_972025_R1_27AAPFU0939F1ZV_offline_part1of2.json",
        "returns_972025_R1_27AAPFU0939F1ZV_offline_part2of2.json",
    )


def test_a_row_larger_than_a_part_is_an_error_and_never_left_out() -> None:
    with pytest.raises(PartTooSmall):
        file_parts(many(), largest=400)


def test_a_size_is_counted_as_the_tool_counts_it() -> None:
    """The bytes, two quotes around them, and one more for each quote and backslash inside."""
    assert measured('{"a":"क"}') == len('{"a":""}') + 3 + 2 + 4
