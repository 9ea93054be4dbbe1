"""What Stripe is sent for a visit: the customer it is for, and the page; the same each time."""

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from khata.adapters.gateways.stripe.amounts import to_stripe
from khata.adapters.gateways.stripe.translate import TENANT, VISIT
from khata.core.mandate_terms import MandateTerms
from khata.core.payment_method import MethodKind
from khata.core.visit import Purpose
from khata.ports.gateway_visits import VisitRequest

if TYPE_CHECKING:
    from stripe.params import CustomerCreateParams
    from stripe.params.checkout import (
        SessionCreateParams,
        SessionCreateParamsPaymentIntentData,
        SessionCreateParamsPaymentMethodOptionsUpiMandateOptions,
    )

_LONGEST_NAME = 250  # of a product, and of whoever pays
_LONGEST_WORDS = 1_000  # of a payment's description


def customer_of(request: VisitRequest) -> "CustomerCreateParams":
    """Return the customer: so that what is saved can be charged later, it belongs to one."""
    params: CustomerCreateParams = {"name": request.payer.name[:256], "metadata": _ours(request)}
    if request.payer.email:
        params["email"] = request.payer.email
    if request.payer.phone:
        params["phone"] = request.payer.phone
    return params


def page_of(request: VisitRequest, holder: str, *, with_end: bool) -> "SessionCreateParams":
    """Return the page. `with_end`: it ends when the visit does, which Stripe takes only between
    half an hour and a day ahead by its own clock.

    Adaptive pricing is off: it would let the payer choose another currency than the invoice's.
    """
    params: SessionCreateParams = {
        "mode": "setup" if request.purpose is Purpose.SAVE else "payment",
        "customer": holder,
        "client_reference_id": str(request.visit_id),
        "metadata": _ours(request),
        "success_url": request.return_url,
        "cancel_url": request.cancel_url,
        "allowed_payment_method_types": ["upi" if request.kind is MethodKind.UPI else "card"],
    }
    if with_end:
        params["expires_at"] = int(request.expires_at.timestamp())
    if request.purpose is Purpose.SAVE:
        params["currency"] = request.currency.lower()
        params["setup_intent_data"] = {"metadata": _ours(request)}
    else:
        params["line_items"] = [
            {
                "quantity": 1,
                "price_data": {
                    "currency": request.currency.lower(),
                    "unit_amount": to_stripe(request.amount, request.currency),
                    "product_data": {"name": _words(request)[:_LONGEST_NAME]},
                },
            }
        ]
        params["payment_intent_data"] = _payment_of(request)
        params["adaptive_pricing"] = {"enabled": False}
        params["submit_type"] = "pay"
    if request.kind is MethodKind.UPI and request.mandate and request.purpose is not Purpose.PAY:
        options = _mandate_of(request.mandate, _words(request))
        params["payment_method_options"] = {"upi": {"mandate_options": options}}
    return params


def _payment_of(request: VisitRequest) -> "SessionCreateParamsPaymentIntentData":
    params: SessionCreateParamsPaymentIntentData = {
        "description": _words(request)[:_LONGEST_WORDS],
        "metadata": _ours(request),
    }
    if request.purpose is Purpose.PAY_AND_SAVE:
        params["setup_future_usage"] = "off_session"
    return params


def _mandate_of(
    terms: MandateTerms, words: str
) -> "SessionCreateParamsPaymentMethodOptionsUpiMandateOptions":
    """Return what the payer agrees to in their UPI app.

    A page takes these for UPI only: for a card Stripe takes them with its API alone, from pages
    of one's own. Source: stripe SDK 16.1, SessionCreateParamsPaymentMethodOptions;
    docs.stripe.com/invoicing/india-emandate-guide.
    """
    params: SessionCreateParamsPaymentMethodOptionsUpiMandateOptions = {
        "amount": to_stripe(terms.max_amount, terms.currency),
        "amount_type": "fixed" if terms.is_fixed else "maximum",
        "description": words[:200],
    }
    if terms.end is not None:
        params["end_date"] = int(datetime.combine(terms.end, time.max, UTC).timestamp())
    return params


def _words(request: VisitRequest) -> str:
    return request.description or request.invoice_number or "Payment"


def _ours(request: VisitRequest) -> dict[str, str]:
    kept = {TENANT: request.merchant, VISIT: str(request.visit_id)}
    return {**kept, "invoice_number": request.invoice_number} if request.invoice_number else kept
