"""A webhook as it leaves: the body, and the headers that let the receiver trust it.

Source: Standard Webhooks 1.0 (standardwebhooks.com), the symmetric signature `v1`.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

PREFIX: Final = "whsec_"
_SECRET_BYTES: Final = 32  # of 24 to 64
LARGEST_BODY: Final = 20_000
_LONGEST_TEXT: Final = 500  # of one fact, where the body would be too large


def new_secret() -> str:
    """Return a secret that nobody has had before, spelled as receivers' libraries read it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def body_of(event: Mapping[str, Any]) -> bytes:
    """Return the bytes that are sent and signed for an event, as the API spells it.

    Always the same for the same event, and below 20 kB: where a text of a person would make it
    larger, texts are cut.
    """
    body = _spelled(event)
    if len(body) < LARGEST_BODY:
        return body
    facts = {
        name: value[:_LONGEST_TEXT] if isinstance(value, str) else value
        for name, value in event["facts"].items()
    }
    return _spelled({**event, "facts": facts})


def _spelled(event: Mapping[str, Any]) -> bytes:
    told = {"type": event["type"], "timestamp": event["created"], "data": event}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def headers_of(*, id: str, at: datetime, signature: str) -> dict[str, str]:
    """Return the headers of one try. `id` is the event's, the same at each try."""
    return {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }


def sign(keys: Sequence[str], *, id: str, at: datetime, body: bytes) -> str:
    """Return the signatures of these secrets, the newest first, with spaces between them."""
    signed = b".".join((id.encode(), str(int(at.timestamp())).encode(), body))
    return " ".join(f"v1,{_signature(key, signed)}" for key in keys)


def _signature(key: str, signed: bytes) -> str:
    secret = base64.b64decode(key.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
