"""Certificates made on the spot: good ones, and those that an attacker would come with."""

import base64
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SANDBOX = "messageverificationcerts.sandbox.paypal.com"
FROM, TO = datetime(2024, 1, 1, tzinfo=UTC), datetime(2034, 1, 1, tzinfo=UTC)

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@cache
def rsa_key(number: int, bits: int = 2048) -> rsa.RSAPrivateKey:
    """Return one of a few keys, which take a while to make."""
    return rsa.generate_private_key(65537, bits)


@dataclass(frozen=True)
class Authority:
    """Somebody who vouches for certificates."""

    root: x509.Certificate
    key: rsa.RSAPrivateKey

    def issue(
        self,
        name: str | None = SANDBOX,
        *,
        key: Key | None = None,
        begins: datetime = FROM,
        ends: datetime = TO,
    ) -> bytes:
        key = key or rsa_key(2)
        builder = _begun(name or "nobody", self.root.subject, key, begins, ends).add_extension(
            x509.BasicConstraints(ca=False, path_length=None), critical=True
        )
        if name is not None:
            names = x509.SubjectAlternativeName([x509.DNSName(name)])
            builder = builder.add_extension(names, critical=False)
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        issued = (
            builder.add_extension(usage, critical=False)
            .add_extension(issuer, critical=False)
            .sign(self.key, SHA256())
        )
        return issued.public_bytes(Encoding.PEM)


@cache
def authority(name: str = "A root", number: int = 1) -> Authority:
    key = rsa_key(number)
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    subject = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    root = (
        _begun(name, _named(name), key, FROM, TO)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(subject, critical=False)
        .sign(key, SHA256())
    )
    return Authority(root, key)


def signed(
    body: bytes,
    *,
    url: str,
    webhook: str = "1JE4291016473214C",
    sent_at: str = "2026-03-01T10:00:05Z",
    key: rsa.RSAPrivateKey | None = None,
) -> Mapping[str, str]:
    """Return the headers that PayPal would send with a body."""
    id = "69cd13f0-d67a-11e5-baa3-778b53f4ae55"
    message = f"{id}|{sent_at}|{webhook}|{zlib.crc32(body)}".encode()
    signature = (key or rsa_key(2)).sign(message, PKCS1v15(), SHA256())
    return {
        "paypal-transmission-id": id,
        "paypal-transmission-time": sent_at,
        "paypal-transmission-sig": base64.b64encode(signature).decode(),
        "paypal-cert-url": url,
        "paypal-auth-algo": "SHA256withRSA",
    }


def _begun(
    name: str, issuer: x509.Name, key: Key, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
