"""A vault of AES-256-GCM: version, nonce, and what is sealed, bound to table, column and row."""

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from khata.ports.vault import Place, SealBroken

_VERSION: Final = b"\x01"  # in front, so that another cipher or key can come beside this one
_NONCE: Final = 12
_PURPOSE: Final = b"khata vault 1"


class AesVault:
    """Seals under a key of its own, derived from the installation's secret key."""

    def __init__(self, secret_key: bytes) -> None:
        key = HKDF(SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret_key)
        self._cipher = AESGCM(key)

    def seal(self, secret: str, place: Place) -> bytes:
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + self._cipher.encrypt(nonce, secret.encode(), _bound_to(place))

    def open(self, sealed: bytes, place: Place) -> str:
        version, nonce, rest = sealed[:1], sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        if version != _VERSION:
            raise SealBroken(f"{_name(place)} was sealed in a way that this release does not know")
        try:
            return self._cipher.decrypt(nonce, rest, _bound_to(place)).decode()
        except (InvalidTag, ValueError):
            raise SealBroken(
                f"{_name(place)} does not open: KHATA_SECRET_KEY is not the one it was sealed with"
            ) from None


def _name(place: Place) -> str:
    return f"{place.table}.{place.column} of {place.row}"


def _bound_to(place: Place) -> bytes:
    return "\0".join((place.table, place.column, str(place.row))).encode()
