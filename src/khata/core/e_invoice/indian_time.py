"""The portals' clock: they write Indian time and no zone."""

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

INDIA: Final = ZoneInfo("Asia/Kolkata")
_FORM = "%Y-%m-%d %H:%M:%S"


def spelled(at: datetime) -> str:
    """Spell an instant as the portals do: 2026-04-01 11:30:00, in India."""
    return at.astimezone(INDIA).strftime(_FORM)


def instant(text: str) -> datetime:
    """Read such a time. Raises: ValueError."""
    return datetime.strptime(text, _FORM).replace(tzinfo=INDIA).astimezone(UTC)
