"""The portal's signatures: JWS with RS256, checked against its published keys."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from khata.core.exports.wire_json import read


class SignatureInvalid(Exception):
    """No key of the portal's made this signature, or the text is no signed one."""


def verified(token: str, keys: Sequence[RSAPublicKey]) -> dict[str, Any]:
    """Return the object that a JWS carries in `data`, once a key of the portal's has proved it.

    Raises: SignatureInvalid. Source: RFC 7515, RFC 7518 section 3.3; NIC, signed invoice and QR.
    """
    try:
        head, payload, signature = token.split(".")
        header = read(_bytes(head))
        proof = _bytes(signature)
    except (ValueError, AttributeError):
        raise SignatureInvalid("this is no signed text of three parts") from None
    # The algorithm is ours to choose, never the text's.
    if not isinstance(header, dict) or header.get("alg") != "RS256":
        raise SignatureInvalid("it is not signed by RS256")
    if not any(_proves(key, proof, f"{head}.{payload}".encode()) for key in keys):
        raise SignatureInvalid("no key of the portal's made the signature")
    try:
        inner = read(_bytes(payload))["data"]
        told = read(inner) if isinstance(inner, str) else inner
    except (ValueError, KeyError, TypeError):
        raise SignatureInvalid("what is signed cannot be read") from None
    if not isinstance(told, dict):
        raise SignatureInvalid("what is signed is no object")
    return told


def _proves(key: RSAPublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify(signature, signed, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _bytes(part: str) -> bytes:
    try:
        return base64.b64decode(
            part.encode("ascii").translate(bytes.maketrans(b"-_", b"+/")) + b"=" * (-len(part) % 4),
            validate=True,
        )
    except (binascii.Error, UnicodeEncodeError):
        raise ValueError("not base64url") from None
