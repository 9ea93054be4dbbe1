"""Nothing secret is written down: neither in logs, however talkative, nor in what is raised."""

import logging
from dataclasses import replace

import pytest
import structlog

from khata.adapters.gateways.paypal import PayPalVendor
from khata.adapters.gateways.paypal.client import Credentials
from khata.adapters.gateways.paypal.gateway import PayPalGateway
from khata.ports.gateway import AnswerLost
from khata.simulators.faults import Fault, FaultKind
from khata.simulators.paypal.accounts import numbered
from khata.simulators.server import SimulatorServer
from tests.contracts.paypal.conftest import AT, Asked, keys_of
from tests.contracts.paypal.test_refunding import refund_of
from tests.contracts.paypal.wire import Inspected

SAVED = "8kk8451tsavedbyasha"


def test_neither_keys_nor_tokens_nor_what_was_saved_reach_a_log(
    gateway: PayPalGateway,
    served: SimulatorServer,
    paypal: Inspected,
    asked: Asked,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    raised: list[str] = []
    with structlog.testing.capture_logs() as lines:
        request = asked()
        answer = gateway.charge(request, at=AT)
        gateway.refund(refund_of(request, answer, 400), at=AT)
        gateway.read_method(SAVED)
        gateway.charge(asked(SAVED), at=AT)
        for kind in (FaultKind.LOST_AFTER, FaultKind.HTML_502, FaultKind.TRUNCATED):
            paypal.faults.set([Fault(kind, path=".*/capture", times=1)])
            with pytest.raises(AnswerLost) as lost:
                gateway.charge(replace(asked(), token=SAVED), at=AT)
            raised.append(repr(lost.value))
        PayPalVendor().check(keys_of(numbered(1)), base_url=served.url)
    written = "\n".join([caplog.text, *map(str, lines), *raised])
    assert "paypal_answered" in written
    assert "/v3/vault/payment-tokens/***" in written
    assert numbered(1).client_secret not in written
    assert SAVED not in written
    for bearer in {one.headers.get("authorization", "") for one in paypal.got}:
        assert bearer.partition(" ")[2] not in written


def test_credentials_do_not_show_themselves() -> None:
    assert "hush" not in repr(Credentials("a-client", "hush-hush"))
