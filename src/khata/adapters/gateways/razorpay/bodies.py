"""What is sent to Razorpay. Our ids go along everywhere, for they are how money is found again."""

from collections.abc import Mapping
from math import ceil
from typing import Any

from khata.ports.gateway import ChargeRequest, RefundRequest
from khata.ports.notices import NoticeRequest

# At most 15 notes of 256 characters. Source: razorpay.com/docs/api/orders/create
_LONGEST_NOTE = 256
_LONGEST_DESCRIPTION = 255


def order(request: ChargeRequest) -> dict[str, Any]:
    """Return the order of an attempt: its receipt, by which it is found, is the attempt's id."""
    return {
        "amount": request.amount,
        "currency": request.currency,
        "receipt": str(request.attempt_id),
        "payment_capture": True,
        "notes": notes(request),
    }


def order_with_notice(request: NoticeRequest) -> dict[str, Any]:
    """Return an order that tells the payer of a debit, and is debited only after `payment_after`.

    Source: razorpay.com/docs/api/payments/recurring-payments/upi/create-subsequent-payments
    """
    told = {
        "notice_id": str(request.notice_id),
        "tenant": request.merchant,
        "customer": request.customer,
        "invoice": request.invoice_number,
    }
    return {
        "amount": request.amount,
        "currency": request.currency,
        "receipt": str(request.notice_id),
        "payment_capture": True,
        "notification": {
            "token_id": request.token,
            "payment_after": ceil(request.debit_at.timestamp()),
        },
        "notes": {name: text[:_LONGEST_NOTE] for name, text in told.items()},
    }


def recurring_payment(
    request: ChargeRequest, *, order_id: str, customer_id: str, reach: Mapping[str, str]
) -> dict[str, Any]:
    """Return the payment without the payer; `reach` are the e-mail and phone of the customer."""
    return {
        "email": reach["email"],
        "contact": reach["contact"],
        "amount": request.amount,
        "currency": request.currency,
        "order_id": order_id,
        "customer_id": customer_id,
        "token": request.token,
        "recurring": True,
        "description": request.description[:_LONGEST_DESCRIPTION],
        "notes": notes(request),
    }


def refund(request: RefundRequest) -> dict[str, Any]:
    return {
        "amount": request.amount,
        "speed": "normal",
        "receipt": str(request.refund_id),
        "notes": {"refund_id": str(request.refund_id), "attempt_id": str(request.attempt_id)},
    }


def notes(request: ChargeRequest) -> dict[str, str]:
    told = {
        "attempt_id": str(request.attempt_id),
        "tenant": request.merchant,
        "customer": request.customer,
        "invoice": request.invoice_number,
    }
    return {name: text[:_LONGEST_NOTE] for name, text in told.items()}
