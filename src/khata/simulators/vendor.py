"""What every pretend gateway has: webhooks, disputes, and one account that is always there."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from khata.simulators.asked import Request
from khata.simulators.hooks import Endpoint, Hook, Hooks, Trouble, told
from khata.simulators.journal import Journal
from khata.simulators.pretend import Pretend, Response

__all__ = ["Introduction", "Request", "Response", "SimulatedVendor"]


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


class SimulatedVendor(Pretend):
    """One pretend gateway."""

    def __init__(self, machine: Callable[[], datetime]) -> None:
        super().__init__(machine)
        self.hooks = Hooks(self.signed)

    @abstractmethod
    def introduction(self) -> Introduction:
        """Return one account of it that is always there."""

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

    def control(self, what: str, asked: Mapping[str, Any]) -> dict[str, Any] | None:
        if what == "endpoints":
            self.hooks.endpoints = [Endpoint(**one) for one in asked["endpoints"]]
        elif what == "trouble":
            self.hooks.trouble = Trouble(**asked)
        elif what == "deliver":
            return {"sent": self.hooks.deliver()}
        elif what == "delivered":
            return {"deliveries": [told(one) for one in self.hooks.sent]}
        elif what == "disputes" and "payment" in asked:
            with self.lock:
                return {"dispute": self.dispute(asked["payment"])}
        elif what == "disputes":
            with self.lock:
                self.decide(asked["dispute"], asked["outcome"])
        else:
            return None
        return {}

    def restore(self, journal: Journal) -> None:
        """Live again through what a journal holds, tell nobody of it, and go on writing it."""
        for at, request in journal.read():
            self.advance(at)
            if request is not None:
                self.take(request)
        self.hooks.forget()
        self.journal = journal
