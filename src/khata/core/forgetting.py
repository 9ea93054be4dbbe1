"""When a gateway is asked again to delete what it saved of a payer."""

from datetime import datetime, timedelta
from typing import Final

_WAITS: Final = (timedelta(minutes=1), timedelta(minutes=10))
_HOURLY: Final = 24  # so many tries more, an hour apart; after them daily, until it is done


def next_forgetting(tries: int, at: datetime) -> datetime:
    """Return when it is tried again after so many tries, of which the last was at `at`."""
    if tries <= len(_WAITS):
        return at + _WAITS[tries - 1]
    return at + timedelta(hours=1 if tries <= len(_WAITS) + _HOURLY else 24)
