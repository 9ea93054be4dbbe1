"""Stripe's objects as its API shows them, with every field of the documents' samples."""

from datetime import datetime
from typing import Any

from khata.simulators.stripe.accounts import Account, Object
from khata.simulators.stripe.asked import Asked

VERSION = "2026-10-28.endive"


# What a Checkout Session of ours leaves empty.
_UNUSED = (
    "after_expiration allow_promotion_codes billing_address_collection client_secret "
    "collected_information consent consent_collection currency_conversion customer_account "
    "customer_creation customer_details customer_email discounts invoice invoice_creation "
    "locale payment_intent payment_link payment_method_collection "
    "payment_method_configuration_details permissions recovered_from "
    "saved_payment_method_options setup_intent shipping_address_collection shipping_cost "
    "subscription total_details wallet_options "
    "integration_identifier managed_payments origin_context"
)


def seconds(at: datetime) -> int:
    return int(at.timestamp())


def customer(account: Account, id: str, at: datetime, **given: Any) -> Object:
    return {
        "id": id,
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": seconds(at),
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "email": None,
        "invoice_prefix": id[-8:].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": account.livemode,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
        **given,
    }


def payment_method(
    account: Account, id: str, at: datetime, *, type: str, country: str, customer: str | None
) -> Object:
    more: Object = {
        "bank_code": "37040044",
        "branch_code": "",
        "country": country,
        "fingerprint": "cWNsnz5Ix7Hq3fSC",
        "generated_from": {"charge": None, "setup_attempt": None},
        "last4": "3000",
    }
    if type == "card":
        more = {
            "brand": "visa",
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "pass",
            },
            "country": country,
            "display_brand": "visa",
            "exp_month": 8,
            "exp_year": 2040,
            "fingerprint": "AOB934RVNwzk6xtn",
            "funding": "credit",
            "generated_from": None,
            "last4": "0123" if country == "IN" else "4242",
            "networks": {"available": ["visa"], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        }
    if type == "upi":
        more = {"vpa": "asha@examplebank"}
    return {
        "id": id,
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": _nobody(),
        type: more,
        "created": seconds(at),
        "customer": customer,
        "customer_account": None,
        "livemode": account.livemode,
        "metadata": {},
        "type": type,
    }


def payment_intent(account: Account, at: datetime, **given: Any) -> Object:
    id = account.new_id("pi")
    return {
        "id": id,
        "object": "payment_intent",
        "amount": 0,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": f"{id}_secret_{id[-12:]}",
        "confirmation_method": "automatic",
        "created": seconds(at),
        "currency": account.currency,
        "customer": None,
        "customer_account": None,
        "description": None,
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": account.livemode,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
        **given,
    }


def session(account: Account, asked: Asked, ends_at: datetime, **given: Any) -> Object:
    """Return a Checkout Session. Source: the sample object of github.com/stripe/openapi."""
    id = f"cs_test_{account.new_id('a1')}".replace("_a1_", "_a1")
    amount, types = given.pop("amount"), given.pop("types")
    return {
        **dict.fromkeys(_UNUSED.split()),
        "id": id,
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": False},
        "amount_subtotal": amount,
        "amount_total": amount,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "cancel_url": asked.form["cancel_url"],
        "client_reference_id": asked.form.get("client_reference_id"),
        "created": seconds(asked.at),
        "custom_fields": [],
        "custom_text": dict.fromkeys(
            ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
        ),
        "expires_at": seconds(ends_at),
        "livemode": account.livemode,
        "metadata": {},
        "payment_method_options": asked.form.get("payment_method_options") or {},
        "payment_method_types": types,
        "payment_status": "unpaid" if given["mode"] == "payment" else "no_payment_required",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "submit_type": asked.form.get("submit_type"),
        "success_url": asked.form["success_url"],
        "ui_mode": "hosted_page",
        "url": f"{asked.origin}/c/pay/{id}",
        **given,
    }


def charge(account: Account, intent: Object, method: Object, at: datetime) -> Object:
    type = method["type"]
    return {
        "id": account.new_id("ch" if type == "card" else "py"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": _nobody(),
        "calculated_statement_descriptor": "SIMULATED",
        "captured": False,
        "created": seconds(at),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": account.livemode,
        "metadata": dict(intent["metadata"]),
        "on_behalf_of": None,
        "outcome": None,
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {
            "type": type,
            type: {**method[type], "mandate": account.mandates.get(method["id"])},
        },
        "receipt_email": None,
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "pending",
        "transfer_data": None,
        "transfer_group": None,
    }


def refund(account: Account, paid: Object, amount: int, at: datetime, **given: Any) -> Object:
    return {
        "id": account.new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": paid["id"],
        "created": seconds(at),
        "currency": paid["currency"],
        "customer": paid["customer"],
        "customer_account": None,
        "destination_details": {
            "card": {"reference_status": "pending", "type": "refund"},
            "type": "card",
        },
        "metadata": {},
        "payment_intent": paid["payment_intent"],
        "payment_method": paid["payment_method"],
        "reason": None,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
        **given,
    }


def dispute(account: Account, paid: Object, at: datetime) -> Object:
    return {
        "id": account.new_id("du"),
        "object": "dispute",
        "amount": paid["amount"],
        "balance_transactions": [],
        "charge": paid["id"],
        "created": seconds(at),
        "currency": paid["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {},
        "evidence_details": {
            "due_by": seconds(at) + 7 * 86_400,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": account.livemode,
        "metadata": {},
        "payment_intent": paid["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": "visa",
                "case_type": "chargeback",
                "network": "visa",
                "network_reason_code": "10.4",
            },
            "type": "card",
        },
        "reason": "fraudulent",
        "status": "needs_response",
    }


def event(account: Account, type: str, object: Object, at: datetime) -> Object:
    told: Object = {
        "id": account.new_id("evt"),
        "object": "event",
        "api_version": VERSION,
        "created": seconds(at),
        "data": {"object": object},
        "livemode": account.livemode,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": type,
    }
    return {**told, "account": account.id} if account.platform else told


def _nobody() -> Object:
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return {"address": address, "email": None, "name": None, "phone": None, "tax_id": None}
