"""The pretend portal's two key pairs: one to be told logins under, one to sign with."""

import base64
import json
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

_FROM, _TO = datetime(2020, 1, 1, tzinfo=UTC), datetime(2050, 1, 1, tzinfo=UTC)


class PortalKeys:
    """Made anew for each pretend portal, so that no signature of one proves anything at another."""

    def __init__(self) -> None:
        self._login = generate_private_key(public_exponent=65537, key_size=2048)
        self._signing = generate_private_key(public_exponent=65537, key_size=2048)

    @cached_property
    def login_pem(self) -> bytes:
        """Return the public key that logins are sealed under."""
        return self._login.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )

    @cached_property
    def certificate_pem(self) -> bytes:
        """Return the certificate of the key that it signs with."""
        return _certificate(self._signing).public_bytes(Encoding.PEM)

    def login_told(self, sealed: str) -> Any:
        """Return the object of a login. Raises: ValueError."""
        return json.loads(
            base64.b64decode(self._login.decrypt(base64.b64decode(sealed), PKCS1v15()))
        )

    def signed(self, text: str) -> str:
        """Return a JWS by RS256 that carries `text` as the portal's do."""
        head = _part({"alg": "RS256", "kid": "PRETEND", "typ": "JWT", "x5t": "pretend"})
        payload = _part({"data": text, "iss": "NIC Sandbox"})
        proof = self._signing.sign(f"{head}.{payload}".encode(), PKCS1v15(), SHA256())
        return f"{head}.{payload}.{_spelled(proof)}"


def _certificate(key: RSAPrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A pretend portal, of no value")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_TO)
        .sign(key, SHA256())
    )


def _part(told: Any) -> str:
    return _spelled(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode())


def _spelled(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
