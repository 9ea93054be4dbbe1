"""A pretend gateway's clock: the machine's, until it is set; and what it has planned."""

import heapq
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count


class SimClock:
    """Stands where it was last set; before that it goes with the machine, as `machine` tells."""

    def __init__(self, machine: Callable[[], datetime]) -> None:
        self._machine = machine
        self._set_to: datetime | None = None

    def now(self) -> datetime:
        return self._set_to or self._machine()

    def stands_before(self, at: datetime) -> bool:
        """Say whether it would go forward to an instant; one that was never set does."""
        return self._set_to is None or self._set_to < at

    def set(self, at: datetime) -> None:
        self._set_to = at.astimezone(UTC)


class Plans:
    """What is to happen at the vendor at later instants: a notice, a debit, a late success."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Callable[[datetime], object]]] = []
        self._numbers = count()

    def add(self, at: datetime, act: Callable[[datetime], object]) -> None:
        heapq.heappush(self._heap, (at, next(self._numbers), act))

    def next_at(self) -> datetime | None:
        """Return when the next of them happens."""
        return self._heap[0][0] if self._heap else None

    def is_due(self, now: datetime) -> bool:
        return bool(self._heap) and self._heap[0][0] <= now

    def do_until(self, now: datetime) -> None:
        """Do, in order, all that is due by now; each is told the instant it was planned for."""
        while self._heap and self._heap[0][0] <= now:
            at, _, act = heapq.heappop(self._heap)
            act(at)
