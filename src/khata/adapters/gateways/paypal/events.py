"""PayPal's webhooks: proven on their raw bytes, then read for what they are about."""

import base64
import binascii
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from khata.adapters.gateways.paypal.amounts import NoAmount, read_amount
from khata.adapters.gateways.paypal.translate import (
    NotReadable,
    ours_or_visits,
    read_instant,
    visits,
)
from khata.ports.gateway_vendor import GatewayEvent, NotSigned, Subject

# PayPal sends again for three days; the day more is for clocks and queues. What comes twice
# within is known by the event's id.
_OLDEST: Final = timedelta(days=4)
_EARLIEST: Final = timedelta(minutes=5)

_LARGEST: Final = 1_000_000  # bytes

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Claim:
    """What an event's headers claim, of the right form and lately sent; nothing of it is proven."""

    certificate_url: str
    begins: str  # of what was signed
    signature: bytes


def claim_in(headers: Mapping[str, str], *, received_at: datetime) -> Claim:
    """Read the headers. Raises: NotSigned, before anything is fetched for them."""
    if _header(headers, "paypal-auth-algo") != "SHA256withRSA":
        raise NotSigned("The event is signed in a way that PayPal does not use")
    sent_at = _header(headers, "paypal-transmission-time")
    _check_age(sent_at, received_at)
    try:
        signature = base64.b64decode(_header(headers, "paypal-transmission-sig"), validate=True)
    except (binascii.Error, ValueError):
        raise NotSigned("The event's signature is not base64") from None
    begins = f"{_header(headers, 'paypal-transmission-id')}|{sent_at}"
    return Claim(_header(headers, "paypal-cert-url"), begins, signature)


def prove(claim: Claim, body: bytes, key: RSAPublicKey, *, webhook_ids: Sequence[str]) -> None:
    """Let through only what the key's owner signed for one of our webhooks.

    Signed is `<transmission id>|<transmission time>|<our webhook id>|<crc32 of the body>`, by
    RSA (PKCS #1 v1.5) over SHA-256. The webhook id is ours, never the request's.
    Raises: NotSigned. Source: PayPal, "Integrate webhooks", self-verification method.
    """
    for webhook_id in webhook_ids:
        signed = f"{claim.begins}|{webhook_id}|{zlib.crc32(body)}".encode()
        try:
            key.verify(claim.signature, signed, PKCS1v15(), SHA256())
        except InvalidSignature:
            continue
        return
    raise NotSigned("The event is not signed for this account's webhook")


def read(body: bytes, *, owner: str) -> GatewayEvent:
    """Return what a proven event is about. `owner` is the name in the certificate.

    Raises: NotSigned for what is no event of PayPal's at all. Source: Webhooks v1, event.
    """
    event = _object_in(body)
    id, type, resource = event.get("id"), event.get("event_type"), event.get("resource")
    if not isinstance(id, str) or not isinstance(type, str) or not isinstance(resource, dict):
        raise NotSigned("The event has no id, type or resource")
    told = _told(type, event.get("resource_type"), resource)
    try:
        created_at = read_instant(event.get("create_time"))
    except NotReadable:
        created_at = None
    return GatewayEvent(
        id, type, livemode=not owner.endswith(".sandbox.paypal.com"), created_at=created_at, **told
    )


def _told(type: str, resource_type: object, resource: Object) -> dict[str, Any]:
    if type.startswith("PAYMENT.CAPTURE.") and _up_to_capture(resource) is None:
        return _of_charge(resource, _text(resource.get("id")), resource.get("amount"))
    if type.startswith(("PAYMENT.CAPTURE.", "PAYMENT.REFUND.")):
        return {
            **_of_charge(resource, _text(resource.get("id")), resource.get("amount")),
            "subject": Subject.REFUND,
            "charge": _up_to_capture(resource),
        }
    if type.startswith("CHECKOUT.ORDER."):
        unit = _first(resource.get("purchase_units"))
        payments = unit.get("payments")
        capture = _first(payments.get("captures") if isinstance(payments, dict) else None)
        if visits(unit.get("custom_id")) is not None:
            return _of_visit(unit, _text(resource.get("id")))
        return _of_charge(unit, _text(capture.get("id")), unit.get("amount"))
    if type.startswith("VAULT.PAYMENT-TOKEN."):
        saved_at = _order_in(resource) if type == "VAULT.PAYMENT-TOKEN.CREATED" else None
        reference = _text(resource.get("id"))
        return {"subject": Subject.METHOD, "reference": reference, "charge": saved_at}
    if type.startswith(("CUSTOMER.DISPUTE.", "RISK.DISPUTE.")):
        disputed = _first(resource.get("disputed_transactions"))
        return {
            "subject": Subject.DISPUTE,
            "reference": _text(resource.get("dispute_id")),
            "charge": _text(disputed.get("seller_transaction_id")),
            "ours": ours_or_visits(disputed.get("custom")),
            **_money(resource.get("dispute_amount")),
        }
    if type.startswith("MERCHANT."):
        return {"subject": Subject.OTHER, "account": _text(resource.get("merchant_id"))}
    return {"subject": Subject.OTHER}


def _of_visit(named: Object, reference: str | None) -> dict[str, Any]:
    return {
        "subject": Subject.VISIT,
        "reference": reference,
        "ours": visits(named.get("custom_id")),
        **_money(named.get("amount")),
    }


def _order_in(token: Object) -> str | None:
    """Return the order that something was saved with, where the vault tells of it by itself."""
    kept = token.get("metadata")
    return _text(kept.get("order_id")) if isinstance(kept, dict) else None


def _of_charge(named: Object, reference: str | None, money: object) -> dict[str, Any]:
    return {
        "subject": Subject.CHARGE,
        "reference": reference,
        "ours": ours_or_visits(named.get("custom_id")),  # a visit's money has the visit's id
        **_money(money),
    }


def _up_to_capture(resource: Object) -> str | None:
    """Return the capture that a refund belongs to, which only its link upwards names."""
    links = resource.get("links")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("rel") == "up":
            before, found, id = str(link.get("href")).rpartition("/captures/")
            return id if found and before else None
    return None


def _money(money: object) -> dict[str, Any]:
    if not isinstance(money, dict):
        return {}
    currency = money.get("currency_code")
    try:
        return {"amount": read_amount(money.get("value"), currency), "currency": currency}
    except NoAmount:
        return {}


def _object_in(body: bytes) -> Object:
    if len(body) > _LARGEST:
        raise NotSigned("The event is too long")
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        raise NotSigned("The event is not JSON") from None
    if not isinstance(event, dict):
        raise NotSigned("The event is not an object")
    return event


def _check_age(sent_at: str, received_at: datetime) -> None:
    try:
        age = received_at - read_instant(sent_at)
    except NotReadable:
        raise NotSigned("The event does not say when it was sent") from None
    if not -_EARLIEST <= age <= _OLDEST:
        raise NotSigned("The event was sent too long ago, or in the future")


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name)
    if not value:
        raise NotSigned(f"The event has no {name}")
    return value


def _first(several: object) -> Object:
    first = several[0] if isinstance(several, list) and several else None
    return first if isinstance(first, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
