"""Bodies and recipes of coupons, discounts, wallets and credit; recipes.py takes them in."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from khata.core.ids import parse_id
from tests.api.seller import Recipe, Seller

FUND_BODIES: dict[str, Callable[[Seller], Any]] = {
    "POST /v1/coupons": lambda seller: {
        "code": f"TEA-{uuid4().hex[:12]}",
        "name": "A quarter off",
        "scope": "invoice",
        "percent": "25",
        "duration": "repeating",
        "months": 3,
        "max_redemptions": 1000,
        "max_per_customer": 10,
        "expires_on": "2199-12-31",
        "minimum": 1000,
        "currency": "INR",
        "plans": [seller.id("plans")],
        "metadata": {"campaign": "tea"},
    },
    "POST /v1/coupons/{id}/archive": lambda seller: None,
    "POST /v1/subscriptions/{id}/discounts": lambda seller: {"coupon": coupon(seller)["code"]},
    "POST /v1/customers/{id}/discounts": lambda seller: {"coupon": coupon(seller)["code"]},
    "POST /v1/wallets": lambda seller: {
        "customer": seller.id("customers"),
        "currency": "INR",
        "name": "Prepaid",
        "priority": 10,
        "recharge_below": 10000,
        "recharge_amount": 50000,
        "tax_code": "998314",
        "metadata": {"shop": "tea"},
    },
    "PATCH /v1/wallets/{id}": lambda seller: {"name": "Prepaid tea", "priority": 20},
    "POST /v1/wallets/{id}/top_ups": lambda seller: {
        "amount": 50000,
        "currency": "INR",
        "paid": False,
        "collection_method": "charge_automatically",
        "expires_on": "2199-12-31",
        "priority": 10,
        "name": "Welcome",
    },
    "POST /v1/vouchers/{id}/refund": lambda seller: {
        "amount": 100,
        "reason": "Not needed",
        "settle": "refund",
    },
}


def coupon(seller: Seller) -> dict[str, Any]:
    """A new coupon that nobody has redeemed."""
    return seller.create("/v1/coupons", FUND_BODIES["POST /v1/coupons"](seller))


def discount(seller: Seller) -> dict[str, Any]:
    """A coupon of its own, redeemed for this seller's customer."""
    code = {"coupon": coupon(seller)["code"]}
    return seller.create(f"/v1/customers/{seller.id('customers')}/discounts", code)


def wallet(seller: Seller) -> dict[str, Any]:
    """A wallet with some granted credit in it."""
    made = seller.create("/v1/wallets", FUND_BODIES["POST /v1/wallets"](seller))
    body = FUND_BODIES["POST /v1/wallets/{id}/top_ups"](seller)
    seller.create(f"/v1/wallets/{made['id']}/top_ups", body)
    return made


def voucher(seller: Seller) -> dict[str, Any]:
    """The receipt voucher of an advance that a customer of its own has paid by card."""
    address = {"country": "IN", "state": "KA"}
    body = {"name": "Meera", "currency": "INR", "address": address}
    customer = seller.create("/v1/customers", body)["id"]
    method = {"customer": customer, "gateway": "fake", "token": "tok_ok", "default": True}
    seller.create("/v1/payment_methods", method)
    made = seller.create(
        "/v1/wallets", {"customer": customer, "currency": "INR", "tax_code": "998314"}
    )
    seller.create(f"/v1/wallets/{made['id']}/top_ups", {"amount": 118_000})
    newest: dict[str, Any] = seller.get("/v1/vouchers", wallet=made["id"]).json()["data"][0]
    return newest


def _of_wallet(kind: str) -> Recipe:
    def found(seller: Seller) -> dict[str, Any]:
        first: dict[str, Any] = seller.get(f"/v1/wallets/{seller.id('wallets')}/{kind}").json()[
            "data"
        ][0]
        return first

    return found


def credit_entry(seller: Seller) -> dict[str, Any]:
    """What a credit to this seller's customer left on the credit balance."""
    customer = seller.id("customers")
    db, at = seller.client.app.state.engine.db, datetime(2026, 1, 31, tzinfo=UTC)  # type: ignore[attr-defined]
    with db.transaction(seller.tenant) as uow:
        uow.credit.give(parse_id("cus", customer), "INR", 59_000, "credit_note", uuid4(), at)
    entries = seller.get(f"/v1/customers/{customer}/credit_entries").json()
    newest: dict[str, Any] = entries["data"][0]
    return newest


FUND_RECIPES: dict[str, Recipe] = {
    "credit_entries": credit_entry,
    "coupons": coupon,
    "discounts": discount,
    "wallets": wallet,
    "vouchers": voucher,
    "top_ups": _of_wallet("top_ups"),
    "wallet_credits": _of_wallet("wallet_credits"),
    "wallet_entries": _of_wallet("wallet_entries"),
}
