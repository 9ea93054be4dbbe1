"""A pretend gateway that is started again: it has the books it had, and goes on from there."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from khata.adapters.clock import SystemClock
from khata.adapters.gateways.paypal import PayPalVendor
from khata.adapters.gateways.razorpay import RazorpayVendor
from khata.adapters.gateways.stripe import StripeVendor
from khata.core.payment_method import MethodKind
from khata.ports.gateway import ChargeRequest, Outcome
from khata.ports.gateway_vendor import GatewayVendor
from khata.simulators.hooks import Endpoint
from khata.simulators.journal import Journal
from khata.simulators.paypal import PayPalSimulator
from khata.simulators.razorpay import RazorpaySimulator
from khata.simulators.server import SimulatorServer
from khata.simulators.stripe import StripeSimulator
from khata.simulators.vendor import SimulatedVendor

AT = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
PAIRS: Mapping[str, tuple[GatewayVendor, Callable[..., SimulatedVendor]]] = {
    "razorpay": (RazorpayVendor(), RazorpaySimulator),
    "stripe": (StripeVendor(), StripeSimulator),
    "paypal": (PayPalVendor(), PayPalSimulator),
}


def request(simulator: SimulatedVendor, token: str) -> ChargeRequest:
    known = simulator.introduction()
    return ChargeRequest(
        uuid4(),
        "shop",
        "asha",
        token,
        118_000,
        known.currency,
        "Invoice A/1",
        "A/1",
        MethodKind.CARD,
        known.holder,
        {"email": "asha@example.com", "contact": "+919900000000"},
    )


@pytest.mark.parametrize(
    ("name", "token"),
    [("razorpay", "token_ok"), ("stripe", "pm_card_in_of_ReadyMade"), ("paypal", "card_pending")],
)
def test_what_was_asked_for_before_is_debited_after(name: str, token: str, tmp_path: Path) -> None:
    vendor, make = PAIRS[name]
    file = tmp_path / "journal.jsonl"
    before = make(SystemClock().now)
    journal = Journal(file)
    before.restore(journal)
    before.advance(AT)
    server = SimulatorServer(before).start()
    asked = request(before, token)
    gateway = vendor.open(before.introduction().credentials, base_url=server.url)
    said = gateway.charge(asked, at=AT)
    assert said.outcome is Outcome.PENDING
    server.close()
    journal.close()

    after = make(SystemClock().now)
    again = Journal(file)
    after.restore(again)
    assert after.books() == before.books()
    assert after.hooks.waiting() == []  # they were told before
    end = AT + timedelta(days=4)
    after.advance(end)
    server = SimulatorServer(after).start()
    gateway = vendor.open(after.introduction().credentials, base_url=server.url)
    learned = gateway.look_up(asked, reference=said.reference, at=end)
    server.close()
    again.close()
    assert learned is not None
    assert (learned.outcome, learned.reference) == (Outcome.SUCCEEDED, said.reference)
    assert [one["captured"] for one in after.books()["payments"]] == [True]


def test_a_line_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    journal = Journal(file)
    journal.keep(AT)
    journal.keep(AT + timedelta(days=1))
    journal.close()
    file.write_text(file.read_text()[:-20])
    assert list(Journal(file).read()) == [(AT, None)]


def test_an_endpoint_is_told_what_it_wants_and_another_way_than_the_network() -> None:
    simulator = RazorpaySimulator(SystemClock().now)
    simulator.advance(AT)
    known = simulator.introduction()
    server = SimulatorServer(simulator).start()
    gateway = RazorpayVendor().open(known.credentials, base_url=server.url)
    gateway.charge(request(simulator, "token_ok"), at=AT)
    server.close()
    simulator.hooks.endpoints = [
        Endpoint(known.hook_account, "nowhere", known.webhook_secret, ("payment.captured",))
    ]
    simulator.advance(AT + timedelta(hours=36, minutes=4))
    brought: list[bytes] = []

    def post(endpoint: Endpoint, body: bytes, headers: Mapping[str, str]) -> int:
        assert headers["X-Razorpay-Signature"]
        brought.append(body)
        return 200

    simulator.hooks.deliver(post)
    assert brought == []
    # 36 hours and 5 minutes after the request: authorised, captured, the order paid.
    simulator.advance(AT + timedelta(hours=36, minutes=5))
    simulator.hooks.deliver(post)
    [body] = brought
    assert b'"event":"payment.captured"' in body
    assert simulator.hooks.waiting() == []


def test_razorpays_books_say_when_the_payer_was_told_and_when_the_debit_was() -> None:
    simulator = RazorpaySimulator(SystemClock().now)
    simulator.advance(AT)
    server = SimulatorServer(simulator).start()
    known = simulator.introduction()
    gateway = RazorpayVendor().open(known.credentials, base_url=server.url)
    told: dict[str, tuple[Any, Any]] = {}
    waits = {"token_ok": "card", "token_upi_ok": "upi", "token_emandate_ok": "emandate"}
    for token in waits:
        gateway.charge(request(simulator, token), at=AT)
    simulator.advance(AT + timedelta(days=3))
    for token, one in zip(waits, simulator.books()["payments"], strict=True):
        told[token] = (one["notified_at"], one["debited_at"] - AT)
    server.close()
    assert told == {
        "token_ok": (AT, timedelta(hours=36, minutes=5)),
        "token_upi_ok": (AT, timedelta(hours=25)),
        "token_emandate_ok": (None, timedelta(days=1)),
    }


@pytest.mark.parametrize(
    ("token", "kind", "soonest"),
    [
        ("token_ok", MethodKind.CARD, timedelta(hours=36, minutes=5)),
        ("token_upi_ok", MethodKind.UPI, timedelta(hours=25)),
        ("token_emandate_ok", MethodKind.EMANDATE, timedelta(days=1)),
    ],
)
def test_razorpay_is_not_asked_before_the_rail_can_end(
    token: str, kind: MethodKind, soonest: timedelta
) -> None:
    simulator = RazorpaySimulator(SystemClock().now)
    simulator.advance(AT)
    server = SimulatorServer(simulator).start()
    known = simulator.introduction()
    gateway = RazorpayVendor().open(known.credentials, base_url=server.url)
    asked = request(simulator, token)
    asked = ChargeRequest(
        asked.attempt_id,
        asked.merchant,
        asked.customer,
        asked.token,
        asked.amount,
        asked.currency,
        asked.description,
        asked.invoice_number,
        kind,
        asked.holder,
        asked.facts,
    )
    answer = gateway.charge(asked, at=AT)
    server.close()
    assert (answer.outcome, answer.not_before) == (Outcome.PENDING, AT + soonest)
