"""A pretend PayPal, the first merchant's gateway there, and charges that nobody else makes."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from khata.adapters.gateways.paypal import PayPalVendor
from khata.adapters.gateways.paypal.gateway import PayPalGateway
from khata.core.payment_method import MethodKind
from khata.ports.gateway import ChargeRequest
from khata.simulators.paypal.accounts import Account, numbered
from khata.simulators.server import SimulatorServer
from tests.contracts.paypal.wire import Inspected

AT = datetime(2025, 2, 28, 6, 30, tzinfo=UTC)

Asked = Callable[..., ChargeRequest]


def keys_of(account: Account) -> dict[str, str]:
    return {"client_id": account.client_id, "client_secret": account.client_secret}


@pytest.fixture
def paypal() -> Iterator[Inspected]:
    """The pretend PayPal's inside; every request that it gets must be one that PayPal allows."""
    inspected = Inspected(lambda: AT)
    inspected.advance(AT)
    yield inspected
    assert inspected.faults_found == []


@pytest.fixture
def served(paypal: Inspected) -> Iterator[SimulatorServer]:
    server = SimulatorServer(paypal).start()
    yield server
    server.close()


@pytest.fixture
def gateway(served: SimulatorServer) -> Iterator[PayPalGateway]:
    gateway = PayPalVendor().open(keys_of(numbered(1)), base_url=served.url)
    yield gateway
    gateway.close()


@pytest.fixture
def asked() -> Asked:
    def make(token: str = "card_ok", **others: Any) -> ChargeRequest:
        kind = MethodKind.WALLET if token.startswith("wallet_") else MethodKind.CARD
        request = ChargeRequest(
            uuid4(), str(uuid4()), str(uuid4()), token, 1_000, "USD", "Invoice 1", "INV/1"
        )
        return replace(request, **{"kind": kind, **others})

    return make


def taken(paypal: Inspected, request: ChargeRequest) -> int:
    """Count how often an attempt's money was taken, by the pretend PayPal's own books."""
    return sum(
        payment["captured"] and payment["ours"] == str(request.attempt_id)
        for payment in paypal.books()["payments"]
    )
