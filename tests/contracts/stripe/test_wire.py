"""Every request that the adapter makes, against the specification; and what it never sends."""

import json
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest

from khata.adapters.gateways.stripe import StripeVendor
from khata.core.payment_method import MethodKind
from khata.simulators.vendor import Request
from tests.contracts.stripe.conftest import AT, MERCHANT, Bench, asked, refund_of
from tests.contracts.stripe.wire import faults_of


def everything(bench: Bench) -> None:
    """Make every kind of call there is."""
    gateway = bench.gateway
    StripeVendor().check({"secret_key": "sk_test_simulatedIndia"}, base_url=bench.url)
    for token in ("pm_card_visa", "pm_card_in", "pm_sim_bank_debit", "pm_of_nobody"):
        gateway.read_method(token)
    method = gateway.read_method("pm_sim_bank_debit")
    assert method is not None
    gateway.charge(
        asked("pm_sim_bank_debit", facts=method.facts, kind=method.kind, holder=None), at=AT
    )
    request = asked(description="Invoice ₹ & <b>café</b> [a]=b")
    paid = gateway.charge(request, at=AT)
    gateway.look_up(request, reference=None, at=AT)
    gateway.look_up(request, reference=paid.reference, at=AT)
    refund = refund_of(request, paid.reference, 1_000)
    made = gateway.refund(refund, at=AT)
    gateway.look_up_refund(refund, reference=None, at=AT)
    gateway.look_up_refund(refund, reference=made.reference, at=AT)
    charge = str(bench.simulator.accounts.all["acct_simulatedIndia"].all("charge")[0]["id"])
    of_charge = refund_of(request, charge, 1_000)
    gateway.refund(of_charge, at=AT)
    gateway.look_up_refund(of_charge, reference=None, at=AT)
    list(gateway.payments_between(AT, AT + timedelta(hours=1)))


def test_every_request_is_of_the_specified_form(bench: Bench) -> None:
    everything(bench)
    received = list(bench.simulator.received)
    assert len(received) > 15
    assert [fault for request in received for fault in faults_of(request)] == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("amount=1", "currency is missing"),
        ("amount=1.5&currency=inr", "is not"),
        ("amount=1&currency=INR", "is not"),
        ("amount=1&currency=inr&surprise=1", "unknown"),
        ("amount=1&currency=inr&confirm=yes", "is not"),
        ("amount=1&currency=inr&metadata=1", "no object"),
    ],
)
def test_a_request_of_another_form_is_seen(body: str, fault: str) -> None:
    headers = {
        "authorization": "Bearer sk_test_x",
        "stripe-version": "2026-10-28.endive",
        "content-type": "application/x-www-form-urlencoded",
        "idempotency-key": "k",
    }
    (found,) = faults_of(Request("POST", "/v1/payment_intents", {}, headers, body.encode()))
    assert fault in found


def _sent(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode()))


def test_a_charge_carries_our_ids_everywhere(bench: Bench) -> None:
    request = asked()
    bench.gateway.charge(request, at=AT)
    received = bench.simulator.received[-1]
    assert received.headers["idempotency-key"] == str(request.attempt_id)
    assert _sent(received) == {
        "amount": "118000",
        "currency": "inr",
        "customer": "cus_ReadyMade",
        "payment_method": "pm_card_visa",
        "allowed_payment_method_types[0]": "card",
        "off_session": "true",
        "confirm": "true",
        "description": "Invoice INV/1",
        "metadata[tenant_id]": MERCHANT,
        "metadata[attempt_id]": str(request.attempt_id),
        "metadata[customer_id]": "asha",
        "metadata[invoice_number]": "INV/1",
        "expand[0]": "latest_charge.balance_transaction",
    }


def test_a_refund_carries_our_ids_everywhere(bench: Bench) -> None:
    request = asked()
    paid = bench.gateway.charge(request, at=AT).reference
    refund = refund_of(request, paid, 18_000)
    bench.gateway.refund(refund, at=AT)
    received = bench.simulator.received[-1]
    assert received.headers["idempotency-key"] == str(refund.refund_id)
    assert _sent(received) == {
        "amount": "18000",
        "payment_intent": paid,
        "metadata[tenant_id]": MERCHANT,
        "metadata[refund_id]": str(refund.refund_id),
        "metadata[attempt_id]": str(request.attempt_id),
    }


def test_the_same_attempt_is_the_same_to_the_byte(bench: Bench) -> None:
    request = asked()
    for at in (AT, AT + timedelta(days=400)):
        bench.gateway.charge(request, at=at)
    first, second = list(bench.simulator.received)[-2:]
    assert first.body == second.body


@pytest.mark.parametrize(
    ("kind", "type"), [(MethodKind.UPI, "upi"), (MethodKind.CARD, "card"), (None, "link")]
)
def test_the_type_of_the_method_is_the_only_one_allowed(
    bench: Bench, kind: MethodKind | None, type: str
) -> None:
    facts = {} if kind else {"type": type}
    bench.gateway.charge(asked(kind=kind or MethodKind.WALLET, facts=facts), at=AT)
    assert _sent(bench.simulator.received[-1])["allowed_payment_method_types[0]"] == type


def test_nothing_of_this_machine_is_told(bench: Bench) -> None:
    everything(bench)
    allowed = {
        "host", "accept", "accept-encoding", "connection", "user-agent", "authorization",
        "content-type", "content-length", "idempotency-key", "stripe-version",
    }  # fmt: skip
    for request in bench.simulator.received:
        assert request.headers.keys() <= allowed


def test_accounts_do_not_share_a_key(bench: Bench) -> None:
    """Each client has its own: nothing of the SDK's module is set."""
    import stripe

    america = bench.account("sk_test_simulatedAmerica")
    connected = bench.account("sk_test_simulatedIndia", "acct_simulatedConnected")
    for gateway in (bench.gateway, america, connected):
        gateway.charge(asked(), at=AT)
    keys = [one.headers["authorization"][-7:] for one in bench.simulator.received]
    assert keys == ["edIndia", "America", "edIndia"]
    named = [one.headers.get("stripe-account") for one in bench.simulator.received]
    assert named == [None, None, "acct_simulatedConnected"]
    accounts = [one["account"] for one in bench.captures()]
    assert accounts == ["acct_simulatedIndia", "acct_simulatedAmerica", "acct_simulatedConnected"]
    assert (stripe.api_key, stripe.default_http_client, stripe.proxy) == (None, None, None)


def test_nothing_is_sent_again_by_itself(bench: Bench) -> None:
    for kind in ("lost_before", "refused_500", "rate_limited"):
        bench.fault(kind)
        with pytest.raises(Exception, match="Stripe"):
            bench.gateway.charge(asked(), at=AT)
    assert not bench.simulator.received  # each was tried once, and met its fault


def test_books_are_json(bench: Bench) -> None:
    everything(bench)
    assert json.dumps(bench.simulator.books(), default=str)
