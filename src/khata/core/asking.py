"""Asking: when a gateway is asked again what became of an attempt or a refund."""

from datetime import datetime, timedelta

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

# The n-th ask comes this long after the one before; when the list ends, a person looks.
_UNKNOWN = (5 * _MINUTE, _HOUR, _DAY, _DAY, _DAY, _DAY, _DAY)
_PENDING = (_HOUR, _DAY, _DAY, _DAY, _DAY, _DAY)
# Not yet sent, or not reached: 300 s, doubling; eight asks span 21 hours and 15 minutes.
_SENDING = tuple(5 * _MINUTE * 2**n for n in range(8))

_SCHEDULES = {"sending": _SENDING, "unknown": _UNKNOWN, "pending": _PENDING}


def next_ask(
    status: str, *, asks: int, at: datetime, late_until: datetime | None = None
) -> datetime | None:
    """Return when to ask after `asks` asks without news, or None when asking has come to its end.

    A failure that may still turn into a success is asked about daily, and last at `late_until`.
    Source: the intervals of Kill Bill's janitor; docs/payments.md.
    """
    if status == "failed":
        if late_until is None or at >= late_until:
            return None
        return min(at + _DAY, late_until)
    schedule = _SCHEDULES.get(status, ())
    return at + schedule[asks] if asks < len(schedule) else None
