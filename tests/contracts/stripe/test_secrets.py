"""No key, token or card number in a log or an exception, however closely one listens."""

import logging
import os
import subprocess
import sys

import pytest

from khata.adapters.gateways.stripe import StripeVendor
from khata.core.visit import Purpose
from khata.ports.gateway import AnswerLost, NotReached
from khata.ports.gateway_vendor import NotSigned
from tests.contracts.stripe.conftest import AT, MACHINE, Bench, asked
from tests.contracts.stripe.test_wire import everything
from tests.contracts.stripe.visiting import choose, wish
from tests.log_lines import log_lines

SECRETS = ("sk_test_simulatedIndia", "simulatedIndia", "pm_card_visa", "_secret_", "whsec_hidden")


def test_nothing_secret_is_logged(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    with log_lines(level="debug") as logged, caplog.at_level(logging.DEBUG):
        everything(bench)
        bench.gateway.charge(asked("pm_card_chargeDeclined"), at=AT)
        visit = wish(Purpose.PAY_AND_SAVE)
        page = bench.gateway.open_visit(visit, at=AT)
        choose(page, "pm_card_visa")
        bench.gateway.finish_visit(visit, reference=page.reference, at=AT)
        for kind in ("lost_after", "error_500", "html_502", "empty", "truncated"):
            bench.fault(kind)
            with pytest.raises(AnswerLost):
                bench.gateway.charge(asked(), at=AT)
    for secret in SECRETS:
        assert secret not in logged.text
    ours = [one for one in caplog.records if one.name.partition(".")[0] in ("stripe", "khata")]
    assert [one.getMessage() for one in ours if any(s in one.getMessage() for s in SECRETS)] == []


@pytest.mark.parametrize(
    "kind",
    ["lost_before", "lost_after", "error_500", "html_502", "empty", "truncated", "rate_limited"],
)
def test_nothing_secret_is_in_what_is_raised(bench: Bench, kind: str) -> None:
    bench.fault(kind)
    with pytest.raises((AnswerLost, NotReached)) as raised:
        bench.gateway.charge(asked(), at=AT)
    fault: BaseException | None = raised.value
    assert fault is not None
    assert fault.__cause__ is None
    assert fault.__suppress_context__
    for secret in (*SECRETS, "cus_ReadyMade"):
        assert secret not in repr(fault)


def test_a_forged_event_is_not_quoted() -> None:
    with pytest.raises(NotSigned) as raised:
        StripeVendor().read_event(
            {"stripe-signature": "t=1,v1=4242424242424242"},
            b'{"card":"4242424242424242"}',
            secrets=["whsec_hidden"],
            received_at=MACHINE,
        )
    assert "4242" not in str(raised.value)
    assert "whsec" not in str(raised.value)


def test_the_sdk_prints_nothing_whatever_the_environment_says(bench: Bench) -> None:
    told = (
        "from khata.adapters.gateways.stripe import StripeVendor; "
        "from khata.ports.gateway import NotReached\n"
        "gateway = StripeVendor().open({'secret_key': 'sk_test_simulatedIndia'}, "
        f"base_url='{bench.url}')\n"
        "print(gateway.read_method('pm_card_visa').last4)"
    )
    said = subprocess.run(
        [sys.executable, "-c", told],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "STRIPE_LOG": "debug"},
    )
    assert (said.stdout.strip(), said.stderr) == ("4242", "")
