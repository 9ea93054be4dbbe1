"""Bodies and recipes of gateway accounts and of what gateways tell; recipes.py takes them in."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx

from tests.api.seller import Recipe, Seller
from tests.paper_gateway import signature

SECRET = "whsec_paper"

GATEWAY_BODIES: dict[str, Callable[[Seller], Any]] = {
    "POST /v1/gateway_accounts": lambda seller: an_account(),
    "PATCH /v1/gateway_accounts/{id}": lambda seller: {"name": f"Paper {uuid4().hex[:12]}"},
    "POST /v1/gateway_accounts/{id}/rotate": lambda seller: {
        "credentials": {"api_key": "test_acct1-new"},
        "webhook_secret": "whsec_new",
    },
    "POST /v1/gateway_accounts/{id}/check": lambda seller: None,
    "POST /v1/gateway_accounts/{id}/disable": lambda seller: None,
    "POST /v1/gateway_accounts/{id}/enable": lambda seller: None,
    "POST /v1/gateway_accounts/{id}/reconcile": lambda seller: {"day": "2026-01-30"},
    "PUT /v1/gateway_routes": lambda seller: {
        "routes": [
            {
                "account": seller.id("gateway_accounts"),
                "currency": "INR",
                "country": "IN",
                "kind": "card",
            }
        ]
    },
    "POST /v1/gateway_events/{id}/replay": lambda seller: None,
}


def an_account(**different: Any) -> dict[str, Any]:
    return {
        "gateway": "paper",
        "name": f"Paper {uuid4().hex[:12]}",
        "credentials": {"api_key": "test_acct1-old"},
        "webhook_secret": SECRET,
    } | different


def tells(
    seller: Seller, account: dict[str, Any], event: dict[str, Any], *, secret: str = SECRET
) -> httpx.Response:
    """Let paper tell an event, and return the answer."""
    body = json.dumps(event).encode()
    headers = {"paper-signature": signature(body, secret), "Authorization": ""}
    answer: httpx.Response = seller.client.post(
        account["webhook_path"], content=body, headers=headers
    )
    return answer


def an_event(seller: Seller) -> dict[str, Any]:
    """An event that was kept."""
    told = {"id": f"evt_{uuid4().hex}", "type": "paper.folded", "subject": "other"}
    account = seller.create("/v1/gateway_accounts", an_account())
    answer = tells(seller, account, told)
    assert answer.status_code == 200, answer.text
    [event] = seller.get("/v1/gateway_events", limit=1).json()["data"]
    found: dict[str, Any] = event
    return found


GATEWAY_RECIPES: dict[str, Recipe] = {
    "gateway_accounts": lambda seller: seller.create("/v1/gateway_accounts", an_account()),
    "gateway_events": an_event,
    "reconciliations": lambda seller: seller.create(
        f"/v1/gateway_accounts/{seller.id('gateway_accounts')}/reconcile", {"day": "2026-01-30"}
    ),
}
