"""A webhook's body and signature, read back by the library that receivers use."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from khata.adapters.clock import SystemClock
from khata.core.webhook_message import LARGEST_BODY, body_of, headers_of, new_secret, sign

ID = "evt_06f3k2x8c1a4t9w0m5n7p2q6rs"
EVENT: dict[str, Any] = {
    "id": ID,
    "object": "event",
    "type": "invoice.paid",
    "subject": "inv_06f3k2x8c1a4t9w0m5n7p2q6rs",
    "sequence": 2,
    "facts": {"currency": "INR", "total": 118000, "reason": "चाय ☕"},
    "created": "2026-01-31T03:30:00Z",
}


def signed(*keys: str, body: bytes = b"") -> dict[str, str]:
    at = (
        SystemClock().now()
    )  # the library compares with the machine's clock, also when that is late
    return headers_of(id=ID, at=at, signature=sign(keys, id=ID, at=at, body=body))


def test_the_body_is_type_time_and_event() -> None:
    told = json.loads(body_of(EVENT))
    assert told == {"type": "invoice.paid", "timestamp": "2026-01-31T03:30:00Z", "data": EVENT}
    assert body_of(EVENT) == body_of(EVENT)


def test_a_receiver_verifies_it() -> None:
    key, body = new_secret(), body_of(EVENT)
    assert Webhook(key).verify(body, signed(key, body=body))["type"] == "invoice.paid"


def test_while_rotating_both_secrets_verify_it() -> None:
    old, new, body = new_secret(), new_secret(), body_of(EVENT)
    headers = signed(new, old, body=body)
    assert headers["webhook-signature"].count("v1,") == 2
    for key in (old, new):
        Webhook(key).verify(body, headers)


def test_no_other_secret_body_or_time_verifies_it() -> None:
    key, body = new_secret(), body_of(EVENT)
    headers = signed(key, body=body)
    later = str(int(headers["webhook-timestamp"]) + 1)
    for other, sent, with_headers in (
        (new_secret(), body, headers),
        (key, body + b" ", headers),
        (key, body, headers | {"webhook-id": "evt_other"}),
        (key, body, headers | {"webhook-timestamp": later}),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(other).verify(sent, with_headers)


def test_the_published_example_has_the_published_signature() -> None:
    """Source: the test vector of the specification's reference libraries."""
    at = datetime.fromtimestamp(1614265330, UTC)
    signature = sign(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        at=at,
        body=b'{"test": 2432232314}',
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_secrets_are_long_and_never_the_same() -> None:
    keys = {new_secret() for _ in range(100)}
    assert len(keys) == 100
    for key in keys:
        assert key.startswith("whsec_")
        assert len(base64.b64decode(key.removeprefix("whsec_"), validate=True)) == 32


def test_a_body_stays_below_20_kb() -> None:
    long = EVENT | {"facts": {"reason": "र" * 30_000, "total": 1}}
    told = json.loads(body_of(long))
    assert len(body_of(long)) < LARGEST_BODY
    assert told["data"]["facts"] == {"reason": "र" * 500, "total": 1}
