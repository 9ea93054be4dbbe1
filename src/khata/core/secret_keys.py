"""Secret keys: made at random, told once, remembered only as a keyed hash."""

import hashlib
import hmac
import secrets
import zlib
from typing import Final

TEST: Final = "sk_test_"
LIVE: Final = "sk_live_"
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM: Final = 32  # characters of 62: 190 bits
_CHECK: Final = 6  # 62 ** 6 holds a CRC-32


def new_secret_key(*, livemode: bool) -> str:
    """Return a key nobody has had before: prefix, 190 random bits, checksum."""
    body = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM))
    prefix = LIVE if livemode else TEST
    return prefix + body + _checksum(prefix + body)


def could_be_key(text: str) -> bool:
    """Whether `text` is spelled as a key is: a scanner, and we, can tell without asking."""
    if not text.startswith((TEST, LIVE)) or len(text) != len(TEST) + _RANDOM + _CHECK:
        return False
    return hmac.compare_digest(text[-_CHECK:].encode(), _checksum(text[:-_CHECK]).encode())


def hash_of_key(text: str, *, pepper: bytes) -> bytes:
    """Return what is stored and looked up instead of the key."""
    return hmac.digest(pepper, text.encode(), hashlib.sha256)


def _checksum(text: str) -> str:
    rest = zlib.crc32(text.encode())
    characters = []
    for _ in range(_CHECK):
        rest, digit = divmod(rest, 62)
        characters.append(_ALPHABET[digit])
    return "".join(reversed(characters))
