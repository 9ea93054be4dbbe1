"""Unguessable words: what opens a page to whoever was given its link."""

import os
from base64 import b32encode


def link_tokens(count: int) -> list[str]:
    """Return `count` tokens of 160 random bits each, in lower-case base32."""
    spelled = b32encode(os.urandom(20 * count)).decode().lower()  # 20 bytes are 32 letters
    return [spelled[n : n + 32] for n in range(0, 32 * count, 32)]
