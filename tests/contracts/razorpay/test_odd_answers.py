"""Whatever Razorpay says, it is read or it is unknown: nothing else breaks on its way."""

import hashlib
import hmac
import json
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from khata.adapters.gateways.razorpay import RazorpayVendor
from khata.adapters.gateways.razorpay.methods import read_method
from khata.adapters.gateways.razorpay.translate import read_payments, read_refund, read_seen
from khata.ports.gateway import AnswerLost
from khata.ports.gateway_vendor import NotSigned
from tests.contracts.razorpay.pretend import AT
from tests.contracts.razorpay.test_methods import BANK, CARD, CUSTOMER, UPI
from tests.contracts.razorpay.test_translate import CAPTURED, READING, REFUND

JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(), inner, max_size=3),
    max_leaves=6,
)


def _twisted(sample: dict[str, Any]) -> some.SearchStrategy[dict[str, Any]]:
    """A documented sample of which up to four fields say anything at all."""
    names = some.sampled_from(sorted(sample))
    return some.dictionaries(names, JSON, min_size=1, max_size=4).map(lambda odd: {**sample, **odd})


@settings(max_examples=60, deadline=None)
@given(_twisted(CAPTURED), some.booleans())
def test_payments(told: dict[str, Any], has_failed: bool) -> None:
    if has_failed:
        told = {**told, "status": "failed"}
    with suppress(AnswerLost):
        read_payments([told], READING)
    with suppress(AnswerLost):
        read_seen(told, READING)


@settings(max_examples=50, deadline=None)
@given(_twisted(REFUND))
def test_refunds(told: dict[str, Any]) -> None:
    with suppress(AnswerLost):
        read_refund(told)


@settings(max_examples=60, deadline=None)
@given(some.one_of(*map(_twisted, (CARD, BANK, UPI))), _twisted(CUSTOMER))
def test_tokens(token: dict[str, Any], customer: dict[str, Any]) -> None:
    with suppress(AnswerLost):
        assert "1121431121541121" not in repr(read_method(token, customer))


@settings(max_examples=50, deadline=None)
@given(
    _twisted({"event": "payment.captured", "payload": {}, "account_id": "", "created_at": 1})
    | some.builds(
        lambda name, entity: {"event": name, "payload": {"payment": {"entity": entity}}},
        some.sampled_from(["payment.captured", "order.paid", "refund.failed", "token.paused"]),
        JSON,
    )
)
def test_events(told: dict[str, Any]) -> None:
    body = json.dumps(told).encode()
    signature = hmac.new(b"whsec", body, hashlib.sha256).hexdigest()
    headers = {"x-razorpay-signature": signature}
    with suppress(NotSigned):
        RazorpayVendor().read_event(headers, body, secrets=["whsec"], received_at=AT)
