"""What PayPal is sent: an order, its capture from the vault, a refund."""

import re
from typing import Any, Final

from khata.adapters.gateways.paypal.amounts import spelled
from khata.adapters.gateways.paypal.translate import VISIT
from khata.core.payment_method import MethodKind
from khata.core.visit import Purpose
from khata.ports.gateway import ChargeRequest, RefundRequest
from khata.ports.gateway_visits import VisitRequest

_LONGEST = 127  # of an id and of a description. Source: Orders v2, purchase unit


# Of one wallet that two customers share, each has a token of their own.
_KEPT: Final = {"usage_type": "MERCHANT", "permit_multiple_payment_tokens": True}

# What the vault does not take in a description. Source: Vault v3, wallet_base
_NOT_SHOWN: Final = re.compile(r"[^a-zA-Z0-9_'\-., :;!?\"]+", re.ASCII)


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


def visit_body(request: VisitRequest) -> dict[str, Any]:
    """Return the order that a payer approves at PayPal's page.

    With a card they are led to where guests type it. The `invoice_id` guards against a second
    capture, as that of an attempt does.
    """
    number = request.invoice_number or ""
    mine = request.visit_id.hex
    unit = {
        "reference_id": number[:_LONGEST] or "default",
        "custom_id": f"{VISIT}{request.visit_id}",
        "invoice_id": f"{number[: _LONGEST - len(mine) - 1]}-{mine}" if number else mine,
        "amount": _money(request.amount, request.currency),
    }
    if request.description:
        unit["description"] = request.description[:_LONGEST]
    context = {
        "return_url": request.return_url,
        "cancel_url": request.cancel_url,
        "user_action": "PAY_NOW",
        "shipping_preference": "NO_SHIPPING",
    }
    if request.kind is MethodKind.CARD:
        context["landing_page"] = "GUEST_CHECKOUT"
    wallet: dict[str, Any] = {"experience_context": context}
    if request.purpose is Purpose.PAY_AND_SAVE:
        wallet["attributes"] = {"vault": {"store_in_vault": "ON_SUCCESS", **_KEPT}}
    return {
        "intent": "CAPTURE",
        "purchase_units": [unit],
        "payment_source": {"paypal": wallet},
    }


def setup_body(request: VisitRequest) -> dict[str, Any]:
    """Return the setup token that a payer approves at PayPal's page."""
    wallet: dict[str, Any] = {
        **_KEPT,
        "experience_context": {
            "return_url": request.return_url,
            "cancel_url": request.cancel_url,
            "shipping_preference": "NO_SHIPPING",
        },
    }
    words = " ".join(_NOT_SHOWN.sub(" ", request.description).split())[:_LONGEST]
    if words:
        wallet["description"] = words
    body: dict[str, Any] = {"payment_source": {"paypal": wallet}}
    if request.payer.holder:
        body["customer"] = {"id": request.payer.holder}
    return body


def token_body(setup: str) -> dict[str, Any]:
    return {"payment_source": {"token": {"id": setup, "type": "SETUP_TOKEN"}}}
