"""A valid body for every route that takes one, and an object of every kind.

A new route adds its body here, and its kind when its objects are made otherwise than by a POST.
"""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from tests.api.change_recipes import scheduled_change
from tests.api.e_invoice_recipes import ACTED_ON_E_INVOICES
from tests.api.mandate_recipes import ACTED_ON_MANDATES
from tests.api.more_recipes import MORE_BODIES, MORE_RECIPES
from tests.api.return_recipes import ACTED_ON_RETURNS
from tests.api.seller import BUSINESS, Recipe, Seller
from tests.api.settlement_recipes import a_matched_line
from tests.api.tax_recipes import dollar_invoice


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
    "POST /v1/sandboxes": lambda seller: {"name": f"Price test {uuid4().hex[:12]}"},
    "POST /v1/sandboxes/{id}/api_keys": lambda seller: None,
    "POST /v1/registrations": lambda seller: {
        "legal_name": "Chai Cloud Pvt Ltd",
        "country": "IN",
        "state": "MH",
        "address": {"line1": "4 Marine Drive", "city": "Mumbai", "postal_code": "400020"},
        "series": {"invoice": "MH/{fy}/{n:05}"},
        "effective_on": None,
        "certificate_on": None,
        "succeeds": None,
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
        "phone": "+919876543210",
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
    "POST /v1/entitlements": lambda seller: {
        "plan": _made("plans")(seller)["id"],
        "feature": seller.id("features"),
        "value": 10,
        "per_unit": True,
        "while_paused": False,
        "guards_use": True,
    },
    "PATCH /v1/entitlements/{id}": lambda seller: {"value": 20, "per_unit": False},
    "POST /v1/customers/{id}/feature_usage": lambda seller: {
        "feature": seller.id("features"),
        "used": 7,
    },
    "POST /v1/payment_methods": lambda seller: {
        "customer": seller.id("customers"),
        "gateway": "fake",
        "token": "tok_ok",
        "default": True,
    },
    "POST /v1/payment_methods/{id}/make_default": lambda seller: None,
    "POST /v1/payment_methods/{id}/detach": lambda seller: None,
    "POST /v1/subscriptions": lambda seller: {
        "customer": seller.id("customers"),
        "items": [{"plan": seller.id("plans"), "quantity": 2}],
        "collection_method": "charge_automatically",
        "days_until_due": 0,
        "start_date": "2026-01-31",
        "billing_anchor": "2026-01-31",
        "trial_days": 0,
        "payment_method": seller.id("payment_methods"),
        "registration": seller.id("registrations"),
        "metadata": {"seat": "window"},
    },
    "PATCH /v1/subscriptions/{id}": lambda seller: {
        "payment_method": seller.id("payment_methods"),
        "metadata": {"seat": "aisle"},
    },
    "POST /v1/subscriptions/{id}/cancel": lambda seller: {
        "when": "period_end",
        "credit": "none",
        "reason": "moved away",
    },
    "POST /v1/subscriptions/{id}/uncancel": lambda seller: None,
    "POST /v1/subscriptions/{id}/change": lambda seller: _changed(seller),
    "POST /v1/subscriptions/{id}/preview_change": lambda seller: _changed(seller),
    "POST /v1/subscription_changes/{id}/cancel": lambda seller: None,
    "POST /v1/credit_notes": lambda seller: {
        "invoice": seller.id("invoices"),
        "reason": "Service was down",
        "settle": "credit_balance",
    },
    "POST /v1/invoice_items": lambda seller: {
        "customer": seller.id("customers"),
        "description": "Setting up",
        "amount": 50000,
        "currency": "INR",
        "tax_code": "998314",
    },
    "POST /v1/invoice_items/{id}/withdraw": lambda seller: None,
    **MORE_BODIES,
    "POST /v1/subscriptions/{id}/extend_trial": lambda seller: {"trial_end": "2026-03-15"},
    "POST /v1/subscriptions/{id}/end_trial": lambda seller: None,
    "POST /v1/subscriptions/{id}/pause": lambda seller: {
        "when": "period_end",
        "credit": "prorated",
        "proration": "by_day",
    },
    "POST /v1/subscriptions/{id}/resume": lambda seller: None,
    "POST /v1/subscriptions/{id}/move_anchor": lambda seller: {
        "anchor": "2026-02-20",
        "proration": "by_day",
    },
    "POST /v1/invoices/preview": lambda seller: {"subscription": seller.id("subscriptions")},
    "POST /v1/invoices/{id}/pay": lambda seller: {"payment_method": seller.id("payment_methods")},
    "POST /v1/invoices/{id}/mark_paid": lambda seller: {
        "method": "bank_transfer",
        "reference": "UTR HDFCN52026013112345678",
        "amount": 118000,
    },
    "POST /v1/payments/{id}/refunds": lambda seller: {"amount": 50_000, "reason": "Was down"},
    "POST /v1/payments/{id}/resolve": lambda seller: {
        "attempt": seller.id("attempts"),
        "outcome": "succeeded",
        "reference": f"pay_{uuid4().hex}",
        "fee": 2360,
    },
    "POST /v1/invoices/{id}/void": lambda seller: None,
    "POST /v1/invoices/{id}/write_off": lambda seller: None,
    "POST /v1/test_clock": lambda seller: {"frozen_time": "2026-06-30T09:00:00+05:30"},
    "POST /v1/test_clock/advance": lambda seller: {"to": "2026-07-31T09:00:00+05:30"},
    "POST /v1/billing_runs": lambda seller: {"as_of": "2026-01-31"},
    "POST /v1/parked/{id}/release": lambda seller: None,
    "POST /v1/webhook_endpoints": lambda seller: {
        "url": "https://hooks.chai.example/khata",
        "events": ["invoice.*", "payment.failed"],
        "description": "Our shop's back office",
    },
    "PATCH /v1/webhook_endpoints/{id}": lambda seller: {"events": ["*"], "description": None},
    "POST /v1/webhook_endpoints/{id}/rotate_secret": lambda seller: {"overlap_hours": 24},
    "POST /v1/webhook_endpoints/{id}/enable": lambda seller: None,
    "POST /v1/webhook_endpoints/{id}/disable": lambda seller: None,
    "POST /v1/webhook_endpoints/{id}/test": lambda seller: None,
    "POST /v1/webhook_endpoints/{id}/replay": lambda seller: {
        "from": "2026-01-31T00:00:00Z",
        "to": "2026-02-01T00:00:00Z",
        "only_missed": True,
    },
    "POST /v1/webhook_deliveries/{id}/resend": lambda seller: None,
    "POST /v1/events/{id}/resend": lambda seller: {"endpoint": endpoint(seller)["id"]},
}


def _changed(seller: Seller) -> dict[str, Any]:
    return {
        "items": [{"plan": seller.id("plans"), "quantity": 7}],
        "when": "now",
        "proration": "by_day",
        "invoice": "now",
        "settle": "credit_balance",
        "keep_anchor": False,
    }


def _made(kind: str) -> Recipe:
    def make(seller: Seller) -> dict[str, Any]:
        return seller.create(f"/v1/{kind}", BODIES[f"POST /v1/{kind}"](seller))

    return make


def _first(path: str) -> Recipe:
    """The newest of a list of what comes of itself, once there is a subscription."""

    def found(seller: Seller) -> dict[str, Any]:
        seller.one("subscriptions")
        first: dict[str, Any] = seller.get(path).json()["data"][0]
        return first

    return found


def subscribed(seller: Seller, **different: Any) -> dict[str, Any]:
    """A new subscription of this seller's customer to its plan, sold under its GSTIN."""
    body = {
        "customer": seller.id("customers"),
        "items": [{"plan": seller.id("plans"), "quantity": 1}],
    }
    return seller.create("/v1/subscriptions", body | different)


def open_invoice(seller: Seller) -> dict[str, Any]:
    """A new invoice that waits for the customer to send the money."""
    made = subscribed(seller, collection_method="send_invoice", days_until_due=15)
    invoice: dict[str, Any] = seller.get(f"/v1/invoices/{made['latest_invoice']}").json()
    return invoice


def canceled(seller: Seller) -> dict[str, Any]:
    """A subscription that will end with its period."""
    made = subscribed(seller)
    seller.post(f"/v1/subscriptions/{made['id']}/cancel", {"when": "period_end"})
    return made


def on_trial(seller: Seller) -> dict[str, Any]:
    """A subscription on a trial of 30 days."""
    return subscribed(seller, trial_days=30)


def to_be_paused(seller: Seller) -> dict[str, Any]:
    """A subscription that will be paused when its period ends."""
    made = subscribed(seller)
    seller.post(f"/v1/subscriptions/{made['id']}/pause", {"when": "period_end"})
    return made


def _move(seller: Seller) -> dict[str, Any]:
    moves = seller.get(f"/v1/subscriptions/{seller.id('subscriptions')}/moves").json()
    first: dict[str, Any] = moves["data"][0]
    return first


def parked(seller: Seller) -> dict[str, Any]:
    """A subscription whose customer no longer says in which state it is, set aside."""
    at_home = {"name": "Ravi", "address": {"country": "IN", "state": "KA"}}
    customer = seller.create("/v1/customers", at_home)["id"]
    made = subscribed(seller, customer=customer, collection_method="send_invoice")
    assert seller.patch(f"/v1/customers/{customer}", {"address": {"country": "IN"}}).is_success
    seller.create("/v1/billing_runs", {"as_of": made["current_period"]["end"]})
    waiting = seller.get("/v1/parked").json()["data"]
    return next(work for work in waiting if work["subject"] == made["id"])


def unknown_attempt(seller: Seller) -> dict[str, Any]:
    """An attempt whose answer was lost, with the `payment` it is of."""
    customer = seller.create("/v1/customers", BODIES["POST /v1/customers"](seller))["id"]
    method = {"customer": customer, "gateway": "fake", "token": "tok_timeout"}
    seller.create("/v1/payment_methods", method)
    made = subscribed(seller, customer=customer)
    [payment] = seller.get("/v1/payments", invoice=made["latest_invoice"]).json()["data"]
    [attempt] = payment["attempts"]
    return {**attempt, "payment": payment["id"]}


def endpoint(seller: Seller) -> dict[str, Any]:
    """A new webhook endpoint, which is enabled."""
    body = BODIES["POST /v1/webhook_endpoints"](seller)
    return seller.create("/v1/webhook_endpoints", body)


def delivery(seller: Seller) -> dict[str, Any]:
    """A test that waits to be sent to an endpoint of its own."""
    made = seller.post(f"/v1/webhook_endpoints/{endpoint(seller)['id']}/test").json()
    found: dict[str, Any] = made
    return found


def frozen(seller: Seller) -> dict[str, Any]:
    """The seller's clock."""
    return seller.create("/v1/test_clock", BODIES["POST /v1/test_clock"](seller))


# Kind, as it stands in the path → one object of it.
RECIPES: dict[str, Recipe] = {
    kind: _made(kind)
    for kind in (
        "dunning_policies"
        " api_keys sandboxes registrations products plans customers features entitlements"
        " payment_methods subscriptions billing_runs"
    ).split()
} | {
    "invoices": open_invoice,
    "moves": _move,
    "payments": _first("/v1/payments"),
    "events": _first("/v1/events"),
    "mails": _first("/v1/mails"),
    "entries": _first("/v1/ledger/entries"),
    "parked": parked,
    "attempts": unknown_attempt,
    "credit_notes": lambda seller: seller.create(
        "/v1/credit_notes", {"invoice": open_invoice(seller)["id"], "reason": "A mistake"}
    ),
    "subscription_changes": scheduled_change,
    "changes": scheduled_change,
    "invoice_items": lambda seller: seller.create(
        "/v1/invoice_items", BODIES["POST /v1/invoice_items"](seller)
    ),
    **MORE_RECIPES,
    "webhook_endpoints": endpoint,
    "webhook_deliveries": delivery,
}

# A POST that not every object of its kind can take → an object that can.
ACTED_ON: dict[str, Recipe] = {
    "POST /v1/settlements/{id}/match": MORE_RECIPES["settlements"],
    "POST /v1/bank_transactions/{id}/unmatch": a_matched_line,
    "POST /v1/subscriptions/{id}/uncancel": canceled,
    "POST /v1/subscriptions/{id}/extend_trial": on_trial,
    "POST /v1/subscriptions/{id}/end_trial": on_trial,
    "POST /v1/subscriptions/{id}/pause": subscribed,
    "POST /v1/subscriptions/{id}/resume": to_be_paused,
    "POST /v1/subscriptions/{id}/move_anchor": subscribed,
    "POST /v1/payments/{id}/resolve": lambda seller: {"id": seller.one("attempts")["payment"]},
    "POST /v1/test_clock/advance": frozen,
    "POST /v1/invoices/{id}/exchange_rate": dollar_invoice,
    "POST /v1/webhook_endpoints/{id}/enable": endpoint,
    "POST /v1/webhook_endpoints/{id}/disable": endpoint,
    "POST /v1/webhook_endpoints/{id}/test": endpoint,
    "POST /v1/webhook_endpoints/{id}/replay": endpoint,
    **ACTED_ON_E_INVOICES,
    **ACTED_ON_RETURNS,
    **ACTED_ON_MANDATES,
}

# A query parameter or body field that holds an id → the kind it is of.
KIND_OF_FIELD = {
    "dunning_policy": "dunning_policies",
    "product": "products",
    "plan": "plans",
    "customer": "customers",
    "payer": "customers",
    "feature": "features",
    "meter": "meters",
    "payment_method": "payment_methods",
    "registration": "registrations",
    "subscription": "subscriptions",
    "invoice": "invoices",
    "document": "invoices",
    "subject": "subscriptions",
    "attempt": "attempts",
    "payment": "payments",
    "endpoint": "webhook_endpoints",
    "event": "events",
    "line": "invoice_lines",
    "coupon": "coupons",
    "plans": "plans",
    "account": "gateway_accounts",
    "bank_transaction": "bank_transactions",
    "gateway_account": "gateway_accounts",
    "wallet": "wallets",
}
