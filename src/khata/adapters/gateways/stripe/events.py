"""Stripe's webhooks: proven on their raw bytes, and read as hints where to look; pure.

Source: docs.stripe.com/webhooks/signature.
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from khata.adapters.gateways.stripe.amounts import from_stripe
from khata.adapters.gateways.stripe.translate import ATTEMPT, REFUND, VISIT, Object, ours_in
from khata.ports.gateway_vendor import GatewayEvent, NotSigned, Subject

HEADER = "stripe-signature"
TOLERANCE = timedelta(seconds=300)  # how far the time that was signed may lie from ours

_SUBJECTS = {
    "payment_intent": Subject.CHARGE,
    "charge": Subject.CHARGE,
    "refund": Subject.REFUND,
    "dispute": Subject.DISPUTE,
    "payment_method": Subject.METHOD,
    "mandate": Subject.METHOD,
    "setup_intent": Subject.METHOD,
    "checkout.session": Subject.VISIT,
}
_PAYOUTS = {
    "payout.paid": Subject.PAYOUT,
    "payout.reconciliation_completed": Subject.PAYOUT,  # now it is told what it is made of
    "payout.failed": Subject.FAILED_PAYOUT,
}


def read_event(
    headers: Mapping[str, str], body: bytes, *, secrets: Sequence[str], received_at: datetime
) -> GatewayEvent:
    """Return what a webhook is about. Raises: NotSigned."""
    _verify(headers.get(HEADER, ""), body, secrets, received_at)
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        raise NotSigned("What is signed is no event of Stripe's") from None
    if not isinstance(event, dict) or not _word(event, "id") or not _word(event, "type"):
        raise NotSigned("What is signed is no event of Stripe's")
    return _read(event)


def _verify(header: str, body: bytes, secrets: Sequence[str], received_at: datetime) -> None:
    parts = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    given = [value.encode() for name, _, value in parts if name == "v1"]
    if len(times) != 1 or not _is_time(times[0]) or not given:
        raise NotSigned("The Stripe-Signature header is missing, or not of Stripe's form")
    usable = [secret for secret in secrets if secret.strip()]
    if not usable:
        raise NotSigned("No webhook secret is on file for this account")
    signed = times[0].encode() + b"." + body
    # Each is compared with each, whatever the first ones came to.
    matches = [
        hmac.compare_digest(hmac.new(secret.encode(), signed, sha256).hexdigest().encode(), one)
        for secret in usable
        for one in given
    ]
    if not any(matches):
        raise NotSigned("The signature was not made with this account's webhook secret")
    if abs(received_at - datetime.fromtimestamp(int(times[0]), UTC)) > TOLERANCE:
        raise NotSigned("The signature is more than 5 minutes old: it may be a repetition")


def _is_time(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 11


def _read(event: Mapping[str, Any]) -> GatewayEvent:
    held = event.get("data")
    found = held.get("object") if isinstance(held, Mapping) else None
    object: Object = found if isinstance(found, Mapping) else {}
    subject = _SUBJECTS.get(_word(object, "object") or "", Subject.OTHER)
    if _word(object, "object") == "payout":
        subject = _PAYOUTS.get(str(event["type"]), Subject.OTHER)
    if _word(object, "object") == "setup_intent" and ours_in(object, VISIT) is not None:
        subject = Subject.VISIT
    amount, currency = _moved(str(event["type"]), object, subject)
    livemode, created = event.get("livemode"), event.get("created")
    return GatewayEvent(
        str(event["id"]),
        str(event["type"]),
        subject,
        ours=_ours(object, subject),
        reference=_reference(object, subject),
        charge=_payment(object) if subject in (Subject.REFUND, Subject.DISPUTE) else None,
        account=_word(event, "account"),
        livemode=livemode if isinstance(livemode, bool) else None,
        amount=amount,
        currency=currency,
        created_at=_instant(created),
    )


def _ours(object: Object, subject: Subject) -> UUID | None:
    """Return our id of it: of a visit's money the visit's, which its attempt has as well."""
    if subject is Subject.REFUND:
        return ours_in(object, REFUND)
    if subject is Subject.VISIT:
        return ours_in(object, VISIT)
    return ours_in(object, ATTEMPT) or ours_in(object, VISIT)


def _reference(object: Object, subject: Subject) -> str | None:
    """Return the id that we know the thing by: a charge by its PaymentIntent, a visit by its page.

    What is saved on a page does not name the page.
    """
    if subject is Subject.VISIT and object.get("object") != "checkout.session":
        return None
    if object.get("object") == "charge":
        return _payment(object)
    if subject is Subject.METHOD and object.get("object") != "payment_method":
        return _id(object.get("payment_method"))
    return _word(object, "id")


def _payment(object: Object) -> str | None:
    of_charge = object.get("id") if object.get("object") == "charge" else object.get("charge")
    return _id(object.get("payment_intent")) or _id(of_charge)


def _moved(type: str, object: Object, subject: Subject) -> tuple[int | None, str | None]:
    """Return what the event says was taken, given back or disputed; nothing of what was not."""
    name = {"payment_intent.succeeded": "amount_received", "charge.succeeded": "amount"}.get(type)
    if subject in (Subject.REFUND, Subject.DISPUTE):
        name = "amount"
    elif object.get("object") == "checkout.session" and object.get("payment_status") == "paid":
        name = "amount_total"
    amount, currency = object.get(name or ""), _word(object, "currency")
    if not isinstance(amount, int) or currency is None:
        return None, None
    try:
        return from_stripe(amount, currency.upper()), currency.upper()
    except Exception:  # a currency nobody knows; the object itself is asked for anyway
        return None, None


def _instant(created: object) -> datetime | None:
    if not isinstance(created, int) or not 0 <= created < 10**11:
        return None
    return datetime.fromtimestamp(created, UTC)


def _word(object: Mapping[str, Any], name: str) -> str | None:
    value = object.get(name)
    return value if isinstance(value, str) and value else None


def _id(value: object) -> str | None:
    if isinstance(value, Mapping):
        value = value.get("id")
    return value if isinstance(value, str) and value else None
