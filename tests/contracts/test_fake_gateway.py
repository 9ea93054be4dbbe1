"""What only the fake gateway does: its fee, and the tokens it is told its fate by."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from khata.adapters.gateways.fake import FakeGateway
from khata.db.embedded.provision import Urls
from khata.ports.gateway import ChargeRequest

AT = datetime(2025, 2, 28, 6, 30, tzinfo=UTC)


@pytest.fixture
def gateway(urls: Urls) -> Iterator[FakeGateway]:
    gateway = FakeGateway(urls.app)
    yield gateway
    gateway.close()


@pytest.mark.parametrize(
    ("amount", "fee"),
    [(118_000, 2_360), (100, 2), (25, 1), (24, 0), (75, 2), (1, 0), (10**13, 2 * 10**11)],
)
def test_it_takes_two_percent_half_up(gateway: FakeGateway, amount: int, fee: int) -> None:
    request = ChargeRequest(uuid4(), str(uuid4()), "c", "tok_ok", amount, "INR", "Invoice 1", "1")
    assert gateway.charge(request, at=AT).fee == fee


@pytest.mark.parametrize(
    ("token", "known"),
    [
        ("tok_ok_then_declined_3", True),
        ("tok_ok_then_declined_0", False),
        ("tok_ok_then_declined_03", False),
        ("tok_ok_then_declined_99999", False),
        ("tok_ok_then_declined_", False),
        ("tok_ok_then_declined_३", False),
        ("TOK_OK", False),
        ("tok_ok ", False),
        ("tok_ok\n", False),
        ("tok_ök", False),
    ],
)
def test_tokens_are_taken_to_the_letter(gateway: FakeGateway, token: str, known: bool) -> None:
    assert (gateway.read_method(token) is not None) is known
