"""The objects of the pretend Razorpay, with the fields that its documents' samples show."""

from datetime import datetime
from typing import Any

Object = dict[str, Any]

_YEARS = 31_536_000


def stamp(at: datetime) -> int:
    return int(at.timestamp())


def notes_of(told: Any) -> Any:
    """Return notes as Razorpay shows them: an empty list where there are none."""
    return told if isinstance(told, dict) and told else []


def new_customer(id: str, asked: Object, at: datetime) -> Object:
    return {
        "id": id,
        "entity": "customer",
        "name": asked.get("name"),
        "email": asked.get("email"),
        "contact": asked.get("contact"),
        "gstin": asked.get("gstin"),
        "notes": notes_of(asked.get("notes")),
        "created_at": stamp(at),
    }


def new_order(id: str, asked: Object, at: datetime) -> Object:
    order = {
        "id": id,
        "entity": "order",
        "amount": asked["amount"],
        "amount_paid": 0,
        "amount_due": asked["amount"],
        "currency": asked["currency"],
        "receipt": asked.get("receipt"),
        "offer_id": None,
        "status": "created",
        "attempts": 0,
        "notes": notes_of(asked.get("notes")),
        "created_at": stamp(at),
    }
    more = ("token", "customer_id", "notification")
    return order | {name: asked[name] for name in more if name in asked}


def new_payment(id: str, asked: Object, token: Object, at: datetime) -> Object:
    """Return a payment that was asked for and has no result yet."""
    method = token["method"]
    return {
        "id": id,
        "entity": "payment",
        "amount": asked["amount"],
        "currency": asked["currency"],
        "base_amount": asked["amount"],
        "status": "created",
        "order_id": asked["order_id"],
        "invoice_id": None,
        "international": False,
        "method": method,
        "amount_refunded": 0,
        "amount_transferred": 0,
        "refund_status": None,
        "captured": False,
        "description": asked.get("description"),
        "card_id": token["card"]["id"] if method == "card" else None,
        "bank": token["bank"],
        "wallet": None,
        "vpa": "payer@upi" if method == "upi" else None,
        "email": asked.get("email"),
        "contact": asked.get("contact"),
        "customer_id": asked.get("customer_id"),
        "token_id": token["id"],
        "notes": notes_of(asked.get("notes")),
        "fee": None,
        "tax": None,
        "error_code": None,
        "error_description": None,
        "error_source": None,
        "error_step": None,
        "error_reason": None,
        "acquirer_data": {},
        "created_at": stamp(at),
    }


def new_token(id: str, method: str, status: str, at: datetime, asked: Object) -> Object:
    """Return a token whose mandate is in a state; `asked` is what the order said of it."""
    token: Object = {
        "id": id,
        "entity": "token",
        "token": id.removeprefix("token_")[:14],
        "bank": "HDFC" if method == "emandate" else None,
        "wallet": None,
        "method": method,
        "recurring": True,
        "recurring_details": {
            "status": status,
            "failure_reason": "The bank has rejected it" if status == "rejected" else None,
        },
        "auth_type": "netbanking" if method == "emandate" else None,
        "mrn": None,
        "used_at": stamp(at),
        "created_at": stamp(at),
        "start_time": None,
        "max_amount": asked.get("max_amount", 9_999_900),
        "expired_at": asked.get("expire_at", stamp(at) + 10 * _YEARS),
        "dcc_enabled": False,
        "notes": [],
    }
    return token | _PARTS[method](id)


def _card(id: str) -> Object:
    card = {
        "id": f"card_{id.removeprefix('token_')[:14]}",
        "entity": "card",
        "name": "Gaurav Kumar",
        "last4": "1111",
        "network": "Visa",
        "type": "credit",
        "issuer": "HDFC",
        "international": False,
        "emi": False,
        "sub_type": "consumer",
        "expiry_month": 12,
        "expiry_year": 2035,
        "flows": {"otp": True, "recurring": True},
    }
    return {"card": card, "billing_address": None}


def _vpa(_: str) -> Object:
    return {"vpa": {"username": "payer", "handle": "upi", "name": "Gaurav Kumar"}}


def _bank(_: str) -> Object:
    account = {
        "beneficiary_name": "Gaurav Kumar",
        "account_number": "1121431121541121",
        "ifsc": "HDFC0000001",
        "account_type": "savings",
    }
    return {"bank_details": account}


_PARTS = {"card": _card, "upi": _vpa, "emandate": _bank, "netbanking": _bank}


def new_refund(id: str, payment: Object, asked: Object, status: str, at: datetime) -> Object:
    return {
        "id": id,
        "entity": "refund",
        "amount": asked["amount"],
        "currency": payment["currency"],
        "payment_id": payment["id"],
        "notes": notes_of(asked.get("notes")),
        "receipt": asked.get("receipt"),
        "acquirer_data": {"arn": None},
        "created_at": stamp(at),
        "batch_id": None,
        "status": status,
        "speed_processed": "normal",
        "speed_requested": asked.get("speed", "normal"),
    }


def new_dispute(id: str, payment: Object, at: datetime) -> Object:
    return {
        "id": id,
        "entity": "dispute",
        "payment_id": payment["id"],
        "amount": payment["amount"],
        "currency": payment["currency"],
        "amount_deducted": 0,
        "reason_code": "goods_or_services_not_received_or_partially_received",
        "respond_by": stamp(at) + 7 * 86_400,
        "status": "open",
        "phase": "chargeback",
        "created_at": stamp(at),
        "evidence": None,
    }


def collection(items: list[Object]) -> Object:
    return {"entity": "collection", "count": len(items), "items": items}
