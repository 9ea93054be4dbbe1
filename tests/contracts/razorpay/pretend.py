"""A pretend Razorpay in a test: the server, two accounts of it, and requests nobody else sends."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from khata.adapters.gateways.razorpay import RazorpayVendor
from khata.adapters.gateways.razorpay.gateway import RazorpayGateway
from khata.ports.gateway import Answer, ChargeRequest, RefundRequest
from khata.simulators.faults import Fault, FaultKind
from khata.simulators.razorpay.accounts import READY_MADE_CUSTOMER, Key, numbered
from khata.simulators.server import SimulatorServer
from tests.contracts.razorpay.wire import Inspected

AT = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
CARDS_SETTLE = timedelta(hours=36, minutes=5)
RECURRING = "/v1/payments/create/recurring"


@dataclass
class Pretend:
    simulator: Inspected
    server: SimulatorServer
    gateway: RazorpayGateway
    key: Key = field(default_factory=lambda: numbered(1))

    def request(self, token: str = "token_ok", **others: Any) -> ChargeRequest:
        named: dict[str, Any] = {
            "attempt_id": uuid4(),
            "merchant": "shop",
            "customer": "asha",
            "token": token,
            "amount": 118_000,
            "currency": "INR",
            "description": "Invoice A/1",
            "invoice_number": "A/1",
            "holder": READY_MADE_CUSTOMER,
            "facts": {"email": "asha@example.com", "contact": "+919900000000"},
        }
        return ChargeRequest(**{**named, **others})

    def charge(self, request: ChargeRequest, at: datetime = AT) -> Answer:
        self.simulator.advance(at)
        return self.gateway.charge(request, at=at)

    def look_up(self, request: ChargeRequest, at: datetime) -> Answer | None:
        self.simulator.advance(at)
        return self.gateway.look_up(request, reference=None, at=at)

    def paid(self, token: str = "token_ok") -> tuple[ChargeRequest, Answer]:
        """Return a charge that took its money, and the answer that says so."""
        request = self.request(token)
        self.charge(request)
        answer = self.look_up(request, AT + CARDS_SETTLE)
        assert answer is not None
        return request, answer

    def refund_of(
        self, request: ChargeRequest, answer: Answer, amount: int = 50_000
    ) -> RefundRequest:
        return RefundRequest(
            uuid4(),
            request.attempt_id,
            request.merchant,
            amount,
            request.currency,
            charge=answer.reference,
            taken=request.amount,
        )

    def breaks(self, kind: FaultKind, path: str, *, method: str = "POST") -> None:
        """Let the next request to an address go wrong."""
        self.simulator.faults.set([Fault(kind, method, path, times=1)])

    def payments(self) -> list[dict[str, Any]]:
        payments: list[dict[str, Any]] = self.simulator.books()["payments"]
        return payments

    def sent(self, path: str) -> int:
        """Say how many POSTs an address got."""
        got = [(one.method, one.path) for one in self.simulator.got]
        return got.count(("POST", path))


def opened(server: SimulatorServer, key: Key, *, seconds: float = 60) -> RazorpayGateway:
    """Open an account; it waits so long for an answer, as the machine may be busy."""
    credentials = {"key_id": key.key_id, "key_secret": key.key_secret}
    return RazorpayVendor(seconds=seconds).open(credentials, base_url=server.url)
