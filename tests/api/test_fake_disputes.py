"""A dispute with no gateway account, letter for letter: from a test card to the trial balance.

1,000.00 and 18 % GST are 1,180.00. The fake gateway keeps 2 %, 23.60, and 15.00 for a dispute.
"""

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.api.seller import Seller, an_address
from tests.api.test_disputes import balances
from tests.api.test_engine_routes import refusal
from tests.api.test_ten_minute_path import CUSTOMER, PLAN, SIGN_UP

CLOCK = "/v1/test_clock"


@pytest.fixture
def disputed(app: FastAPI, request: pytest.FixtureRequest) -> tuple[Seller, dict[str, Any]]:
    """A customer whose card is disputed, the day after; no gateway account was made."""
    email = {"email": f"{request.node.name.replace('_', '-')}@disputes.example"}
    opened = TestClient(app, client=(an_address(), 50_000)).post(
        "/v1/accounts", json=SIGN_UP | email
    )
    assert opened.status_code == 201, opened.text
    seller = Seller(app, opened.json(), mode="test")
    seller.create(CLOCK, {"frozen_time": "2026-01-31T09:00:00+05:30"})
    product = seller.create("/v1/products", {"name": "Chai Cloud", "tax_code": "998314"})
    plan = seller.create("/v1/plans", PLAN | {"product": product["id"]})
    customer = seller.create("/v1/customers", CUSTOMER)
    method = {"customer": customer["id"], "gateway": "fake", "token": "tok_disputed"}
    seller.create("/v1/payment_methods", method)
    items = [{"plan": plan["id"], "quantity": 1}]
    seller.create("/v1/subscriptions", {"customer": customer["id"], "items": items})
    assert seller.get("/v1/disputes").json()["data"] == []
    _until(seller, "2026-02-01T09:00:00+05:30")
    [told] = seller.get("/v1/disputes", status="needs_response").json()["data"]
    return seller, told


def _until(seller: Seller, to: str) -> None:
    answer = seller.post(f"{CLOCK}/advance", {"to": to})
    assert answer.json()["status"] == "ready", answer.text


def test_it_is_told_and_answered_and_won(disputed: tuple[Seller, dict[str, Any]]) -> None:
    seller, told = disputed
    assert (told["gateway"], told["account"], told["reason"]) == ("fake", None, "fraudulent")
    assert (told["amount"], told["amount_held"], told["fee"]) == (118_000, 118_000, 1_500)
    assert told["opened_at"] == "2026-02-01T03:30:00Z"  # nine o'clock in Kolkata
    assert told["evidence_due_by"] == "2026-02-11T03:30:00Z"
    path = f"/v1/disputes/{told['id']}"
    evidence = {"texts": [{"topic": "explanation", "text": "winning_evidence"}]}
    won = seller.post(f"{path}/evidence", evidence).json()
    assert (won["status"], won["amount_held"], won["amount_lost"]) == ("won", 0, 0)
    assert [one["kind"] for one in won["money"]] == ["withdrawn", "fee", "reinstated"]
    types = [one["type"] for one in seller.get("/v1/events", limit="50").json()["data"]]
    for event in ("opened", "funds_withdrawn", "funds_reinstated", "won"):
        assert f"dispute.{event}" in types
    again = seller.post(f"{path}/accept")
    assert refusal(again)[:2] == (409, "dispute_ended")
    # What stands in for an account is shown to nobody.
    assert seller.get("/v1/gateway_accounts").json()["data"] == []


def test_given_in_it_is_a_loss_in_the_books(disputed: tuple[Seller, dict[str, Any]]) -> None:
    seller, told = disputed
    lost = seller.post(f"/v1/disputes/{told['id']}/accept").json()
    assert (lost["status"], lost["amount_lost"]) == ("lost", 118_000)
    balance = balances(seller)
    assert balance["dispute_losses"] == 118_000
    assert balance["dispute_fees"] == 1_500
    assert balance.get("disputed_funds", 0) == 0
    assert balance["gateway_clearing"] == 118_000 - 2_360 - 118_000 - 1_500
    [invoice] = seller.get("/v1/invoices").json()["data"]
    assert (invoice["status"], invoice["amount_paid"]) == ("paid", 118_000)
