"""What every pretend gateway has: a clock, plans, webhooks, books, and answers to requests."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock
from typing import Any

from khata.simulators.clock import Plans, SimClock
from khata.simulators.faults import Faults
from khata.simulators.hooks import Endpoint, Hook, Hooks


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came in; header names in lower case, the path without its query."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes


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
        refunded, fee, created_at. A refund: reference, ours, payment, amount, status.
        """

    def dispute(self, payment: str) -> str:
        """Let the payer complain about a payment, by its reference; return the dispute's."""
        raise NotImplementedError(f"{self.name} has no disputes")

    def decide(self, dispute: str, outcome: str) -> None:
        """Let the payer's bank decide a dispute: `won` and `lost` are the merchant's."""
        raise NotImplementedError(f"{self.name} has no disputes")

    def advance(self, to: datetime) -> None:
        """Set the clock and do all that was planned until then."""
        with self.lock:
            self.clock.set(to)
            self.plans.do_until(to)
