"""Razorpay's webhooks: proven on their raw bytes, told once, and read for what they are about.

The signatures were made apart from this code and accepted by the official library `razorpay`
2.0.1 (`utility.verify_webhook_signature`).
"""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from khata.adapters.gateways.razorpay import RazorpayVendor
from khata.core.gateway_event import GatewayEvent, Subject
from khata.ports.gateway_vendor import NotSigned

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
ATTEMPT = UUID("0190d3e2-7c1b-7a55-9d0a-3f5a1c2b4d6e")
OLD, NEW = "whsec_one", "whsec_two_ü"

ESCAPED = (
    rb'{"entity":"event","account_id":"acc_8TgNt9DVrJB0bl","event":"payment.captured",'
    rb'"contains":["payment"],"payload":{"payment":{"entity":{"id":"pay_FHfqtkRzWvxky4",'
    rb'"entity":"payment","amount":118000,"currency":"INR","status":"captured",'
    rb'"description":"Caf\u00e9 \/ Tea",'
    rb'"notes":{"attempt_id":"0190d3e2-7c1b-7a55-9d0a-3f5a1c2b4d6e"}}}},"created_at":1595449871}'
)
INDENTED = b"""{
  "entity": "event",
  "account_id": "acc_8TgNt9DVrJB0bl",
  "event": "order.paid",
  "contains": [
    "payment",
    "order"
  ],
  "payload": {
    "payment": {
      "entity": {
        "id": "pay_FHfqtkRzWvxky4",
        "amount": 118000,
        "currency": "INR",
        "notes": []
      }
    }
  },
  "created_at": 1595449871
}
"""
UTF8 = (
    '{"event":"payment.failed","payload":{"payment":{"entity":'
    '{"id":"pay_FHhLcvd67XXsBe","description":"चाय"}}},"created_at":1595455139}'
).encode()

VECTORS = [
    (ESCAPED, OLD, "9dd0860a168fe4325f3cdb649cff678fb72741c1263c60f2e358bd71fc7247f9"),
    (ESCAPED, NEW, "3b12ada87e424cb3c2dc0cad03fb4a6774cf220199d2c016405c84b204e885f5"),
    (INDENTED, OLD, "0ebf753957f216e1cb1ab8007af01fcc85378a819f4db3dec0a666b8c93d7704"),
    (INDENTED, NEW, "4cf6ea0babc9ce75348ded5eb57f62d1c1383723e8fa46a9c9f8b161035b4fff"),
    (UTF8, OLD, "8e52744485dab34ca8affd98285fd1300edd6a842bcc9de3646824ceec1f2b03"),
    (UTF8, NEW, "1cb1504b35f05427ed199de1aeafe57406441b704fab00d6f650c5912bfb6ab3"),
]


def heard(
    body: bytes, signature: str | None, secrets: list[str], *, id: str | None = "HJ9oZ4NUAYuRxb"
) -> GatewayEvent:
    headers = {"content-type": "application/json"}
    if signature is not None:
        headers["x-razorpay-signature"] = signature
    if id is not None:
        headers["x-razorpay-event-id"] = id
    return RazorpayVendor().read_event(headers, body, secrets=secrets, received_at=NOW)


def told(event: dict[str, Any], *, id: str | None = "HJ9oZ4NUAYuRxb") -> GatewayEvent:
    body = json.dumps(event).encode()
    signature = hmac.new(OLD.encode(), body, hashlib.sha256).hexdigest()
    return heard(body, signature, [OLD], id=id)


@pytest.mark.parametrize(("body", "secret", "signature"), VECTORS)
def test_what_razorpay_signed_is_accepted(body: bytes, secret: str, signature: str) -> None:
    assert heard(body, signature, [secret]).reference is not None
    # While a secret is changed both are valid: what was signed before is delivered again.
    for secrets in ([NEW, OLD], [OLD, NEW], ["whsec_three", secret]):
        assert heard(body, signature, secrets).reference is not None


@pytest.mark.parametrize(("body", "secret", "signature"), VECTORS)
def test_what_was_touched_is_refused(body: bytes, secret: str, signature: str) -> None:
    touched = [
        body + b"\n",
        body[:-1],
        body.replace(rb"\/", b"/") if rb"\/" in body else body[:-1] + b" }",
        json.dumps(json.loads(body)).encode() + b" ",
    ]
    for other in touched:
        with pytest.raises(NotSigned):
            heard(other, signature, [secret])


@pytest.mark.parametrize(
    ("signature", "secrets"),
    [
        (None, [OLD]),
        ("", [OLD]),
        ("é" * 64, [OLD]),
        ("0" * 64, [OLD]),
        (VECTORS[0][2].upper(), [OLD]),
        (VECTORS[0][2][:-1], [OLD]),
        ("sha256=" + VECTORS[0][2], [OLD]),
        (VECTORS[0][2], []),
        (VECTORS[0][2], [""]),
        (VECTORS[0][2], [NEW]),
        (VECTORS[0][2], ["whsec_one "]),
        # An empty secret must not open the door to whoever signs with an empty secret.
        (hmac.new(b"", ESCAPED, hashlib.sha256).hexdigest(), ["", OLD]),
    ],
)
def test_what_is_not_proven_is_refused(signature: str | None, secrets: list[str]) -> None:
    with pytest.raises(NotSigned):
        heard(ESCAPED, signature, secrets)


def test_a_capture_is_read_whole() -> None:
    assert heard(ESCAPED, VECTORS[0][2], [OLD]) == GatewayEvent(
        id="HJ9oZ4NUAYuRxb",
        type="payment.captured",
        subject=Subject.CHARGE,
        ours=ATTEMPT,
        reference="pay_FHfqtkRzWvxky4",
        account="acc_8TgNt9DVrJB0bl",
        amount=118_000,
        currency="INR",
        created_at=datetime(2020, 7, 22, 20, 31, 11, tzinfo=UTC),
    )


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{}", b'{"event":17}', b"{", b"\xff"])
def test_what_is_signed_and_no_event_is_refused(body: bytes) -> None:
    signature = hmac.new(OLD.encode(), body, hashlib.sha256).hexdigest()
    with pytest.raises(NotSigned):
        heard(body, signature, [OLD])


_REFUND = {"id": "rfnd_1", "payment_id": "pay_9", "amount": 50_000}
_DISPUTE = {"id": "disp_1", "payment_id": "pay_9", "amount": 39_000}
_PAID = {"id": "pay_1", "amount": 7}
_NOTICE = {"id": "notification_1", "order_id": "order_1", "token_id": "token_1"}
_DOWN = {"payment.downtime": {"id": "down_1"}}


@pytest.mark.parametrize(
    ("kind", "payload", "subject", "reference", "amount"),
    [
        ("payment.authorized", {"payment": _PAID}, "charge", "pay_1", 7),
        ("payment.captured", {"payment": _PAID}, "charge", "pay_1", 7),
        ("payment.failed", {"payment": _PAID}, "charge", "pay_1", None),
        ("order.paid", {"payment": _PAID, "order": {"id": "order_1"}}, "charge", "pay_1", 7),
        ("refund.created", {"refund": _REFUND, "payment": _PAID}, "refund", "rfnd_1", None),
        ("refund.processed", {"refund": _REFUND}, "refund", "rfnd_1", 50_000),
        ("refund.failed", {"refund": _REFUND}, "refund", "rfnd_1", None),
        ("payment.dispute.created", {"dispute": _DISPUTE}, "dispute", "disp_1", 39_000),
        ("payment.dispute.lost", {"dispute": _DISPUTE}, "dispute", "disp_1", 39_000),
        ("token.confirmed", {"token": {"id": "token_1"}}, "method", "token_1", None),
        ("token.cancelled", {"token": {"id": "token_1"}}, "method", "token_1", None),
        ("payment.downtime.started", _DOWN, "other", "down_1", None),
        ("order.notification.delivered", {"notification": _NOTICE}, "notice_told", "order_1", None),
        ("order.notification.failed", {"notification": _NOTICE}, "notice_failed", "order_1", None),
        ("subscription.charged", {"subscription": {"id": "sub_1"}}, "other", "sub_1", None),
        ("settlement.processed", {"settlement": {"id": "setl_1"}}, "payout", "setl_1", None),
        ("settlement.processed", {}, "payout", None, None),
        ("settlement.new", {"settlement": {"id": "setl_1"}}, "other", "setl_1", None),
        ("something.new", {"something": "else"}, "other", None, None),
    ],
)
def test_what_an_event_is_about(
    kind: str,
    payload: dict[str, Any],
    subject: str,
    reference: str | None,
    amount: int | None,
) -> None:
    wrapped = {
        name: {"entity": entity} if isinstance(entity, dict) else entity
        for name, entity in payload.items()
    }
    event = told({"event": kind, "payload": wrapped, "created_at": 1})
    assert (event.type, event.subject) == (kind, Subject(subject))
    assert (event.reference, event.amount) == (reference, amount)
    assert event.charge == ("pay_9" if subject in ("refund", "dispute") else None)


def test_a_refund_carries_our_id() -> None:
    refund = {**_REFUND, "notes": {"refund_id": str(ATTEMPT), "attempt_id": "other"}}
    event = told({"event": "refund.processed", "payload": {"refund": {"entity": refund}}})
    assert event.ours == ATTEMPT


def test_an_order_tells_whose_the_payment_is() -> None:
    """What Razorpay tries again by itself need not bear our notes; the order does."""
    order = {"id": "order_1", "notes": {"attempt_id": str(ATTEMPT)}}
    payload = {"payment": {"entity": {**_PAID, "notes": []}}, "order": {"entity": order}}
    assert told({"event": "order.paid", "payload": payload}).ours == ATTEMPT


def test_notices_of_orders_tell_their_time_one_level_deeper() -> None:
    payload = {"order": {"entity": {"id": "order_1"}}, "created_at": 1_595_449_871}
    event = told({"event": "order.notification.failed", "payload": payload})
    assert event.created_at == datetime(2020, 7, 22, 20, 31, 11, tzinfo=UTC)


def test_a_notice_was_told_when_it_was_delivered() -> None:
    """Not when the event was made: the debit is counted from what the payer saw."""
    notice = _NOTICE | {"delivered_at": 1_634_057_113, "status": "delivered"}
    payload = {"notification": {"entity": notice}, "created_at": 1_634_060_000}
    event = told({"event": "order.notification.delivered", "payload": payload})
    assert event.created_at == datetime(2021, 10, 12, 16, 45, 13, tzinfo=UTC)


def test_what_has_no_time_has_none() -> None:
    assert told({"event": "x"}).created_at is None


def test_without_an_id_the_same_bytes_are_the_same_event() -> None:
    event = {"event": "payment.captured", "payload": {}}
    first, again = told(event, id=None), told(event, id=None)
    assert first.id == again.id
    assert first.id.startswith("sha256_")
    assert told({**event, "created_at": 2}, id=None).id != first.id
    assert told(event, id="x" * 500).id == first.id
