"""The pretend PayPal's certificates: a root of its own, and one that signs webhooks."""

from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NAME = "messageverificationcerts.sandbox.paypal.com"
PATH = "/v1/notifications/certs/CERT-360caa42-sim00001"

# Wide, since the pretend clock may be set to any year that somebody bills for.
_FROM, _TO = datetime(2015, 1, 1, tzinfo=UTC), datetime(2049, 12, 31, tzinfo=UTC)


class Signer:
    """Signs webhooks; `pem` is what lies at the certificate's address, `root` vouches for it."""

    def __init__(self) -> None:
        root_key = generate_private_key(65537, 2048)
        self._key = generate_private_key(65537, 2048)
        root = _root(root_key)
        self.root = root.public_bytes(Encoding.PEM).decode()
        self.pem = _leaf(root, root_key, self._key).public_bytes(Encoding.PEM)

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message, PKCS1v15(), SHA256())


@cache
def signer() -> Signer:
    """Return the one of this process: keys take a while to make."""
    return Signer()


def _root(key: RSAPrivateKey) -> x509.Certificate:
    name = _named("Root of the pretend PayPal")
    usage = x509.KeyUsage(
        **dict.fromkeys(
            "digital_signature content_commitment key_encipherment data_encipherment "
            "key_agreement encipher_only decipher_only".split(),
            False,
        ),
        key_cert_sign=True,
        crl_sign=True,
    )
    return (
        _begun(name, name, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )


def _leaf(root: x509.Certificate, root_key: RSAPrivateKey, key: RSAPrivateKey) -> x509.Certificate:
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    return (
        _begun(_named(NAME), root.subject, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(identifier, critical=False)
        .sign(root_key, SHA256())
    )


def _begun(subject: x509.Name, issuer: x509.Name, key: RSAPrivateKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_TO)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
