"""The story's gateways: three pretend ones in this process, each with its memory in the folder."""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final
from uuid import UUID

from khata.adapters.clock import SystemClock
from khata.simulators.hooks import Endpoint, Posting
from khata.simulators.journal import Journal
from khata.simulators.paypal import PayPalSimulator
from khata.simulators.razorpay import RazorpaySimulator
from khata.simulators.server import SimulatorServer
from khata.simulators.stripe import StripeSimulator
from khata.simulators.vendor import Introduction, Request, SimulatedVendor

_VENDORS: Final[tuple[Callable[[Callable[[], datetime]], SimulatedVendor], ...]] = (
    RazorpaySimulator,
    StripeSimulator,
    PayPalSimulator,
)

# What each is asked to tell, as one ticks it in a gateway's dashboard: how payments end.
_TOLD: Final = {
    "razorpay": ("payment.captured", "payment.failed"),
    "stripe": ("payment_intent.succeeded", "payment_intent.payment_failed"),
    "paypal": ("PAYMENT.CAPTURE.COMPLETED", "PAYMENT.CAPTURE.DENIED"),
}


class PretendGateways:
    """All three, each listening on a port of this machine; closed when the block ends."""

    def __init__(self, folder: Path, *, afresh: bool) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        machine = SystemClock().now
        self._vendors = {one.name: one for one in (make(machine) for make in _VENDORS)}
        self._tenant: UUID | None = None
        self._servers: dict[str, SimulatorServer] = {}
        self._journals: list[Journal] = []
        for name, vendor in self._vendors.items():
            path = folder / f"{name}.jsonl"
            if afresh:
                path.unlink(missing_ok=True)
            journal = Journal(path)
            self._journals.append(journal)
            vendor.restore(journal)

    def __enter__(self) -> "PretendGateways":
        _keep_off_proxies()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for server in self._servers.values():
            server.close()
        for journal in self._journals:
            journal.close()

    def belong_to(self, tenant: UUID) -> None:
        """Live in the time of this tenant, and of no other that the engine has."""
        self._tenant = tenant

    def are_of(self, tenant: UUID) -> bool:
        return self._tenant == tenant

    def names(self) -> list[str]:
        return list(self._vendors)

    @property
    def urls(self) -> Mapping[str, str]:
        """Where each listens, by name."""
        return {name: server.url for name, server in self._servers.items()}

    def listen(self, name: str, *, port: int = 0) -> str:
        """Let one listen, there if that is free, and return its address."""
        vendor = self._vendors[name]
        server = None
        with suppress(OSError):
            server = SimulatorServer(vendor, port=port)
        self._servers[name] = server = server or SimulatorServer(vendor)
        return server.start().url

    def introduction(self, name: str) -> Introduction:
        return self._vendors[name].introduction()

    def will_tell(self, name: str, url: str) -> None:
        """Let a gateway tell this address how payments end."""
        known = self.introduction(name)
        endpoint = Endpoint(known.hook_account, url, known.webhook_secret, _TOLD[name])
        self._vendors[name].hooks.endpoints = [endpoint]

    def ask(self, name: str, request: Request) -> bytes:
        """Ask one what somebody else than the engine asks of it, and return its answer."""
        answer = self._vendors[name].take(request)
        assert answer.status < 300, answer.body
        return answer.body

    def advance(self, to: datetime) -> None:
        """Let every gateway's clock come to an instant; a clock that is past it stays."""
        for vendor in self._vendors.values():
            with vendor.lock:
                if vendor.clock.stands_before(to):
                    vendor.advance(to)

    def next_at(self) -> datetime | None:
        """Return when the next thing happens at any of them: a debit, a late success."""
        times = [vendor.plans.next_at() for vendor in self._vendors.values()]
        return min((at for at in times if at is not None), default=None)

    def deliver(self, post: Posting | None = None) -> int:
        """Tell what there is to tell, over the network or another way; return how much it was."""
        return sum(vendor.hooks.deliver(post) for vendor in self._vendors.values())

    def books(self) -> Mapping[str, Mapping[str, Any]]:
        """Return what an auditor sees at each of them, as at its address `/_sim/books`."""
        return {name: vendor.books() for name, vendor in self._vendors.items()}


def _keep_off_proxies() -> None:
    """What goes to this machine itself goes through no proxy, whatever the environment names."""
    for name in ("no_proxy", "NO_PROXY"):
        kept = [one for one in os.environ.get(name, "").split(",") if one]
        if "127.0.0.1" not in kept:
            os.environ[name] = ",".join([*kept, "127.0.0.1"])
