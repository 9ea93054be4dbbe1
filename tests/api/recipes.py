"""A valid body for every route that takes one, and an object of every kind.

A new route adds its body here, and its kind when its objects are made otherwise than by a POST
to the list; tests that walk all routes fail until it is there.
"""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from tests.api.seller import BUSINESS, Recipe, Seller


def _code() -> str:
    return f"premium-{uuid4().hex[:12]}"


# "POST /v1/…" → a body that this seller can send. None: the route takes no body.
BODIES: dict[str, Callable[[Seller], Any]] = {
    "POST /v1/accounts": lambda seller: BUSINESS | {"email": f"{uuid4().hex}@chai.example"},
    "PATCH /v1/account": lambda seller: {
        "business_name": "Chai Cloud",
        "policies": {"round_off": "rupee", "retry_days": [1, 3], "days_until_due": 15},
        "branding": {"upi_vpa": "chaicloud@hdfcbank"},
    },
    "POST /v1/api_keys": lambda seller: None,
    "POST /v1/api_keys/{id}/revoke": lambda seller: None,
    "POST /v1/registrations": lambda seller: {
        "legal_name": "Chai Cloud Pvt Ltd",
        "country": "IN",
        "state": "MH",
        "address": {"line1": "4 Marine Drive", "city": "Mumbai", "postal_code": "400020"},
        "series": {"invoice": "MH/{fy}/{n:05}"},
    },
    "PATCH /v1/registrations/{id}": lambda seller: {
        "legal_name": "Chai Cloud Private Limited",
        "address": {"city": "Bengaluru"},
    },
    "POST /v1/products": lambda seller: {
        "name": "Chai Cloud",
        "tax_code": "998314",
        "description": "Tea, in the cloud",
        "metadata": {"team": "tea"},
    },
    "PATCH /v1/products/{id}": lambda seller: {"name": "Chai Cloud 2", "description": None},
    "POST /v1/plans": lambda seller: {
        "product": seller.id("products"),
        "name": "Premium",
        "code": _code(),
        "interval": "month",
        "interval_count": 1,
        "trial_days": 0,
        "tax_behavior": "exclusive",
        "prices": [
            {"currency": "INR", "model": "flat", "amount": 100000},
            {"currency": "USD", "model": "flat", "amount": 1500},
        ],
        "metadata": {},
    },
    "PATCH /v1/plans/{id}": lambda seller: {"name": "Premium+", "metadata": {"a": "b"}},
    "POST /v1/plans/{id}/prices": lambda seller: {
        "currency": "EUR",
        "model": "flat",
        "amount": 1200,
    },
    "POST /v1/customers": lambda seller: {
        "name": "Asha Traders",
        "email": "asha@traders.example",
        "currency": "INR",
        "timezone": "Asia/Kolkata",
        "address": {
            "line1": "12 MG Road",
            "city": "Mysuru",
            "state": "KA",
            "postal_code": "570001",
            "country": "IN",
        },
        "tax_ids": [{"type": "in_gst", "value": "29AABCR1718E1ZL"}],
        "sez": False,
        "metadata": {"crm": "7"},
    },
    "PATCH /v1/customers/{id}": lambda seller: {"name": "Asha & Co", "email": None},
    "POST /v1/payment_methods": lambda seller: {
        "customer": seller.id("customers"),
        "gateway": "fake",
        "token": "tok_ok",
        "default": True,
    },
    "POST /v1/payment_methods/{id}/make_default": lambda seller: None,
    "POST /v1/payment_methods/{id}/detach": lambda seller: None,
}


def _made(kind: str) -> Recipe:
    def make(seller: Seller) -> dict[str, Any]:
        return seller.create(f"/v1/{kind}", BODIES[f"POST /v1/{kind}"](seller))

    return make


# Kind, as it stands in the path → one object of it.
RECIPES: dict[str, Recipe] = {
    kind: _made(kind)
    for kind in (
        "api_keys",
        "registrations",
        "products",
        "plans",
        "customers",
        "payment_methods",
    )
}

# A query parameter or body field that holds an id → the kind it is of.
KIND_OF_FIELD = {
    "product": "products",
    "plan": "plans",
    "customer": "customers",
    "payment_method": "payment_methods",
    "registration": "registrations",
}
