"""Instants as the outside reads them."""

from datetime import UTC, datetime


def spelled(at: datetime) -> str:
    """Spell an instant as RFC 3339 in UTC, with as many decimals as it has."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
