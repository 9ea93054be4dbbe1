"""An invoice that may be revised: its seller had no GSTIN, and has one by now."""

from typing import Any
from uuid import uuid4

from khata.core.tax.gstin import check_character
from tests.api.seller import Seller

WHERE = {"line1": "4 Marine Drive", "city": "Mumbai", "postal_code": "400020"}


def a_gstin() -> str:
    """One of Maharashtra that nobody had before."""
    first = f"27ABCCT{uuid4().int % 10_000:04}E1Z"
    return first + check_character(first)


def before_it_was_registered(seller: Seller) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a registration without a number, and an open invoice that it issued."""
    before = seller.create(
        "/v1/registrations",
        {"legal_name": "Chai Cloud", "country": "IN", "state": "MH", "address": WHERE},
    )
    subscription = seller.create(
        "/v1/subscriptions",
        {
            "customer": seller.create(
                "/v1/customers",
                {"name": "Ravi Mills", "address": WHERE | {"country": "IN", "state": "MH"}},
            )["id"],
            "items": [{"plan": seller.id("plans"), "quantity": 1}],
            "collection_method": "send_invoice",
            "days_until_due": 15,
            "registration": before["id"],
        },
    )
    invoice: dict[str, Any] = seller.get(f"/v1/invoices/{subscription['latest_invoice']}").json()
    return before, invoice


def registered(seller: Seller, before: dict[str, Any], on: str) -> dict[str, Any]:
    """The certificate comes, of this day and from this day."""
    return seller.create(
        "/v1/registrations",
        {
            "legal_name": "Chai Cloud",
            "country": "IN",
            "state": "MH",
            "address": WHERE,
            "tax_id": {"type": "in_gst", "value": a_gstin()},
            "effective_on": on,
            "certificate_on": on,
            "succeeds": before["id"],
        },
    )


def revisable_invoice(seller: Seller) -> dict[str, Any]:
    before, invoice = before_it_was_registered(seller)
    registered(seller, before, invoice["issued_on"])
    return invoice
