"""Bodies and recipes of mandates; recipes.py takes them in."""

from collections.abc import Callable
from typing import Any

from tests.api.seller import Recipe, Seller

_ACT = {"told_by": "customer", "reason": "Too dear"}

MANDATE_BODIES: dict[str, Callable[[Seller], Any]] = {
    "POST /v1/mandates": lambda seller: {
        "customer": seller.id("customers"),
        "kind": "upi",
        "max_amount": 1_500_000,
        "frequency": "monthly",
        "start": "2190-01-05",
        "end": "2199-01-05",
        "fixed": False,
        "category": "general",
        "consent": {
            "text": "I agree",
            "at": "2026-01-31T09:00:00+05:30",
            "address": "203.0.113.7",
            "user_agent": "Firefox",
        },
    },
    "POST /v1/mandates/{id}/revoke": lambda seller: _ACT,
    "POST /v1/mandates/{id}/pause": lambda seller: _ACT,
    "POST /v1/mandates/{id}/resume": lambda seller: _ACT,
    "POST /v1/mandates/{id}/opt_out": lambda seller: {
        "cycle": "2190-02-10",
        "told_by": "customer",
    },
}


def mandate(seller: Seller) -> dict[str, Any]:
    """Terms that nobody has agreed to yet."""
    return seller.create("/v1/mandates", MANDATE_BODIES["POST /v1/mandates"](seller))


def agreed(seller: Seller, token: str = "tok_upi_monthly") -> dict[str, Any]:
    """A mandate that is active, of a customer of its own."""
    customer = {"name": "Asha", "address": {"country": "IN", "state": "KA"}}
    id = seller.create("/v1/customers", customer)["id"]
    seller.create("/v1/payment_methods", {"customer": id, "gateway": "fake", "token": token})
    [found] = seller.get("/v1/mandates", customer=id).json()["data"]
    made: dict[str, Any] = found
    return made


def resting(seller: Seller) -> dict[str, Any]:
    """A mandate that is paused."""
    made: dict[str, Any] = seller.post(f"/v1/mandates/{agreed(seller)['id']}/pause", _ACT).json()
    return made


MANDATE_RECIPES: dict[str, Recipe] = {"mandates": mandate}
ACTED_ON_MANDATES: dict[str, Recipe] = {
    "POST /v1/mandates/{id}/revoke": agreed,
    "POST /v1/mandates/{id}/pause": agreed,
    "POST /v1/mandates/{id}/resume": resting,
    "POST /v1/mandates/{id}/opt_out": agreed,
}
