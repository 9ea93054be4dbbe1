"""PayPal's events: what each is about, also where fields are missing."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from khata.adapters.gateways.paypal.events import read
from khata.ports.gateway_vendor import GatewayEvent, NotSigned, Subject
from tests.contracts.paypal.authority import SANDBOX

ATTEMPT = UUID("0191f0b0-0000-7000-8000-000000000001")
USD = {"currency_code": "USD", "value": "10.00"}
UP = {"rel": "up", "href": "https://api.paypal.com/v2/payments/captures/2GG279541U471931P"}
CREATED_AT = datetime(2026, 3, 1, 10, tzinfo=UTC)


def event_of(type: Any, resource: Any, **others: Any) -> bytes:
    return json.dumps(
        {
            "id": "WH-1",
            "event_version": "1.0",
            "create_time": "2026-03-01T10:00:00Z",
            "event_type": type,
            "resource": resource,
            **others,
        }
    ).encode()


def told(subject: Subject, **others: Any) -> dict[str, Any]:
    return {"subject": subject, **others}


CAPTURE = {"id": "2GG279541U471931P", "custom_id": str(ATTEMPT), "amount": USD}
REFUND = {"id": "1JU08902781691411", "custom_id": str(ATTEMPT), "amount": USD, "links": [UP]}
OF_CAPTURE = told(
    Subject.CHARGE, ours=ATTEMPT, reference="2GG279541U471931P", amount=1_000, currency="USD"
)
OF_REFUND = told(
    Subject.REFUND,
    ours=ATTEMPT,
    reference="1JU08902781691411",
    charge="2GG279541U471931P",
    amount=1_000,
    currency="USD",
)


@pytest.mark.parametrize(
    ("type", "resource", "expected"),
    [
        ("PAYMENT.CAPTURE.COMPLETED", CAPTURE, OF_CAPTURE),
        ("PAYMENT.CAPTURE.PENDING", CAPTURE, OF_CAPTURE),
        ("PAYMENT.CAPTURE.DENIED", CAPTURE, OF_CAPTURE),
        ("PAYMENT.CAPTURE.DECLINED", CAPTURE, OF_CAPTURE),
        ("PAYMENT.CAPTURE.REVERSED", CAPTURE, OF_CAPTURE),
        (
            "PAYMENT.CAPTURE.COMPLETED",
            {**CAPTURE, "links": [{"rel": "up", "href": "https://x/v2/checkout/orders/5O19"}]},
            OF_CAPTURE,
        ),
        ("PAYMENT.CAPTURE.COMPLETED", {}, told(Subject.CHARGE)),
        (
            "PAYMENT.CAPTURE.COMPLETED",
            {"id": 5, "custom_id": "INV-1", "amount": {"currency_code": "INR", "value": "1"}},
            told(Subject.CHARGE),
        ),
        ("PAYMENT.CAPTURE.COMPLETED", {"amount": None, "links": None}, told(Subject.CHARGE)),
        ("PAYMENT.CAPTURE.REFUNDED", REFUND, OF_REFUND),
        ("PAYMENT.CAPTURE.REVERSED", REFUND, OF_REFUND),
        ("PAYMENT.REFUND.FAILED", REFUND, OF_REFUND),
        ("PAYMENT.REFUND.PENDING", {"id": "R"}, told(Subject.REFUND, reference="R")),
        (
            "CHECKOUT.ORDER.COMPLETED",
            {
                "id": "5O190127TN364715T",
                "purchase_units": [
                    {
                        "custom_id": str(ATTEMPT),
                        "amount": USD,
                        "payments": {"captures": [{"id": "2GG279541U471931P"}]},
                    }
                ],
            },
            OF_CAPTURE,
        ),
        (
            "CHECKOUT.ORDER.APPROVED",
            {"id": "5O190127TN364715T", "purchase_units": [{"custom_id": str(ATTEMPT)}]},
            told(Subject.CHARGE, ours=ATTEMPT),
        ),
        ("CHECKOUT.ORDER.APPROVED", {"purchase_units": [None]}, told(Subject.CHARGE)),
        ("CHECKOUT.PAYMENT-APPROVAL.REVERSED", {"order_id": "5O19"}, told(Subject.OTHER)),
        (
            "VAULT.PAYMENT-TOKEN.CREATED",
            {"id": "8kk8451t"},
            told(Subject.METHOD, reference="8kk8451t"),
        ),
        (
            "VAULT.PAYMENT-TOKEN.DELETED",
            {"id": "8kk8451t"},
            told(Subject.METHOD, reference="8kk8451t"),
        ),
        (
            "CUSTOMER.DISPUTE.CREATED",
            {
                "dispute_id": "PP-D-4012",
                "dispute_amount": USD,
                "disputed_transactions": [
                    {"seller_transaction_id": "2GG279541U471931P", "custom": str(ATTEMPT)}
                ],
            },
            told(
                Subject.DISPUTE,
                ours=ATTEMPT,
                reference="PP-D-4012",
                charge="2GG279541U471931P",
                amount=1_000,
                currency="USD",
            ),
        ),
        (
            "CUSTOMER.DISPUTE.RESOLVED",
            {"dispute_id": "PP-D-4012"},
            told(Subject.DISPUTE, reference="PP-D-4012"),
        ),
        (
            "MERCHANT.PARTNER-CONSENT.REVOKED",
            {"merchant_id": "VYYFH3WJ4JPJQ"},
            told(Subject.OTHER, account="VYYFH3WJ4JPJQ"),
        ),
        ("BILLING.PLAN.CREATED", {"id": "P-1"}, told(Subject.OTHER)),
        ("SOMETHING.NEW", {}, told(Subject.OTHER)),
    ],
)
def test_an_event_says_what_it_is_about(type: str, resource: Any, expected: dict[str, Any]) -> None:
    event = read(event_of(type, resource), owner=SANDBOX)
    assert event == GatewayEvent("WH-1", type, livemode=False, created_at=CREATED_AT, **expected)


def test_live_events_are_those_of_the_live_certificate() -> None:
    body = event_of("SOMETHING.NEW", {})
    assert read(body, owner="messageverificationcerts.paypal.com").livemode is True


@pytest.mark.parametrize("created", [None, 5, "", "yesterday", "2026-03-01"])
def test_an_event_may_not_say_when_it_was_made(created: Any) -> None:
    body = event_of("SOMETHING.NEW", {}, create_time=created)
    assert read(body, owner=SANDBOX).created_at is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"[" * 100_000,
        b"\xff",
        event_of(None, {}),
        event_of("SOMETHING.NEW", None),
        event_of("SOMETHING.NEW", []),
        event_of("SOMETHING.NEW", {}, id=5),
        b'{"id":"WH-1"}',
        b" " * 1_000_001,
    ],
)
def test_what_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(NotSigned):
        read(body, owner=SANDBOX)
