"""An account: what it needs, who it turns out to be, and what loading it costs the others."""

import subprocess
import sys

import pytest

from khata.adapters.gateways.stripe import StripeVendor
from khata.ports.gateway import Gateway, NotReached
from khata.ports.gateway_vendor import AccountFacts, BadCredentials, GatewayVendor
from khata.simulators.stripe.accounts import Account
from tests.contracts.stripe.conftest import Bench

VENDOR: GatewayVendor = StripeVendor()


def test_it_says_what_an_account_needs() -> None:
    assert [(one.name, one.is_secret) for one in VENDOR.fields] == [
        ("secret_key", True),
        ("account", False),
    ]
    assert VENDOR.name == "stripe"


def test_opening_makes_no_call() -> None:
    gateway: Gateway = VENDOR.open({"secret_key": "sk_test_1234"}, base_url="http://127.0.0.1:9")
    assert gateway.capabilities is StripeVendor.capabilities


@pytest.mark.parametrize(
    ("key", "account", "facts"),
    [
        ("sk_test_simulatedIndia", "", AccountFacts("acct_simulatedIndia", False, "IN")),
        (" sk_test_simulatedIndia\n", "", AccountFacts("acct_simulatedIndia", False, "IN")),
        ("sk_test_simulatedAmerica", "", AccountFacts("acct_simulatedAmerica", False, "US")),
        (
            "sk_test_simulatedIndia",
            "acct_simulatedConnected",
            AccountFacts("acct_simulatedConnected", False, "IN"),
        ),
        ("rk_test_simulatedRestricted", "", AccountFacts(None, False)),  # it may not say
    ],
)
def test_credentials_are_tried(bench: Bench, key: str, account: str, facts: AccountFacts) -> None:
    told = {"secret_key": key, "account": account}
    assert VENDOR.check(told, base_url=bench.url) == facts


def test_a_live_key_is_told_from_a_test_key(bench: Bench) -> None:
    live = Account("acct_live", "sk_live_simulated", livemode=True)
    bench.simulator.accounts.all["acct_live"] = live
    assert VENDOR.check({"secret_key": "sk_live_simulated"}, base_url=bench.url).livemode


@pytest.mark.parametrize(
    ("credentials", "param", "words"),
    [
        ({}, "secret_key", "needs a secret key"),
        ({"secret_key": "  "}, "secret_key", "needs a secret key"),
        ({"secret_key": "pk_test_1234"}, "secret_key", "publishable"),
        ({"secret_key": "whsec_1234"}, "secret_key", "begins with"),
        ({"secret_key": "sk_test_12 34"}, "secret_key", "begins with"),
        ({"secret_key": "sk_test_1234\r\nX: y"}, "secret_key", "begins with"),
        ({"secret_key": "sk_test_nobodyHasThis"}, "secret_key", "does not know"),
        ({"secret_key": "sk_test_simulatedIndia", "account": "x"}, "account", "acct_"),
        ({"secret_key": "sk_test_simulatedIndia", "account": "acct_none"}, "secret_key", "may not"),
        (
            {"secret_key": "sk_test_simulatedIndia", "account": "acct_simulatedAmerica"},
            "secret_key",
            "may not",
        ),
    ],
)
def test_bad_credentials_are_refused_in_words(
    bench: Bench, credentials: dict[str, str], param: str, words: str
) -> None:
    with pytest.raises(BadCredentials, match=words) as refused:
        VENDOR.check(credentials, base_url=bench.url)
    assert refused.value.param == param
    key = credentials.get("secret_key", "").strip()
    assert not key or key not in str(refused.value)


def test_a_key_that_may_do_nothing_is_refused(bench: Bench) -> None:
    nothing = Account("acct_none", "rk_test_mayNothing", restricted=frozenset({"/v1/"}))
    bench.simulator.accounts.all["acct_none"] = nothing
    with pytest.raises(BadCredentials, match="may not read payments"):
        VENDOR.check({"secret_key": "rk_test_mayNothing"}, base_url=bench.url)


@pytest.mark.parametrize("kind", ["html_502", "empty", "lost_after", "rate_limited"])
def test_a_check_that_gets_no_answer_says_nothing_of_the_key(bench: Bench, kind: str) -> None:
    bench.fault(kind, method="GET")
    with pytest.raises(NotReached):
        VENDOR.check({"secret_key": "sk_test_simulatedIndia"}, base_url=bench.url)


def test_the_sdk_is_loaded_by_the_first_call_and_not_before() -> None:
    """Loading it takes half a second, which a terminal without a Stripe account does not pay."""
    told = (
        "import sys; from khata.adapters.gateways.stripe import StripeVendor; "
        "StripeVendor().open({'secret_key': 'sk_test_1234'}, base_url=None); "
        "print('stripe' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
