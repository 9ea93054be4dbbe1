"""Webhooks of the pretend Razorpay: the envelope, its bytes as PHP writes them, the signature."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from khata.simulators.hooks import Endpoint, Hook

Object = dict[str, Any]


def hook_of(id: str, *, account: str, event: str, about: Object, at: datetime) -> Hook:
    """Return the event as it stands to be sent; `about` are its entities by name.

    Slashes and letters beyond ASCII are escaped, as in Razorpay's own bodies. Notices of orders
    tell their time one level deeper.
    """
    time = {"created_at": int(at.timestamp())}
    is_notice = event.startswith("order.notification.")
    envelope = {
        "entity": "event",
        "account_id": account,
        "event": event,
        "contains": list(about),
        "payload": {name: {"entity": entity} for name, entity in about.items()}
        | (time if is_notice else {}),
    } | ({} if is_notice else time)
    body = json.dumps(envelope, separators=(",", ":")).replace("/", "\\/")
    return Hook(id, event, account, body.encode())


def signature(hook: Hook, endpoint: Endpoint) -> Mapping[str, str]:
    digest = hmac.new(endpoint.secret.encode(), hook.body, hashlib.sha256)
    return {"X-Razorpay-Signature": digest.hexdigest(), "X-Razorpay-Event-Id": hook.event_id}
