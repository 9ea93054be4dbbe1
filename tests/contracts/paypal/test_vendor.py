"""PayPal as a vendor: its credentials, its own roots, and events of the pretend PayPal."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from khata.adapters.gateways.paypal import PayPalVendor
from khata.adapters.gateways.paypal.certificates import NotFetched, fetch_certificate
from khata.adapters.gateways.paypal.gateway import PayPalGateway
from khata.core.payment import Outcome
from khata.ports.gateway import NotReached
from khata.ports.gateway_vendor import (
    AccountFacts,
    BadCredentials,
    GatewayVendor,
    NotSigned,
    Subject,
)
from khata.simulators.hooks import Endpoint
from khata.simulators.paypal import PayPalSimulator
from khata.simulators.paypal.accounts import Account, numbered
from khata.simulators.server import SimulatorServer
from tests.contracts.paypal.authority import authority, signed
from tests.contracts.paypal.conftest import AT, Asked, keys_of
from tests.contracts.paypal.receiver import receiver
from tests.contracts.paypal.wire import Inspected

DAY = timedelta(days=1)
LIVE_CERTIFICATE = "https://api.paypal.com/v1/notifications/certs/CERT-1"


def test_it_is_a_vendor_with_fields_that_say_what_they_are() -> None:
    vendor: GatewayVendor = PayPalVendor()
    assert vendor.name == "paypal"
    secret = {field.name: field.is_secret for field in vendor.fields}
    assert secret == {"client_id": False, "client_secret": True, "webhook_root": False}
    assert all(field.words for field in vendor.fields)


def test_credentials_are_tried_at_paypal(served: SimulatorServer) -> None:
    facts = PayPalVendor().check(keys_of(numbered(1)), base_url=served.url)
    assert facts == AccountFacts("SIMPAYER00001", livemode=False)


def test_they_are_tried_each_time_anew(served: SimulatorServer, paypal: Inspected) -> None:
    vendor = PayPalVendor()
    vendor.check(keys_of(numbered(1)), base_url=served.url)
    paypal.accounts.all.clear()
    with pytest.raises(BadCredentials):
        vendor.check(keys_of(numbered(1)), base_url=served.url)


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"client_secret": "sim-secret-of-2-not-shown"}, "client_secret"),  # the neighbour's
        ({"client_secret": ""}, "client_secret"),
        ({"client_secret": "with a blank"}, "client_secret"),
        ({"client_secret": "x" * 500}, "client_secret"),
        ({"client_id": ""}, "client_id"),
        ({"client_id": "ünicode-client"}, "client_id"),
        ({"client_id": "line\nbreak-id"}, "client_id"),
        ({"webhook_root": "no certificate"}, "webhook_root"),
    ],
)
def test_credentials_that_are_wrong_are_refused_in_words(
    served: SimulatorServer, change: dict[str, str], param: str
) -> None:
    with pytest.raises(BadCredentials) as refusal:
        PayPalVendor().check(keys_of(numbered(1)) | change, base_url=served.url)
    assert refusal.value.param == param
    assert all(secret not in str(refusal.value) for secret in change.values() if secret)


def test_an_app_that_may_not_search_is_refused_since_look_ups_need_it() -> None:
    account = Account("m", "some-client", "some-secret", "PAYER", "WEBHOOK", scopes="openid")
    server = SimulatorServer(PayPalSimulator(lambda: AT, accounts=[account])).start()
    with pytest.raises(BadCredentials, match="Transaction search"):
        PayPalVendor().check(keys_of(account), base_url=server.url)
    server.close()


def test_a_gateway_that_is_away_says_nothing_about_credentials() -> None:
    with pytest.raises(NotReached):
        PayPalVendor().check(keys_of(numbered(1)), base_url="http://127.0.0.1:9")


@pytest.mark.parametrize(
    "base_url",
    [
        None,
        "https://api-m.paypal.com",
        "https://api-m.sandbox.paypal.com",
        "https://paypal.com",
        "https://API-M.PAYPAL.COM",
        "https://api-m.paypal.com.",
        "https://api-m.paypal.com:8443",
    ],
)
def test_nobody_else_vouches_for_paypal_itself(base_url: str | None, paypal: Inspected) -> None:
    keys = keys_of(numbered(1)) | {"webhook_root": paypal.webhook_root}
    with pytest.raises(BadCredentials) as refusal:
        PayPalVendor().check(keys, base_url=base_url)
    assert refusal.value.param == "webhook_root"
    with pytest.raises(NotSigned, match="only for a gateway at another address"):
        PayPalVendor().read_event(
            signed(b"{}", url=LIVE_CERTIFICATE, sent_at="2025-02-28T06:30:00Z"),
            b"{}",
            secrets=("W",),
            received_at=AT,
            credentials=keys,
            base_url=base_url,
        )


def test_a_token_outlives_the_gateways_that_are_opened(
    served: SimulatorServer, paypal: Inspected
) -> None:
    vendor = PayPalVendor()
    for _ in range(3):
        gateway = vendor.open(keys_of(numbered(1)), base_url=served.url)
        gateway.read_method("card_ok")
        gateway.close()
    other = vendor.open(keys_of(numbered(2)), base_url=served.url)
    other.read_method("card_ok")
    other.close()
    assert sum(one.path == "/v1/oauth2/token" for one in paypal.got) == 2  # one for each account


def test_the_pretend_paypal_s_events_are_proven_by_its_own_root(
    gateway: PayPalGateway, served: SimulatorServer, paypal: Inspected, asked: Asked
) -> None:
    request = asked("card_dispute")
    answer = gateway.charge(request, at=AT)
    paypal.advance(AT + DAY)
    account = numbered(1)
    keys = keys_of(account) | {"webhook_root": paypal.webhook_root}
    vendor = PayPalVendor()
    with receiver() as inbox:
        paypal.hooks.endpoints = [Endpoint(account.name, inbox.url, account.webhook_id)]
        assert paypal.hooks.deliver() == 3
    events = [
        vendor.read_event(
            one.headers,
            one.body,
            secrets=(account.webhook_id,),
            received_at=AT,
            credentials=keys,
            base_url=served.url,
        )
        for one in inbox.got
    ]
    assert [event.type for event in events] == [
        "PAYMENT.CAPTURE.COMPLETED",
        "CHECKOUT.ORDER.COMPLETED",
        "CUSTOMER.DISPUTE.CREATED",
    ]
    assert [event.subject for event in events] == [Subject.CHARGE, Subject.CHARGE, Subject.DISPUTE]
    assert {event.ours for event in events} == {request.attempt_id}
    assert [event.reference for event in events[:2]] == [answer.reference] * 2
    assert events[2].charge == answer.reference
    assert (answer.outcome, {event.amount for event in events}) == (Outcome.SUCCEEDED, {1_000})

    one = inbox.got[0]
    for wrong in (
        {"credentials": keys},  # PayPal itself does not lie at that address
        {"credentials": {}, "base_url": served.url},
        {"credentials": keys, "base_url": served.url.replace("127.0.0.1", "127.0.0.2")},
        {
            "credentials": {"webhook_root": _foreign_root()},
            "base_url": served.url,
        },
    ):
        with pytest.raises(NotSigned):
            vendor.read_event(
                one.headers,
                one.body,
                secrets=(account.webhook_id,),
                received_at=AT,
                **wrong,
            )


def _foreign_root() -> str:
    return authority().root.public_bytes(Encoding.PEM).decode()


def test_a_certificate_that_does_not_come_whole_is_not_fetched(served: SimulatorServer) -> None:
    for url in (f"{served.url}/v1/notifications/certs/none", "http://127.0.0.1:9/x"):
        with pytest.raises(NotFetched):
            fetch_certificate(url)
