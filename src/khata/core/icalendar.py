"""iCalendar: entries of the billing calendar as other calendars read them.

Source: RFC 5545, 3.1 (folding), 3.3.11 (escaping), 3.6.1 (events), 3.8.4.7 (UID).
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from khata.core.billing_calendar import CalendarEntry
from khata.core.ids import public_id

_WIDTH = 75  # octets of a line, without its end


def icalendar(entries: Sequence[CalendarEntry], *, name: str, at: datetime) -> str:
    """Return a calendar of all-day events. An entry has the same UID whenever it is asked for."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//khata//Billing calendar//EN",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{escaped(name)}",
    ]
    for entry in entries:
        lines += _event(entry, at)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines)


def _event(entry: CalendarEntry, at: datetime) -> Iterator[str]:
    subscription = public_id("sub", entry.subscription_id)
    yield "BEGIN:VEVENT"
    yield f"UID:{subscription}-{entry.kind}-{entry.on:%Y%m%d}@khata"
    yield f"DTSTAMP:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{entry.on:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{entry.on + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{escaped(entry.summary)}"
    if entry.reason:
        yield f"DESCRIPTION:{escaped(entry.reason)}"
    yield f"CATEGORIES:{entry.kind}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def escaped(text: str) -> str:
    """Spell a text value: backslash, semicolon, comma and line ends are escaped."""
    for sign, spelled in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n")):
        text = text.replace(sign, spelled)
    return text.replace("\n", "\\n").replace("\r", "\\n")


def folded(line: str) -> str:
    """Break a line into parts of at most 75 octets, each but the first after a space.

    No character is cut in two.
    """
    parts, part, width = [], "", 0
    for character in line:
        octets = len(character.encode())
        if width + octets > _WIDTH:
            parts.append(part)
            part, width = "", 1  # the space that the next line begins with
        part += character
        width += octets
    parts.append(part)
    return "\r\n ".join(parts)
