"""Who sits the gateways' exam: how to open each adapter, its tokens, and its books' auditors."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

import pytest

from khata.adapters.gateways.fake import FakeGateway
from khata.db.embedded.provision import Urls
from khata.ports.gateway import ChargeRequest, Gateway


@dataclass(frozen=True)
class Candidate:
    """An adapter under examination, and how its own books are audited."""

    gateway: Gateway
    captured: Callable[[ChargeRequest, datetime], int]  # how often an invoice's money was taken
    refunded: Callable[[ChargeRequest], int]  # minor units given back of an attempt
    tokens: dict[str, str]
    unknown_token: str


def _fake(urls: Urls) -> Iterator[Candidate]:
    gateway = FakeGateway(urls.app)

    def captured(request: ChargeRequest, at: datetime) -> int:
        charges = gateway.book.captures(
            request.merchant, invoice_number=request.invoice_number, at=at
        )
        assert all(charge.request.amount == request.amount for charge in charges)
        return len(charges)

    names = "ok declined insufficient_funds declined_twice lost_card expired_card timeout "
    names += "timeout_before pending pending_fails late_success down never_reached"
    yield Candidate(
        gateway,
        captured,
        lambda request: gateway.book.refunded(request.merchant, request.attempt_id),
        {name: f"tok_{name}" for name in names.split()},
        "tok_nobody_issued_this",
    )
    gateway.close()


CANDIDATES = {"fake": _fake}
Asked = Callable[..., ChargeRequest]


@pytest.fixture(params=sorted(CANDIDATES))
def candidate(request: pytest.FixtureRequest, urls: Urls) -> Iterator[Candidate]:
    yield from CANDIDATES[request.param](urls)


@pytest.fixture
def asked(candidate: Candidate) -> Asked:
    """Make charge requests of a merchant and customer nobody else uses."""
    merchant, customer = str(uuid4()), str(uuid4())

    def make(
        behaviour: str, *, invoice: str = "INV/24-25/00001", **others: object
    ) -> ChargeRequest:
        request = ChargeRequest(
            uuid4(),
            merchant,
            customer,
            candidate.tokens[behaviour],
            118_000,
            "INR",
            f"Invoice {invoice}",
            invoice,
        )
        return replace(request, **others)  # type: ignore[arg-type]

    return make
