"""Unguessable words: what opens a page to whoever was given its link."""

import os
from base64 import b32encode


def link_tokens(count: int) -> list[str]:
    """Return `count` tokens of 160 random bits each, in lower-case base32."""
    noise = os.urandom(20 * count)
    return [b32encode(noise[n : n + 20]).decode().lower() for n in range(0, 20 * count, 20)]
