"""Webhooks from PayPal: what is proven to be its own, and every way in which it is not."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from khata.adapters.gateways.paypal import PayPalVendor
from khata.adapters.gateways.paypal.certificates import NotFetched, trusted_roots
from khata.ports.gateway_vendor import GatewayEvent, NotSigned
from tests.contracts.paypal import vectors
from tests.contracts.paypal.authority import FROM, SANDBOX, TO, authority, rsa_key, signed

URL = "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270"
AT = datetime(2026, 3, 1, 10, 0, 6, tzinfo=UTC)  # a second after it was sent
BODY = b'{"id":"WH-9","event_type":"PAYMENT.CAPTURE.COMPLETED","resource":{"id":"2GG2"}}'


class Shelf:
    """Where certificates lie; it notes what was fetched."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.fetched: list[str] = []

    def fetch(self, url: str) -> bytes:
        self.fetched.append(url)
        return self.content


def vendor_of(shelf: Shelf, root: x509.Certificate | None = None) -> PayPalVendor:
    return PayPalVendor(fetch=shelf.fetch, roots=lambda: [root or authority().root])


def received(
    vendor: PayPalVendor,
    headers: Mapping[str, str],
    body: bytes = BODY,
    *,
    secrets: tuple[str, ...] = (vectors.WEBHOOK,),
    at: datetime = AT,
) -> GatewayEvent:
    return vendor.read_event(headers, body, secrets=secrets, received_at=at)


# What was signed once, with certificates in a chain of three.


def vector(signature: str) -> dict[str, str]:
    return {
        "paypal-transmission-id": vectors.TRANSMISSION,
        "paypal-transmission-time": vectors.SENT_AT,
        "paypal-transmission-sig": signature,
        "paypal-cert-url": URL,
        "paypal-auth-algo": "SHA256withRSA",
    }


@pytest.fixture
def known() -> PayPalVendor:
    root = x509.load_pem_x509_certificate(vectors.ROOT)
    return vendor_of(Shelf(vectors.CHAIN), root)


@pytest.mark.parametrize("number", range(len(vectors.SIGNED)))
def test_what_was_signed_is_accepted_on_its_raw_bytes(known: PayPalVendor, number: int) -> None:
    body, signature = vectors.SIGNED[number]
    event = received(known, vector(signature), body)
    assert (event.id, event.livemode) == (f"WH-{number + 1}", False)


_FORGED: list[Callable[[bytes], bytes]] = [
    lambda body: body + b" ",
    lambda body: body.replace(b"\\/", b"/").replace(b"\\u00e9", "é".encode()).strip() + b"\n\n",
    lambda body: body.replace(b"  ", b" "),
    lambda body: body[:-1],
    lambda body: body.replace(b"WH-", b"WX-"),
    lambda body: b"",
]


@pytest.mark.parametrize(
    ("number", "forged"),
    [
        (number, change(body))
        for number, (body, _) in enumerate(vectors.SIGNED)
        for change in _FORGED
        if change(body) != body
    ],
)
def test_any_other_bytes_are_refused(known: PayPalVendor, number: int, forged: bytes) -> None:
    _, signature = vectors.SIGNED[number]
    with pytest.raises(NotSigned):
        received(known, vector(signature), forged)


def test_another_s_webhook_id_does_not_prove_it_and_two_of_ours_do(known: PayPalVendor) -> None:
    body, signature = vectors.SIGNED[0]
    for secrets in ((), ("",), ("1JE4291016473214X",), ("WEBHOOK_ID",)):
        with pytest.raises(NotSigned):
            received(known, vector(signature), body, secrets=secrets)
    for both in ((vectors.WEBHOOK, "newer"), ("newer", vectors.WEBHOOK)):
        assert received(known, vector(signature), body, secrets=both).id == "WH-1"


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("paypal-transmission-id", "another"),
        ("paypal-transmission-time", "2026-03-01T10:00:06Z"),
        ("paypal-transmission-time", "2026-03-01T10:00:05"),
        ("paypal-transmission-time", "yesterday"),
        ("paypal-transmission-sig", "not base64"),
        ("paypal-transmission-sig", "AAAA"),
        ("paypal-transmission-sig", "é"),
        ("paypal-auth-algo", "SHA1withRSA"),
        ("paypal-auth-algo", "none"),
        *((f"paypal-{name}", "") for name in ("transmission-id", "transmission-time", "auth-algo")),
        *((f"paypal-{name}", "") for name in ("transmission-sig", "cert-url")),
    ],
)
def test_a_header_that_is_not_as_it_was_sent_is_refused(
    known: PayPalVendor, header: str, value: str
) -> None:
    body, signature = vectors.SIGNED[0]
    with pytest.raises(NotSigned):
        received(known, vector(signature) | {header: value}, body)


@pytest.mark.parametrize(
    "change",
    [
        {"paypal-auth-algo": "none"},
        {"paypal-transmission-time": "2026-02-01T10:00:05Z"},
        {"paypal-transmission-sig": "?"},
        {"paypal-transmission-id": ""},
    ],
)
def test_nothing_is_fetched_for_what_is_wrong_at_first_sight(change: dict[str, str]) -> None:
    shelf = Shelf(authority().issue())
    with pytest.raises(NotSigned):
        received(vendor_of(shelf), {**signed(BODY, url=URL), **change})
    assert shelf.fetched == []


def test_nothing_signed_at_all_is_refused(known: PayPalVendor) -> None:
    with pytest.raises(NotSigned):
        received(known, {}, vectors.SIGNED[0][0])


@pytest.mark.parametrize(
    ("after", "accepted"),
    [
        (timedelta(0), True),
        (timedelta(days=3), True),  # PayPal sends again for three days
        (timedelta(days=4), True),
        (timedelta(days=4, seconds=1), False),
        (timedelta(minutes=-5), True),
        (timedelta(minutes=-5, seconds=-1), False),
    ],
)
def test_an_old_event_cannot_be_played_again(
    known: PayPalVendor, after: timedelta, accepted: bool
) -> None:
    body, signature = vectors.SIGNED[0]
    at = datetime.fromisoformat(vectors.SENT_AT) + after
    if accepted:
        assert received(known, vector(signature), body, at=at).id == "WH-1"
    else:
        with pytest.raises(NotSigned, match="too long ago"):
            received(known, vector(signature), body, at=at)


# Where the certificate may lie.


@pytest.mark.parametrize(
    "url",
    [
        URL,
        "https://api.paypal.com/v1/notifications/certs/CERT-1",
        "https://api-m.paypal.com/v1/notifications/certs/CERT-1",
    ],
)
def test_a_certificate_may_lie_at_paypal(url: str) -> None:
    shelf = Shelf(authority().issue())
    assert received(vendor_of(shelf), signed(BODY, url=url)).id == "WH-9"
    assert shelf.fetched == [url]


_PATH = "/v1/notifications/certs/CERT-1"


@pytest.mark.parametrize(
    "url",
    [
        f"http://api.paypal.com{_PATH}",
        f"https://paypal.com.evil.example{_PATH}",
        f"https://evilpaypal.com{_PATH}",
        f"https://evil.example/api.paypal.com{_PATH}",
        f"https://api.paypal.com@evil.example{_PATH}",
        f"https://evil.example\\@api.paypal.com{_PATH}",
        f"https://user:word@api.paypal.com{_PATH}",
        f"https://api.paypal.com:8443{_PATH}",
        f"https://api.paypal.com:443{_PATH}",
        f"https://api.paypal.com.{_PATH}",
        f"https://.paypal.com{_PATH}",
        f"https://api..paypal.com{_PATH}",
        f"https://api.paypal.com{_PATH}?to=https://evil.example",
        f"https://api.paypal.com{_PATH}#x",
        f"https://api.paypal.com{_PATH}/../../../redirect",
        "https://api.paypal.com/v1/notifications/certs/../../redirect",
        "https://api.paypal.com/v1/notifications/certs/",
        "https://api.paypal.com/cgi-bin/redirect",
        f"https://api.paypal.com//evil.example{_PATH}",
        f"https:/api.paypal.com{_PATH}",
        f"HTTPS://api.paypal.com{_PATH}",
        f"https://API.PAYPAL.COM{_PATH}",
        f"https://аpi.paypal.com{_PATH}",  # a Cyrillic letter
        f"https://api.paypal.com{_PATH}\n",
        f"https://api.paypal.com\t{_PATH}",
        f" https://api.paypal.com{_PATH}",
        f"https://[::1]{_PATH}",
        f"https://[api.paypal.com{_PATH}",
        f"https://169.254.169.254{_PATH}",
        "file:///etc/passwd",
        "https://api.paypal.com/v1/notifications/certs/" + "A" * 600,
    ],
)
def test_any_other_address_is_refused_without_being_fetched(url: str) -> None:
    shelf = Shelf(authority().issue())
    with pytest.raises(NotSigned, match="does not lie at PayPal"):
        received(vendor_of(shelf), signed(BODY, url=url))
    assert shelf.fetched == []


def test_a_certificate_is_fetched_once() -> None:
    shelf = Shelf(authority().issue())
    vendor = vendor_of(shelf)
    for _ in range(3):
        received(vendor, signed(BODY, url=URL))
    assert shelf.fetched == [URL]
    received(vendor, signed(BODY, url=f"{URL}-2"))
    assert shelf.fetched == [URL, f"{URL}-2"]


def test_one_that_cannot_be_fetched_proves_nothing_and_is_tried_again() -> None:
    left = [NotFetched("ReadTimeout")]

    def fetch(url: str) -> bytes:
        if left:
            raise left.pop()
        return authority().issue()

    vendor = PayPalVendor(fetch=fetch, roots=lambda: [authority().root])
    with pytest.raises(NotSigned, match="could not be fetched"):
        received(vendor, signed(BODY, url=URL))
    assert received(vendor, signed(BODY, url=URL)).id == "WH-9"


# Who vouches for it.


@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        (SANDBOX, True),
        ("messageverificationcerts.paypal.com", True),
        ("paypal.com.evil.example", False),
        ("evilpaypal.com", False),
        ("evil.example", False),
        (None, False),
    ],
)
def test_the_certificate_is_one_of_paypal_s(name: str | None, accepted: bool) -> None:
    vendor = vendor_of(Shelf(authority().issue(name)))
    if accepted:
        event = received(vendor, signed(BODY, url=URL))
        assert event.livemode is (name != SANDBOX)  # by who signed it, not by what it says
    else:
        with pytest.raises(NotSigned, match="not one of PayPal's"):
            received(vendor, signed(BODY, url=URL))


def test_an_attacker_s_root_vouches_for_nothing() -> None:
    theirs = authority("A root", number=3)  # of the same name, with another key
    vendor = vendor_of(Shelf(theirs.issue()))
    with pytest.raises(NotSigned, match="Nobody we trust"):
        received(vendor, signed(BODY, url=URL))


@pytest.mark.parametrize(
    ("begins", "ends"),
    [(FROM, AT - timedelta(seconds=2)), (AT + timedelta(seconds=1), TO)],
)
def test_a_certificate_holds_when_the_event_comes(begins: datetime, ends: datetime) -> None:
    vendor = vendor_of(Shelf(authority().issue(begins=begins, ends=ends)))
    with pytest.raises(NotSigned, match="Nobody we trust"):
        received(vendor, signed(BODY, url=URL))


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"\xff"],
)
def test_what_is_no_certificate_proves_nothing(content: bytes) -> None:
    with pytest.raises(NotSigned):
        received(vendor_of(Shelf(content)), signed(BODY, url=URL))


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP256R1()), rsa_key(9, 1024)])
def test_only_a_strong_rsa_key_signs(key: Any) -> None:
    vendor = vendor_of(Shelf(authority().issue(key=key)))
    with pytest.raises(NotSigned):
        received(vendor, signed(BODY, url=URL))


def test_another_key_than_the_certificate_s_proves_nothing() -> None:
    vendor = vendor_of(Shelf(authority().issue()))
    with pytest.raises(NotSigned, match="not signed for"):
        received(vendor, signed(BODY, url=URL, key=rsa_key(3)))


def test_for_paypal_itself_the_machine_s_own_roots_are_believed() -> None:
    roots = trusted_roots()
    assert len(roots) > 50
    assert authority().root not in roots
    with pytest.raises(NotSigned, match="Nobody we trust"):
        received(PayPalVendor(fetch=Shelf(authority().issue()).fetch), signed(BODY, url=URL))
