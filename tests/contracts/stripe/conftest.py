"""A pretend Stripe on a port, and the adapter before it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from khata.adapters.gateways.stripe import StripeVendor
from khata.adapters.gateways.stripe.gateway import StripeGateway
from khata.ports.gateway import ChargeRequest, RefundRequest
from khata.simulators.faults import Fault, FaultKind
from khata.simulators.server import SimulatorServer
from khata.simulators.stripe import StripeSimulator

AT = datetime(2026, 2, 28, 6, 30, tzinfo=UTC)
MACHINE = datetime(2026, 11, 26, 9, tzinfo=UTC)
MERCHANT = "0c1d7c3e-1b2a-4c55-9b57-0d7b3f0d9a01"


@dataclass
class Bench:
    simulator: StripeSimulator
    url: str
    gateway: StripeGateway

    def account(self, key: str, account: str = "") -> StripeGateway:
        credentials = {"secret_key": key, "account": account}
        return StripeVendor().open(credentials, base_url=self.url)

    def fault(self, kind: str, *, path: str = ".*", method: str = "POST") -> None:
        """Let the next such request go wrong, and none after it."""
        self.simulator.faults.set([Fault(FaultKind(kind), method, path, times=1)])

    def captures(self) -> list[dict[str, Any]]:
        return [one for one in self.simulator.books()["payments"] if one["captured"]]


@pytest.fixture
def bench() -> Iterator[Bench]:
    simulator = StripeSimulator(lambda: MACHINE)
    simulator.advance(AT)
    server = SimulatorServer(simulator).start()
    bench = Bench(simulator, server.url, None)  # type: ignore[arg-type]
    bench.gateway = bench.account("sk_test_simulatedIndia")
    yield bench
    server.close()


Asked = Callable[..., ChargeRequest]


def asked(token: str = "pm_card_visa", **others: Any) -> ChargeRequest:
    """Return a charge of 1,180.00 INR with a ready-made card."""
    request: dict[str, Any] = {
        "attempt_id": uuid4(),
        "merchant": MERCHANT,
        "customer": "asha",
        "token": token,
        "amount": 118_000,
        "currency": "INR",
        "description": "Invoice INV/1",
        "invoice_number": "INV/1",
        "holder": "cus_ReadyMade",
    }
    return ChargeRequest(**{**request, **others})


def refund_of(request: ChargeRequest, charge: str | None, amount: int = 118_000) -> RefundRequest:
    return RefundRequest(
        uuid4(),
        request.attempt_id,
        request.merchant,
        amount,
        request.currency,
        charge=charge,
        taken=request.amount,
    )
