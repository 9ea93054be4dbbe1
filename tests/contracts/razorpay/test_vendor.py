"""An account at Razorpay: tried in words, opened without a call, and silent in the logs."""

import logging
from collections.abc import Mapping

import pytest
import structlog

from khata.adapters.gateways.razorpay import RazorpayVendor
from khata.ports.gateway import AnswerLost, NotReached
from khata.ports.gateway_vendor import BadCredentials
from khata.simulators.faults import FaultKind
from khata.simulators.razorpay.accounts import READY_MADE_CUSTOMER, numbered
from tests.contracts.razorpay.pretend import AT, Pretend, opened

TEST = {"key_id": numbered(1).key_id, "key_secret": numbered(1).key_secret}
LIVE = {"key_id": numbered(1, live=True).key_id, "key_secret": numbered(1, live=True).key_secret}


def _param(pretend: Pretend, credentials: Mapping[str, str]) -> str | None:
    with pytest.raises(BadCredentials) as refused:
        RazorpayVendor().check(credentials, base_url=pretend.server.url)
    assert (credentials["key_secret"] or "absent") not in refused.value.detail
    return refused.value.param


def test_a_key_says_its_mode_and_the_account_its_name(pretend: Pretend) -> None:
    vendor, url = RazorpayVendor(), pretend.server.url
    test, live = vendor.check(TEST, base_url=url), vendor.check(LIVE, base_url=url)
    assert (test.livemode, live.livemode) == (False, True)
    assert (test.reference, test.country) == (None, "IN")
    named = vendor.check({**TEST, "account_id": " acc_8TgNt9DVrJB0bl "}, base_url=url)
    assert named.reference == "acc_8TgNt9DVrJB0bl"


@pytest.mark.parametrize(
    ("others", "param"),
    [
        ({"key_id": ""}, "key_id"),
        ({"key_id": "sk_live_12345678"}, "key_id"),
        ({"key_id": "rzp_test_Pretend0000001\n"}, "key_id"),
        ({"key_secret": ""}, "key_secret"),
        ({"key_secret": "two words here"}, "key_secret"),
        ({"key_secret": "somebody_elses_secret"}, "key_secret"),
        ({"key_id": "rzp_live_Pretend0000001"}, "key_secret"),
        ({"account_id": "8TgNt9DVrJB0bl"}, "account_id"),
    ],
)
def test_wrong_credentials_are_refused_in_words(
    pretend: Pretend, others: Mapping[str, str], param: str
) -> None:
    assert _param(pretend, {**TEST, **others}) == param


def test_a_key_that_may_not_read_orders_is_refused(pretend: Pretend) -> None:
    pretend.breaks(FaultKind.ERROR_500, "/v1/orders", method="GET")
    with pytest.raises(AnswerLost):
        RazorpayVendor().check(TEST, base_url=pretend.server.url)
    pretend.server.close()
    with pytest.raises(NotReached):
        RazorpayVendor().check(TEST, base_url=pretend.server.url)


def test_fields_say_what_is_secret() -> None:
    secret = {field.name: field.is_secret for field in RazorpayVendor().fields}
    assert secret == {
        "key_id": False,
        "key_secret": True,
        "account_id": False,
        "debits": False,
    }


def test_accounts_see_only_their_own(pretend: Pretend) -> None:
    request, answer = pretend.paid()
    other = opened(pretend.server, numbered(2))
    assert other.look_up(request, reference=None, at=AT) is None
    assert other.look_up(request, reference=answer.reference, at=AT) is None
    other.close()


def test_a_reference_of_another_attempt_is_not_believed(pretend: Pretend) -> None:
    """Where an attempt's reference was mixed up, the money of another is not taken for its own."""
    _, answer = pretend.paid()
    stranger = pretend.request()
    assert pretend.gateway.look_up(stranger, reference=answer.reference, at=AT) is None


def test_nothing_secret_reaches_the_logs(
    pretend: Pretend, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as logged:
        pretend.gateway.read_method("token_upi_ok", holder=READY_MADE_CUSTOMER)
        request, answer = pretend.paid("token_lost_card")
        pretend.gateway.refund(pretend.refund_of(request, answer), at=AT)
        for kind in (FaultKind.LOST_AFTER, FaultKind.HTML_502, FaultKind.TRUNCATED):
            pretend.breaks(kind, "/v1/customers/.*/tokens/.*", method="GET")
            with pytest.raises(AnswerLost) as lost:
                pretend.gateway.read_method("token_upi_ok", holder=READY_MADE_CUSTOMER)
            logged.append({"fault": f"{lost.value!r} {lost.value.__cause__!r}"})
        logged.append({"shown": f"{pretend.gateway!r} {numbered(1).account}"})
    lines = "\n".join([*map(str, logged), *(record.getMessage() for record in caplog.records)])
    assert "/v1/customers/" in lines
    for secret in (TEST["key_secret"], "token_upi_ok", "token_lost_card", "Basic ", "asha@"):
        assert secret not in lines
