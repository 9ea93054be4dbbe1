"""What every pretend gateway has: a clock, plans, webhooks, books, and answers to requests."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock
from typing import Any

from khata.simulators.asked import Request
from khata.simulators.clock import Plans, SimClock
from khata.simulators.faults import Faults
from khata.simulators.hooks import Endpoint, Hook, Hooks
from khata.simulators.journal import Journal

__all__ = ["Introduction", "Request", "Response", "SimulatedVendor"]


@dataclass(frozen=True, slots=True)
class Response:
    """What is sent back. `is_lost`: all was done, and the connection is cut instead."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    is_lost: bool = False


@dataclass(frozen=True, slots=True)
class Introduction:
    """How to be let in: one account that is there from the start, and a way to pay with it.

    `hook_account` is by which name it is known whose webhooks they are.
    """

    credentials: Mapping[str, str]
    hook_account: str
    webhook_secret: str
    currency: str
    token: str
    holder: str


class SimulatedVendor(ABC):
    """One pretend gateway. Its state is in memory; one request at a time acts on it."""

    name: str

    def __init__(self, machine: Callable[[], datetime]) -> None:
        self.lock = RLock()
        self.clock = SimClock(machine)
        self.plans = Plans()
        self.faults = Faults()
        self.hooks = Hooks(self.signed)
        self.journal: Journal | None = None

    @abstractmethod
    def answer(self, request: Request) -> Response:
        """Do what a request asks for, at the clock's now, and return the answer."""

    @abstractmethod
    def introduction(self) -> Introduction:
        """Return one account of it that is always there."""

    @abstractmethod
    def error_500(self) -> Response:
        """Return an internal error in the vendor's own form."""

    @abstractmethod
    def rate_limited(self) -> Response:
        """Return a 429 in the vendor's own form."""

    @abstractmethod
    def signed(self, hook: Hook, endpoint: Endpoint) -> Mapping[str, str]:
        """Return the headers that prove a webhook, made from its raw bytes."""

    @abstractmethod
    def books(self) -> dict[str, Any]:
        """Return what an auditor sees: `payments` and `refunds`, each with our id where known.

        A payment: reference, ours, account, invoice, amount, currency, status, captured (bool),
        refunded, fee, created_at, and where the payer was told before the debit, notified_at and
        debited_at. A refund: reference, ours, payment, amount, status. `mandates` are standing
        permissions: reference, kind, status.
        """

    @abstractmethod
    def dispute(self, payment: str) -> str:
        """Let the payer complain about a payment, by its reference; return the dispute's."""

    @abstractmethod
    def decide(self, dispute: str, outcome: str) -> None:
        """Let the payer's bank decide a dispute: `won` and `lost` are the merchant's."""

    def take(self, request: Request) -> Response:
        """Do what was planned until now, then what a request asks for; keep it in the journal."""
        with self.lock:
            now = self.clock.now()
            if self.journal is not None:
                self.journal.keep(now, request)
            self.plans.do_until(now)
            return self.answer(request)

    def restore(self, journal: Journal) -> None:
        """Live again through what a journal holds, tell nobody of it, and go on writing it."""
        for at, request in journal.read():
            self.advance(at)
            if request is not None:
                self.take(request)
        self.hooks.forget()
        self.journal = journal

    def advance(self, to: datetime) -> None:
        """Set the clock and do all that was planned until then."""
        with self.lock:
            self.clock.set(to)
            if self.journal is not None and self.plans.is_due(to):
                self.journal.keep(to)
            self.plans.do_until(to)
