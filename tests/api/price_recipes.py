"""Bodies and recipes of prices of customers' own and of migrations; recipes.py takes them in."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from tests.api.seller import Recipe, Seller


def _plan(seller: Seller) -> str:
    """A plan that no other test has agreed on a price of."""
    plan: str = seller.create(
        "/v1/plans",
        {
            "product": seller.id("products"),
            "name": "Seats",
            "code": f"seats-{uuid4().hex[:12]}",
            "interval": "month",
            "prices": [{"currency": "INR", "model": "per_unit", "amount": 50000}],
        },
    )["id"]
    return plan


PRICE_BODIES: dict[str, Callable[[Seller], Any]] = {
    "POST /v1/customers/{id}/prices": lambda seller: {
        "plan": _plan(seller),
        "currency": "INR",
        "model": "graduated",
        "tiers": [
            {"from": 1, "up_to": 10, "unit_amount": 45000, "flat_amount": 0},
            {"from": 11, "up_to": None, "unit_amount": "399.5"},
        ],
        "included": 1,
        "charge_at_zero": False,
        "setup_fee": 10000,
        "minimum_commitment": 90000,
        "valid_until": "2199-12-31",
    },
    "POST /v1/prices/{id}/end": lambda seller: {"on": "2199-01-01"},
    "POST /v1/plans/{id}/migrate_subscriptions": lambda seller: {
        "currency": "INR",
        "when": "period_end",
        "proration": "by_day",
        "invoice": "next",
        "limit": 10,
    },
    "POST /v1/plans/{id}/preview_migration": lambda seller: {"currency": "INR", "when": "now"},
}


def own_price(seller: Seller) -> dict[str, Any]:
    """A price that was agreed with this seller's customer."""
    body = PRICE_BODIES["POST /v1/customers/{id}/prices"](seller)
    return seller.create(f"/v1/customers/{seller.id('customers')}/prices", body)


PRICE_RECIPES: dict[str, Recipe] = {"prices": own_price}
