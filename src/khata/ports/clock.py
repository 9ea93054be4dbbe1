"""The wish for time: only doors ask it, everyone else is told."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the present instant, in UTC."""

    def now(self) -> datetime: ...
