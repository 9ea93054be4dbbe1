"""Razorpay's webhooks: proven on their raw bytes, and read for what they are about. Pure."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from khata.adapters.gateways.razorpay.client import Object
from khata.adapters.gateways.razorpay.translate import number, our_id, text
from khata.core.gateway_event import GatewayEvent, Subject
from khata.ports.gateway_vendor import NotSigned

SIGNATURE: Final = "x-razorpay-signature"
EVENT_ID: Final = "x-razorpay-event-id"

_ID = re.compile(r"[\w-]{1,100}", re.ASCII)

# What an event is about, by the longest beginning of its name that is listed here.
_SUBJECTS: Final = {
    "payment.dispute.": (Subject.DISPUTE, "dispute"),
    "payment.downtime.": (Subject.OTHER, "payment.downtime"),
    "payment.": (Subject.CHARGE, "payment"),
    "order.paid": (Subject.CHARGE, "payment"),
    "order.notification.delivered": (Subject.NOTICE_TOLD, "notification"),
    "order.notification.failed": (Subject.NOTICE_FAILED, "notification"),
    "refund.": (Subject.REFUND, "refund"),
    "token.": (Subject.METHOD, "token"),
    "payment_link.": (Subject.VISIT, "payment_link"),
    "settlement.processed": (Subject.PAYOUT, "settlement"),
    "invoice.": (Subject.VISIT, "invoice"),  # of a registration link
}
_NOTICES: Final = frozenset({Subject.NOTICE_TOLD, Subject.NOTICE_FAILED})
_MOVED: Final = ("payment.authorized", "payment.captured", "order.paid", "refund.processed")


def prove(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> None:
    """Check the signature: HMAC-SHA256 of the raw body, in small hexadecimal letters.

    It bears no time, so an event is told from its repetition by its id alone. After a change of
    the secret, events from before are still signed with the old one. Raises: NotSigned.
    Source: razorpay.com/docs/webhooks/validate-test
    """
    given = headers.get(SIGNATURE, "").encode()
    valid = False
    for secret in secrets:
        expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()
        valid |= bool(secret) and hmac.compare_digest(expected, given)
    if not valid:
        raise NotSigned("The signature is not Razorpay's for this account")


def read(headers: Mapping[str, str], body: bytes) -> GatewayEvent:
    """Return what a proven event is about. Raises: NotSigned, where it is no event at all."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise NotSigned("The body is signed and cannot be read") from None
    kind = text(told, "event") if isinstance(told, dict) else None
    if kind is None:
        raise NotSigned("The body is signed and is no event of Razorpay")
    subject, part = _subject(kind)
    entity = _entity(told, part)
    return GatewayEvent(
        id=_id(headers, body),
        type=kind,
        subject=subject,
        ours=_ours(entity, subject) or _ours(_entity(told, "order"), subject),
        reference=text(entity, "order_id" if subject in _NOTICES else "id"),
        charge=_charge(entity, subject),
        account=text(told, "account_id"),
        amount=number(entity, "amount") if _says_amount(kind, subject) else None,
        currency=text(entity, "currency") if _says_amount(kind, subject) else None,
        created_at=_instant(entity, "delivered_at") or _created_at(told),
    )


def _subject(kind: str) -> tuple[Subject, str]:
    for beginning, about in _SUBJECTS.items():
        if kind.startswith(beginning):
            return about
    return Subject.OTHER, kind.partition(".")[0]


def _id(headers: Mapping[str, str], body: bytes) -> str:
    """Return the event's id; the same bytes are the same event where it has none."""
    id = headers.get(EVENT_ID, "")
    return id if _ID.fullmatch(id) else f"sha256_{hashlib.sha256(body).hexdigest()}"


def _entity(told: Object, part: str) -> Object:
    payload: Any = told.get("payload")
    wrapped = payload.get(part) if isinstance(payload, dict) else None
    entity = wrapped.get("entity") if isinstance(wrapped, dict) else None
    return entity if isinstance(entity, dict) else {}


def _ours(entity: Object, subject: Subject) -> UUID | None:
    if subject is Subject.CHARGE:
        return our_id(entity, "attempt_id") or our_id(entity, "visit_id")
    if subject is Subject.VISIT:
        return our_id(entity, "visit_id")
    return our_id(entity, "refund_id") if subject is Subject.REFUND else None


def _charge(entity: Object, subject: Subject) -> str | None:
    about_a_charge = subject in (Subject.REFUND, Subject.DISPUTE)
    return text(entity, "payment_id") if about_a_charge else None


def _says_amount(kind: str, subject: Subject) -> bool:
    return kind in _MOVED or subject is Subject.DISPUTE


def _created_at(told: Object) -> datetime | None:
    """Return when it happened; notices of orders tell it one level deeper."""
    payload: Any = told.get("payload")
    within = payload if isinstance(payload, dict) else {}
    return _instant(told, "created_at") or _instant(within, "created_at")


def _instant(told: Object, field: str) -> datetime | None:
    seconds = number(told, field)
    known = seconds is not None and 0 < seconds < 2**35
    return datetime.fromtimestamp(seconds, UTC) if known and seconds else None
