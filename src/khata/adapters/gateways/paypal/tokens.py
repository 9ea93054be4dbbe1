"""The token that an account is let in with: one for all threads, renewed before it ends."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

_RENEWED_BEFORE: Final = 300.0  # seconds before the end


@dataclass(frozen=True, slots=True, repr=False)
class Granted:
    """A token, and what PayPal said with it. `lasts` is in seconds from now."""

    token: str
    lasts: float
    said: Mapping[str, Any]


class Tokens:
    """Keeps one account's token. While one thread renews it, the others wait for that."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._lock = Lock()
        self._granted: Granted | None = None
        self._renewed_at = 0.0

    def current(self, ask: Callable[[], Granted], *, refused: str | None = None) -> Granted:
        """Return a token that holds for a while yet, and is not the one that was refused."""
        with self._lock:
            granted = self._granted
            if granted is None or granted.token == refused or self._seconds() >= self._renewed_at:
                granted = ask()
                self._granted = granted
                holds = max(granted.lasts - _RENEWED_BEFORE, granted.lasts / 2)
                self._renewed_at = self._seconds() + holds
            return granted
