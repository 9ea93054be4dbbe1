"""Bodies and recipes of what an account tells of its taxes."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from tests.api.revised_recipes import revisable_invoice
from tests.api.seller import Recipe, Seller

_DAYS = count()


def _rate(seller: Seller) -> dict[str, Any]:
    return {
        "prefix": str(10_000_000 + uuid4().int % 80_000_000),
        "percent": "12",
        "cess": "0",
        "nature": "taxable",
        "valid_from": "2026-04-01",
        "note": "Printed books",
        "source": "Notf. 9/2025-CTR",
    }


def _exchange(seller: Seller) -> dict[str, Any]:
    on = date(2020, 1, 1) + timedelta(days=next(_DAYS))  # a currency has one rate of a day
    return {"currency": "USD", "on": on.isoformat(), "rate": "84.1250", "source": "RBI"}


def _rule(seller: Seller) -> dict[str, Any]:
    return {
        "registration": seller.id("registrations"),
        "product": seller.id("products"),
        "country": "IN",
        "state": "LA",
        "valid_from": "2026-04-01",
        "valid_to": "2026-04-02",
    }


_EXEMPTION = {
    "country": "US",
    "state": "CA",
    "kind": "resale",
    "certificate": "CA-230-1",
    "valid_from": "2026-01-01",
    "valid_to": "2026-12-31",
    "reason": "Sells it on",
}


def _confirmation(seller: Seller) -> dict[str, Any]:
    return {
        "state": "TX",
        "postal_prefix": str(10_000 + next(_DAYS)),  # a place is confirmed once
        "used_by": "anyone",
        "taxable_percent": 80,
        "jurisdictions": [{"name": "State", "percent": "6.25"}],
        "valid_from": "2026-01-01",
        "source": "Tex. Tax Code 151.351",
        "confirmed_by": "Asha Rao",
    }


TAX_BODIES: dict[str, Callable[[Seller], Any]] = {
    "POST /v1/tax_rates": _rate,
    "POST /v1/tax_rates/{id}/end": lambda seller: {"valid_to": "2027-03-31"},
    "POST /v1/tax_confirmations": _confirmation,
    "POST /v1/tax/provider": lambda seller: {
        "provider": "stripe_tax",
        "api_key": "pretend-key-of-stripe",
        "product_code": "txcd_10103001",
    },
    "POST /v1/tax_confirmations/{id}/end": lambda seller: {"valid_to": "2027-03-31"},
    "POST /v1/turnovers": lambda seller: {"financial_year": "24-25", "amount": 1_00_00_000_00},
    "POST /v1/exchange_rates": _exchange,
    "POST /v1/debit_notes": lambda seller: {
        "invoice": seller.id("invoices"),
        "lines": [{"line": seller.one("invoices")["lines"][0]["id"], "amount": 1000}],
        "reason": "Two more seats",
    },
    "POST /v1/revised_invoices": lambda seller: {
        "invoice": revisable_invoice(seller)["id"],
        "tax_behavior": "exclusive",
    },
    "POST /v1/credit_notes/{id}/itc_reversal": lambda seller: {"status": "accepted"},
    "POST /v1/registration_rules": _rule,
    "POST /v1/registration_rules/{id}/end": lambda seller: {"valid_to": "2026-04-01"},
    "POST /v1/customers/{id}/exemptions": lambda seller: _EXEMPTION,
    "POST /v1/exemptions/{id}/end": lambda seller: {"valid_to": "2026-06-30"},
    "POST /v1/invoices/{id}/exchange_rate": lambda seller: {
        "rate": "84.1250",
        "on": "2026-01-30",
        "source": "RBI",
    },
    "POST /v1/tax/calculations": lambda seller: {
        "on": "2026-11-23",
        "currency": "INR",
        "registration": seller.id("registrations"),
        "customer": {"address": {"country": "IN", "state": "KA"}, "tax_ids": [], "sez": False},
        "lines": [{"reference": "seat", "amount": 100000, "tax_code": "998314"}],
    },
}


def _made(path: str) -> Recipe:
    return lambda seller: seller.create(f"/v1/{path}", TAX_BODIES[f"POST /v1/{path}"](seller))


def _exemption(seller: Seller) -> dict[str, Any]:
    return seller.create(f"/v1/customers/{seller.id('customers')}/exemptions", _EXEMPTION)


TAX_RECIPES: dict[str, Recipe] = {
    "tax_rates": _made("tax_rates"),
    "tax_confirmations": _made("tax_confirmations"),
    "turnovers": _made("turnovers"),
    "exchange_rates": _made("exchange_rates"),
    "invoice_lines": lambda seller: seller.one("invoices")["lines"][0],
    "registration_rules": _made("registration_rules"),
    "exemptions": _exemption,
}


def dollar_invoice(seller: Seller) -> dict[str, Any]:
    """An open invoice in dollars, of which no rate of exchange is kept."""
    customer = seller.create(
        "/v1/customers",
        {
            "name": "Acme Inc",
            "currency": "USD",
            "address": {"country": "US", "line1": "1 Market St", "city": "San Francisco"},
        },
    )
    subscription = seller.create(
        "/v1/subscriptions",
        {
            "customer": customer["id"],
            "items": [{"plan": seller.id("plans"), "quantity": 1}],
            "collection_method": "send_invoice",
            "days_until_due": 15,
        },
    )
    invoice: dict[str, Any] = seller.get(f"/v1/invoices/{subscription['latest_invoice']}").json()
    return invoice
