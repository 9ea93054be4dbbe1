"""Webhooks of the pretend PayPal: events in its envelope, signed with its certificate."""

import base64
import json
import uuid
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from khata.simulators.hooks import Endpoint, Hook, Hooks
from khata.simulators.paypal.answers import instant
from khata.simulators.paypal.certificates import PATH, signer

_KINDS = {
    "PAYMENT.CAPTURE.REFUNDED": "refund",
    "PAYMENT.REFUND": "refund",
    "PAYMENT.CAPTURE": "capture",
    "CHECKOUT.ORDER": "checkout-order",
    "VAULT.PAYMENT-TOKEN": "payment_token",
    "CUSTOMER.DISPUTE": "dispute",
}


class Notices:
    """Puts what happened into PayPal's envelope, and signs it for each webhook."""

    def __init__(self, hooks: Callable[[], Hooks]) -> None:
        self._hooks = hooks
        self._count = 0

    def tell(self, account: str, type: str, resource: dict[str, Any], at: datetime) -> None:
        self._count += 1
        id = f"WH-{self._count:017}-SIM"
        kind = next(name for start, name in _KINDS.items() if type.startswith(start))
        event = {
            "id": id,
            "event_version": "1.0",
            "create_time": instant(at),
            "resource_type": kind,
            "resource_version": "2.0",
            "event_type": type,
            "summary": f"{type} for {resource.get('id', resource.get('dispute_id'))}",
            "resource": resource,
            "links": [
                {
                    "href": f"https://api.sandbox.paypal.com/v1/notifications/webhooks-events/{id}",
                    "rel": "self",
                    "method": "GET",
                }
            ],
        }
        self._hooks().add(Hook(id, type, account, json.dumps(event).encode()))


def signed(hook: Hook, endpoint: Endpoint, *, origin: str, at: datetime) -> Mapping[str, str]:
    """Return the headers that prove a webhook; the endpoint's secret is the webhook's id."""
    id, sent_at = str(uuid.uuid4()), instant(at)
    message = f"{id}|{sent_at}|{endpoint.secret}|{zlib.crc32(hook.body)}".encode()
    return {
        "PAYPAL-TRANSMISSION-ID": id,
        "PAYPAL-TRANSMISSION-TIME": sent_at,
        "PAYPAL-TRANSMISSION-SIG": base64.b64encode(signer().sign(message)).decode(),
        "PAYPAL-CERT-URL": f"{origin}{PATH}",
        "PAYPAL-AUTH-ALGO": "SHA256withRSA",
    }
