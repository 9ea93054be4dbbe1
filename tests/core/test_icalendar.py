"""The calendar as other calendars read it, octet by octet: by hand from RFC 5545."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from khata.core.billing_calendar import CalendarEntry, EntryKind, a_year_after
from khata.core.icalendar import escaped, folded, icalendar

NOON = datetime(2026, 1, 31, 6, 30, tzinfo=UTC)


def test_a_whole_calendar() -> None:
    entry = CalendarEntry(
        UUID(int=1), date(2026, 2, 28), EntryKind.RENEWS, "Premium, yearly renews: ₹1,180.00",
        "INR", 118_000, None,
    )  # fmt: skip
    assert icalendar([entry], name="Billing", at=NOON) == (
        "BEGIN:VCALENDAR\r\n"
        "VERSION:2.0\r\n"
        "PRODID:-//khata//Billing calendar//EN\r\n"
        "CALSCALE:GREGORIAN\r\n"
        "X-WR-CALNAME:Billing\r\n"
        "BEGIN:VEVENT\r\n"
        "UID:sub_00000000000000000000000001-renews-20260228@khata\r\n"
        "DTSTAMP:20260131T063000Z\r\n"
        "DTSTART;VALUE=DATE:20260228\r\n"
        "DTEND;VALUE=DATE:20260301\r\n"
        "SUMMARY:Premium\\, yearly renews: ₹1\\,180.00\r\n"
        "CATEGORIES:renews\r\n"
        "TRANSP:TRANSPARENT\r\n"
        "END:VEVENT\r\n"
        "END:VCALENDAR\r\n"
    )


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("plain: as it is", "plain: as it is"),
        ("a,b;c", "a\\,b\\;c"),
        ("back\\slash", "back\\\\slash"),
        ("one\ntwo\r\nthree\rfour", "one\\ntwo\\nthree\\nfour"),
        ("\\,", "\\\\\\,"),
    ],
)
def test_text_is_escaped(text: str, spelled: str) -> None:
    assert escaped(text) == spelled


def test_a_line_has_at_most_75_octets() -> None:
    assert folded("x" * 75) == "x" * 75
    assert folded("x" * 76) == "x" * 75 + "\r\n x"
    # 75 and then 74, as the space counts
    assert folded("x" * 150) == "x" * 75 + "\r\n " + "x" * 74 + "\r\n x"


@pytest.mark.parametrize("sign", ["₹", "é", "𝄞"])
def test_no_character_is_cut(sign: str) -> None:
    line = "SUMMARY:" + sign * 100
    lines = folded(line).split("\r\n")
    assert max(len(part.encode()) for part in lines) <= 75
    assert lines[0] + "".join(part[1:] for part in lines[1:]) == line
    assert all(part.startswith(" ") for part in lines[1:])


def test_a_year_after() -> None:
    assert a_year_after(date(2026, 1, 31)) == date(2027, 1, 31)
    assert a_year_after(date(2028, 2, 29)) == date(2029, 2, 28)
