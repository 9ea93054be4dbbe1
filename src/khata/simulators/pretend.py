"""What every pretend server has: a clock, plans, faults, books, and answers to requests."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock
from typing import Any

from khata.simulators.asked import Request
from khata.simulators.clock import Plans, SimClock
from khata.simulators.faults import Faults
from khata.simulators.journal import Journal

__all__ = ["Pretend", "Request", "Response"]


@dataclass(frozen=True, slots=True)
class Response:
    """What is sent back. `is_lost`: all was done, and the connection is cut instead."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    is_lost: bool = False


class Pretend(ABC):
    """One pretend server. Its state is in memory; one request at a time acts on it."""

    name: str

    def __init__(self, machine: Callable[[], datetime]) -> None:
        self.lock = RLock()
        self.clock = SimClock(machine)
        self.plans = Plans()
        self.faults = Faults()
        self.journal: Journal | None = None

    @abstractmethod
    def answer(self, request: Request) -> Response:
        """Do what a request asks for, at the clock's now, and return the answer."""

    @abstractmethod
    def error_500(self) -> Response:
        """Return an internal error in the vendor's own form."""

    @abstractmethod
    def rate_limited(self) -> Response:
        """Return a 429 in the vendor's own form."""

    @abstractmethod
    def books(self) -> dict[str, Any]:
        """Return what an auditor sees."""

    def control(self, what: str, asked: Mapping[str, Any]) -> dict[str, Any] | None:
        """Do what moves this one alone, and return what it says; None: it has no such control."""
        return None

    def take(self, request: Request) -> Response:
        """Do what was planned until now, then what a request asks for; keep it in the journal."""
        with self.lock:
            now = self.clock.now()
            if self.journal is not None:
                self.journal.keep(now, request)
            self.plans.do_until(now)
            return self.answer(request)

    def advance(self, to: datetime) -> None:
        """Set the clock and do all that was planned until then."""
        with self.lock:
            self.clock.set(to)
            if self.journal is not None and self.plans.is_due(to):
                self.journal.keep(to)
            self.plans.do_until(to)
