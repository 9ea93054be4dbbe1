"""Nothing secret of a visit is written down: neither a setup token nor what became of it."""

import logging

import pytest
import structlog

from khata.adapters.gateways.paypal.gateway import PayPalGateway
from khata.core.visit import Purpose
from khata.ports.gateway import AnswerLost
from khata.simulators.faults import Fault, FaultKind
from tests.contracts.paypal.test_visits import choose, finish, opened, wish
from tests.contracts.paypal.wire import Inspected


def test_neither_keys_nor_what_is_saved_reach_a_log(
    gateway: PayPalGateway, paypal: Inspected, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    raised: list[str] = []
    with structlog.testing.capture_logs() as lines:
        request = wish(Purpose.SAVE)
        visit = opened(gateway, request)
        written = [caplog.text]
        choose(visit)
        caplog.clear()  # of the payer's browser
        paypal.faults.set([Fault(FaultKind.TRUNCATED, path="/v3/vault/payment-tokens", times=1)])
        with pytest.raises(AnswerLost) as lost:
            finish(gateway, request, visit)
        raised.append(repr(lost.value))
        saved = finish(gateway, request, visit).saved
    assert saved is not None
    whole = "\n".join([*written, caplog.text, *map(str, lines), *raised])
    assert "/v3/vault/setup-tokens/***" in whole
    for secret in (saved.token, visit.reference, "sim-secret-of-1"):
        assert secret not in whole
