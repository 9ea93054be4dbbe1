"""How NIC's API wraps what is said: RSA for the login, AES-256 in ECB for all that follows."""

import base64
import binascii

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import ECB
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

KEY_BYTES = 32


class NotReadable(Exception):
    """What came cannot be opened with this key, or is no text."""


def public_key(pem: bytes) -> RSAPublicKey:
    """Return the RSA key of a PEM file: a public key, or a certificate that holds one.

    Raises: ValueError.
    """
    if b"BEGIN CERTIFICATE" in pem:
        key = load_pem_x509_certificate(pem).public_key()
    else:
        key = load_pem_public_key(pem)  # type: ignore[assignment]  # a wider type of keys
    if not isinstance(key, RSAPublicKey):
        raise ValueError("the portal's key is an RSA key")
    return key


def sealed_login(login: bytes, key: RSAPublicKey) -> str:
    """Return a login as the portal alone can read it. Source: NIC API, authentication 1.04."""
    return base64.b64encode(key.encrypt(base64.b64encode(login), PKCS1v15())).decode()


def sealed(plain: bytes, key: bytes) -> str:
    """Return a payload under the session's key. Source: NIC API: AES/ECB/PKCS7, then base64."""
    padder = PKCS7(128).padder()
    padded = padder.update(plain) + padder.finalize()
    # NIC's API is defined so: the same blocks give the same text, and TLS around it is what hides.
    encryptor = Cipher(AES256(key), ECB()).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def opened(text: str, key: bytes) -> bytes:
    """Return what was sealed under a key. Raises: NotReadable."""
    try:
        raw = base64.b64decode(text, validate=True)
        decryptor = Cipher(AES256(key), ECB()).decryptor()
        padded = decryptor.update(raw) + decryptor.finalize()
        unpadder = PKCS7(128).unpadder()
        return unpadder.update(padded) + unpadder.finalize()
    except (ValueError, binascii.Error):
        raise NotReadable("what the portal sent does not open with the session's key") from None
