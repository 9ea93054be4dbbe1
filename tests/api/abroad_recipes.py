"""Bodies and recipes of tax abroad; recipes.py takes them in."""

from collections.abc import Callable
from typing import Any

from tests.api.seller import Recipe, Seller

GERMAN_ID = {"type": "eu_vat", "value": "DE136695976"}


def _with_vat_id(seller: Seller) -> Any:
    """Ask about a number that the seller's customer has from now on."""
    path = f"/v1/customers/{seller.id('customers')}"
    others = [one for one in seller.get(path).json()["tax_ids"] if one["type"] != "eu_vat"]
    assert seller.patch(path, {"tax_ids": [*others, GERMAN_ID]}).is_success
    return {"type": "eu_vat"}


ABROAD_BODIES: dict[str, Callable[[Seller], Any]] = {
    "POST /v1/customers/{id}/tax_id_checks": _with_vat_id,
    "POST /v1/customers/{id}/location_evidence": lambda seller: {
        "type": "ip",
        "country": "DE",
        "captured_at": "2026-01-31T03:30:00Z",
        "source": "geolocation of the checkout",
    },
}


def _made(kind: str) -> Recipe:
    def made(seller: Seller) -> dict[str, Any]:
        body = ABROAD_BODIES[f"POST /v1/customers/{{id}}/{kind}"](seller)
        return seller.create(f"/v1/customers/{seller.id('customers')}/{kind}", body)

    return made


ABROAD_RECIPES: dict[str, Recipe] = {
    "tax_id_checks": _made("tax_id_checks"),
    "location_evidence": _made("location_evidence"),
}
