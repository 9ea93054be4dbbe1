"""Faults on demand: how an answer goes wrong on its way back, or a request on its way in."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock
from typing import Any


class FaultKind(StrEnum):
    """What goes wrong. The first two differ only in whether the vendor has acted."""

    LOST_BEFORE = "lost_before"  # the connection is cut; nothing was done
    LOST_AFTER = "lost_after"  # it was done; the connection is cut before the answer
    ERROR_500 = "error_500"  # it was done; the answer is a 500 in the vendor's own form
    REFUSED_500 = "refused_500"  # nothing was done; a 500
    HTML_502 = "html_502"  # it was done; a proxy's page comes back
    TRUNCATED = "truncated"  # it was done; half of the answer arrives
    EMPTY = "empty"  # it was done; 200 and nothing
    UNKNOWN_WORD = "unknown_word"  # it was done; the status in the answer is no known word
    RATE_LIMITED = "rate_limited"  # nothing was done; a 429
    SLOW = "slow"  # it was done; the answer comes after `seconds`


DONE_BEFORE = frozenset({FaultKind.LOST_BEFORE, FaultKind.REFUSED_500, FaultKind.RATE_LIMITED})


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault for the requests that match: `times` of them, or each with a `chance`.

    `method` and `path` (a regular expression, matched in full) say which requests.
    """

    kind: FaultKind
    method: str = "POST"
    path: str = ".*"
    times: int | None = None  # None: as long as it stands
    chance: float = 1.0
    seconds: float = 0.0  # of a slow answer

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Fault":
        """Read a fault from JSON. Raises: ValueError, TypeError."""
        return cls(**{**told, "kind": FaultKind(told["kind"])})

    def hits(self, method: str, path: str) -> bool:
        return self.method == method and re.fullmatch(self.path, path) is not None


class Faults:
    """The faults that are switched on; chances come from a seed, so a trial can be repeated."""

    def __init__(self, seed: int = 1) -> None:
        self._lock = Lock()
        self._on: list[Fault] = []
        self._left: list[int | None] = []
        self._random = random.Random(seed)

    def set(self, faults: list[Fault], *, seed: int | None = None) -> None:
        with self._lock:
            self._on, self._left = list(faults), [fault.times for fault in faults]
            if seed is not None:
                self._random.seed(seed)

    def next_for(self, method: str, path: str) -> Fault | None:
        """Return the fault that this request meets, if any; the first that matches wins."""
        with self._lock:
            for place, fault in enumerate(self._on):
                left = self._left[place]
                if left == 0 or not fault.hits(method, path):
                    continue
                if fault.chance < 1 and self._random.random() >= fault.chance:
                    continue
                if left is not None:
                    self._left[place] = left - 1
                return fault
        return None

    def chosen(self, choose: Callable[[random.Random], Any]) -> Any:
        """Draw from the same seed, for what else is left to chance."""
        with self._lock:
            return choose(self._random)
