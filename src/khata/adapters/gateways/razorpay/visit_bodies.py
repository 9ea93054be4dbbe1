"""What is sent to Razorpay for a payer's visit. The visit's id is what it is found again by."""

import re
from datetime import UTC, datetime, time
from typing import Any, Final

from khata.core.mandate_terms import Frequency
from khata.core.payment_method import MethodKind
from khata.core.visit import Purpose
from khata.ports.gateway_visits import Payer, VisitRequest

# What the payer agrees with while nothing is paid: cards and UPI need a rupee, banks nothing.
# Source: razorpay.com/docs/api/payments/recurring-payments
_TRIAL_AMOUNT: Final = {MethodKind.CARD: 100, MethodKind.UPI: 100, MethodKind.EMANDATE: 0}
_CARD_FREQUENCIES: Final = frozenset(
    {Frequency.WEEKLY, Frequency.MONTHLY, Frequency.YEARLY, Frequency.AS_PRESENTED}
)
_LONGEST_NOTE = 256
_NAME: Final = re.compile(r"[^A-Za-z0-9 .'()]+", re.ASCII)


def amount_of(request: VisitRequest) -> int:
    """Return what is taken at the visit, in paise; a rupee of a trial goes back at once."""
    return request.amount or _TRIAL_AMOUNT.get(request.kind, 0)


def payment_link(request: VisitRequest, *, is_live: bool) -> dict[str, Any]:
    """Return the link at which an invoice is paid. Nobody is told by Razorpay: that is ours.

    Links for UPI alone are made in live mode only.
    Source: razorpay.com/docs/api/payments/payment-links/create-upi
    """
    body = {
        "amount": request.amount,
        "currency": request.currency,
        "reference_id": str(request.visit_id),
        "description": request.description[:2048],
        "customer": _customer(request.payer),
        "notify": {"sms": False, "email": False},
        "reminder_enable": False,
        "accept_partial": False,
        "expire_by": _stamp(request.expires_at),
        "callback_url": request.return_url,
        "callback_method": "get",
        "notes": notes(request),
    }
    return body | {"upi_link": True} if is_live and request.kind is MethodKind.UPI else body


def registration_link(request: VisitRequest) -> dict[str, Any]:
    """Return the link at which a mandate is registered, with its terms.

    Source: razorpay.com/docs/api/payments/recurring-payments (registration links)
    """
    terms = request.mandate
    registration: dict[str, Any] = {"method": request.kind.value}
    if terms is not None:
        registration["max_amount"] = terms.max_amount
        if terms.end is not None:
            registration["expire_at"] = _stamp(datetime.combine(terms.end, time.min, UTC))
        if request.kind is not MethodKind.EMANDATE:
            frequency = terms.frequency
            if request.kind is MethodKind.CARD and frequency not in _CARD_FREQUENCIES:
                frequency = Frequency.AS_PRESENTED
            registration["frequency"] = frequency.value
    if request.kind is MethodKind.EMANDATE:
        registration["auth_type"] = "netbanking"
    return {
        "customer": _customer(request.payer),
        "type": "link",
        "amount": amount_of(request),
        "currency": request.currency,
        "description": request.description[:2048],
        "subscription_registration": registration,
        "receipt": str(request.visit_id),
        "expire_by": _stamp(request.expires_at),
        "sms_notify": False,
        "email_notify": False,
        "callback_url": request.return_url,
        "callback_method": "get",
        "notes": notes(request),
    }


def notes(request: VisitRequest) -> dict[str, str]:
    """Return our ids; where money is paid it is an attempt, which has the visit's id."""
    told = {"visit_id": str(request.visit_id), "tenant": request.merchant}
    if request.purpose is not Purpose.SAVE:
        told |= {"attempt_id": told["visit_id"], "invoice": request.invoice_number or ""}
    return {name: text[:_LONGEST_NOTE] for name, text in told.items()}


def _customer(payer: Payer) -> dict[str, str]:
    name = " ".join(_NAME.sub(" ", payer.name).split())[:50]
    told = {"name": name if len(name) >= 3 else "", "email": payer.email or ""}
    told["contact"] = payer.phone or ""
    return {field: value for field, value in told.items() if value and len(value) <= 64}


def _stamp(at: datetime) -> int:
    return int(at.timestamp())
