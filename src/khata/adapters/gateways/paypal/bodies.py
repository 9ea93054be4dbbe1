"""What PayPal is sent: an order, its capture from the vault, a refund."""

from typing import Any

from khata.adapters.gateways.paypal.amounts import spelled
from khata.core.payment_method import MethodKind
from khata.ports.gateway import ChargeRequest, RefundRequest

_LONGEST = 127  # of an id and of a description. Source: Orders v2, purchase unit


def order_body(request: ChargeRequest) -> dict[str, Any]:
    """Return the order, which by itself takes no money: how it is paid comes with the capture."""
    unit = {
        "reference_id": request.invoice_number[:_LONGEST] or "default",
        "custom_id": str(request.attempt_id),
        "invoice_id": invoice_id(request),
        "amount": _money(request.amount, request.currency),
    }
    if request.description:
        unit["description"] = request.description[:_LONGEST]
    return {"intent": "CAPTURE", "purchase_units": [unit]}


def invoice_id(request: ChargeRequest) -> str:
    """Return PayPal's own guard against a second capture: one for each attempt.

    PayPal shows it to the payer, so the invoice's number stands first.
    """
    mine = request.attempt_id.hex
    return f"{request.invoice_number[: _LONGEST - len(mine) - 1]}-{mine}"


def capture_body(request: ChargeRequest) -> dict[str, Any]:
    """Return how the order is paid: by what was saved, without the customer.

    Source: Orders v2, order capture request: a `vault_id` of the source's own kind.
    """
    if request.kind is MethodKind.WALLET:
        wallet = {
            "vault_id": request.token,
            "stored_credential": {
                "payment_initiator": "MERCHANT",
                "usage": "SUBSEQUENT",
                "usage_pattern": "SUBSCRIPTION_PREPAID",
            },
        }
        return {"payment_source": {"paypal": wallet}}
    card = {
        "vault_id": request.token,
        "stored_credential": {
            "payment_initiator": "MERCHANT",
            "payment_type": "RECURRING",
            "usage": "SUBSEQUENT",
        },
    }
    return {"payment_source": {"card": card}}


def refund_body(request: RefundRequest) -> dict[str, Any]:
    return {
        "amount": _money(request.amount, request.currency),
        "custom_id": str(request.refund_id),
    }


def _money(amount: int, currency: str) -> dict[str, str]:
    return {"currency_code": currency, "value": spelled(amount, currency)}
