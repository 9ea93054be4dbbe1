"""Bodies and recipes of payment links and setup links; recipes.py takes them in."""

from collections.abc import Callable
from typing import Any

from tests.api.seller import Recipe, Seller

LINK_BODIES: dict[str, Callable[[Seller], Any]] = {
    "POST /v1/payment_links": lambda seller: {"invoice": seller.id("invoices")},
    "POST /v1/payment_links/{id}/cancel": lambda seller: None,
    "POST /v1/setup_links": lambda seller: {
        "customer": seller.id("customers"),
        "kind": "card",
        "mandate": {"max_amount": 1_500_000, "frequency": "monthly", "end": "2031-01-31"},
    },
    "POST /v1/setup_links/{id}/cancel": lambda seller: None,
}


LINK_RECIPES: dict[str, Recipe] = {
    "payment_links": lambda seller: seller.create(
        "/v1/payment_links", LINK_BODIES["POST /v1/payment_links"](seller)
    ),
    "setup_links": lambda seller: seller.create(
        "/v1/setup_links", LINK_BODIES["POST /v1/setup_links"](seller)
    ),
}
