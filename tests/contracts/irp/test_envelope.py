"""The envelope of NIC's API against the command `openssl`, and signatures against RFC 7515."""

import base64
import json
from decimal import Decimal
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from khata.adapters.irp.nic.envelope import NotReadable, opened, public_key, sealed, sealed_login
from khata.adapters.irp.nic.signatures import SignatureInvalid, verified
from khata.simulators.irp.keys import PortalKeys
from khata.simulators.irp.login import seal, unseal
from tests.contracts.irp.candidates import portal_keys

KEY = bytes(range(32))
# printf … | openssl enc -aes-256-ecb -K 000102…1f -base64 -A
SEALED = [
    (b'{"Irn":"x"}', "DwN5uiCVvEslZfCRTQj4yw=="),
    (b"0123456789abcdef", "2MlXWOM1PlMPpSvRDnO5hp87dQSSb4vTbjEY6QOkzUo="),
    (b"", "nzt1BJJvi9NuMRjpA6TNSg=="),
]


@pytest.mark.parametrize(("plain", "text"), SEALED)
def test_payloads_are_sealed_as_openssl_does(plain: bytes, text: str) -> None:
    assert sealed(plain, KEY) == text == seal(plain, KEY)
    assert opened(text, KEY) == plain == unseal(text, KEY)


@pytest.mark.parametrize(
    "text", ["", "no base64!", base64.b64encode(b"x" * 15).decode(), base64.b64encode(b"x" * 16)]
)
def test_what_does_not_open_is_no_text(text: Any) -> None:
    with pytest.raises(NotReadable):
        opened(text, KEY)


def test_another_key_opens_nothing() -> None:
    with pytest.raises(NotReadable):
        opened(sealed(b"a payload of some length", KEY), bytes(32))


def test_only_the_portal_reads_a_login() -> None:
    login = json.dumps({"UserName": "u", "Password": "p" * 40, "AppKey": "k" * 44}).encode()
    told = portal_keys().login_told(sealed_login(login, public_key(portal_keys().login_pem)))
    assert told == json.loads(login)


def test_a_key_comes_as_itself_or_in_a_certificate() -> None:
    keys = portal_keys()
    assert public_key(keys.login_pem).key_size == 2048
    assert public_key(keys.certificate_pem).key_size == 2048
    curve = generate_private_key(SECP256R1()).public_key()
    with pytest.raises(ValueError, match="RSA"):
        public_key(curve.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(ValueError):
        public_key(b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")


def signing() -> list[Any]:
    return [public_key(portal_keys().certificate_pem)]


def test_a_signed_text_tells_what_it_carries() -> None:
    assert verified(portal_keys().signed('{"Irn": "abc", "TotInvVal": 1180.10}'), signing()) == {
        "Irn": "abc",
        "TotInvVal": Decimal("1180.10"),
    }


def part(told: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


def forged(change: str) -> str:
    head, payload, proof = portal_keys().signed('{"Irn": "abc"}').split(".")
    if change == "payload":
        payload = part({"data": '{"Irn": "abd"}', "iss": "NIC"})
    elif change == "no algorithm":
        head, proof = part({"alg": "none"}), ""
    elif change == "another algorithm":
        head = part({"alg": "HS256"})
    elif change == "no signature":
        proof = ""
    elif change == "two parts":
        return f"{head}.{payload}"
    elif change == "no base64":
        proof = "!!!"
    elif change == "another key":
        return PortalKeys().signed('{"Irn": "abc"}')
    elif change == "no data":
        return portal_keys().signed("no JSON")
    elif change == "a list":
        return portal_keys().signed("[1]")
    return f"{head}.{payload}.{proof}"


@pytest.mark.parametrize(
    "change",
    "payload|no algorithm|another algorithm|no signature|two parts|no base64|another key|no data"
    "|a list".split("|"),
)
def test_a_forged_text_proves_nothing(change: str) -> None:
    with pytest.raises(SignatureInvalid):
        verified(forged(change), signing())


def test_the_text_does_not_choose_the_algorithm() -> None:
    """RFC 8725, section 3.1: whatever its header says, only RS256 is taken."""
    payload = part({"data": "{}", "iss": "NIC"})
    key = portal_keys()._signing
    for algorithm, taken in (("RS256", True), ("PS256", False), ("none", False)):
        head = part({"alg": algorithm})
        proof = key.sign(f"{head}.{payload}".encode(), PKCS1v15(), SHA256())
        text = f"{head}.{payload}.{base64.urlsafe_b64encode(proof).decode().rstrip('=')}"
        if taken:
            assert verified(text, signing()) == {}
            continue
        with pytest.raises(SignatureInvalid, match="RS256"):
            verified(text, signing())


def test_nothing_is_proved_without_a_key() -> None:
    with pytest.raises(SignatureInvalid):
        verified(portal_keys().signed('{"Irn": "abc"}'), [])
