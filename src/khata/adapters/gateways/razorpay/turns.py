"""Turns: one call at a time for one id, within this process."""

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from threading import Lock


class Turns:
    """Whoever comes for an id that is in work waits until that is done."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._locks: dict[Hashable, Lock] = {}
        self._waiting: Counter[Hashable] = Counter()

    @contextmanager
    def of(self, id: Hashable) -> Iterator[None]:
        with self._guard:
            lock = self._locks.setdefault(id, Lock())
            self._waiting[id] += 1
        try:
            with lock:
                yield
        finally:
            with self._guard:
                self._waiting[id] -= 1
                if not self._waiting[id]:
                    del self._waiting[id], self._locks[id]
