"""Bodies and recipes of features, meters and what they count; recipes.py takes them in."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from tests.api.seller import Recipe, Seller


def _code() -> str:
    return f"calls-{uuid4().hex[:12]}"


USAGE_BODIES: dict[str, Callable[[Seller], Any]] = {
    "POST /v1/features": lambda seller: {
        "code": _code(),
        "name": "Seats",
        "type": "limit",
        "unit": "seat",
        "combine": "sum",
        "metadata": {"team": "tea"},
    },
    "PATCH /v1/features/{id}": lambda seller: {"name": "Places", "metadata": {"a": "b"}},
    "POST /v1/meters": lambda seller: {
        "code": _code(),
        "name": "Calls",
        "aggregation": "sum",
        "field": None,
        "filters": [{"property": "region", "one_of": ["in", "np"]}],
        "resets": False,
    },
    "POST /v1/meters/{id}/archive": lambda seller: None,
    "POST /v1/usage_events": lambda seller: {"events": [an_event(seller)]},
    "POST /v1/usage_events/{id}/void": lambda seller: None,
}


def an_event(seller: Seller, **different: Any) -> dict[str, Any]:
    """An event of now, which nobody sent before, for a meter of its own."""
    meter = _meter(seller)
    return {
        "transaction_id": f"call_{uuid4().hex}",
        "customer": seller.id("customers"),
        "meter": meter["id"],
        "timestamp": meter["created"],
        "value": "2.5",
        "properties": {"region": "in", "seats": 7, "spot": True},
    } | different


def _meter(seller: Seller) -> dict[str, Any]:
    return seller.create("/v1/meters", USAGE_BODIES["POST /v1/meters"](seller))


def recorded(seller: Seller) -> dict[str, Any]:
    """An event that is stored; its transaction id is what it is asked for by."""
    event = an_event(seller)
    answer = seller.post("/v1/usage_events", {"events": [event]})
    assert answer.json()["recorded"] == 1, answer.text
    return event | {"id": event["transaction_id"]}


USAGE_RECIPES: dict[str, Recipe] = {
    "meters": _meter,
    "usage_events": recorded,
}
