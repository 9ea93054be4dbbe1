"""Wallets at the API's door: opened, filled, spent, and what is refused."""

from typing import Any

import pytest

from tests.api.recipes import subscribed
from tests.api.seller import Seller


def opened(seller: Seller, **different: Any) -> dict[str, Any]:
    body = {"customer": seller.id("customers"), "currency": "INR"}
    return seller.create("/v1/wallets", body | different)


def filled(seller: Seller, wallet: dict[str, Any], amount: int, **terms: Any) -> dict[str, Any]:
    return seller.create(f"/v1/wallets/{wallet['id']}/top_ups", {"amount": amount} | terms)


def test_a_paid_top_up_is_collected_at_once(seller: Seller) -> None:
    seller.id("payment_methods")
    wallet = opened(seller)
    top_up = filled(seller, wallet, 50_000)
    assert (top_up["status"], top_up["kind"], top_up["cause"]) == ("filled", "paid", "asked")
    invoice = seller.get(f"/v1/invoices/{top_up['invoice']}").json()
    assert (invoice["status"], invoice["total"], invoice["tax"]) == ("paid", 50_000, 0)
    assert (invoice["subscription"], invoice["supply"]["kind"]) == (None, "out_of_scope")
    assert seller.get(f"/v1/wallets/{wallet['id']}").json()["balance"] == 50_000
    note = seller.post("/v1/credit_notes", {"invoice": invoice["id"], "reason": "No"})
    assert (note.status_code, note.json()["code"]) == (409, "not_creditable")
    assert seller.get(f"/v1/invoices/{top_up['invoice']}/pdf").content.startswith(b"%PDF")


def test_a_wallet_pays_and_the_invoice_says_so(seller: Seller) -> None:
    """1,180.00, of which 500.00 were granted; the card pays 680.00."""
    seller.id("payment_methods")
    wallet = opened(seller)
    granted = filled(seller, wallet, 50_000, paid=False, name="Welcome")
    assert (granted["status"], granted["invoice"], granted["name"]) == ("filled", None, "Welcome")
    made = subscribed(seller)
    invoice = seller.get(f"/v1/invoices/{made['latest_invoice']}").json()
    assert (invoice["status"], invoice["amount_paid"]) == ("paid", 118_000)
    assert (invoice["wallet_applied"], invoice["credit_applied"]) == (50_000, 0)
    [payment] = seller.get("/v1/payments", invoice=invoice["id"]).json()["data"]
    assert payment["amount"] == 68_000
    [spent, came] = seller.get(f"/v1/wallets/{wallet['id']}/wallet_entries").json()["data"]
    assert (spent["amount"], spent["cause"], spent["source"]) == (
        -50_000,
        "invoice",
        invoice["id"],
    )
    assert (came["amount"], came["cause"], came["balance"]) == (50_000, "granted", 50_000)
    [credit] = seller.get(f"/v1/wallets/{wallet['id']}/wallet_credits").json()["data"]
    assert (credit["remaining"], credit["expired"]) == (0, False)


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({"amount": 0}, "too_small", "amount"),
        ({"amount": -1}, "too_small", "amount"),
        ({"amount": 100, "currency": "USD"}, "top_up_currency_differs", "currency"),
        ({"amount": 100, "expires_on": "2020-01-01"}, "expiry_passed", "expires_on"),
        ({"amount": 100, "priority": 101}, "too_large", "priority"),
    ],
)
def test_what_is_no_top_up(seller: Seller, body: dict[str, Any], code: str, param: str) -> None:
    wallet = opened(seller)
    answer = seller.post(f"/v1/wallets/{wallet['id']}/top_ups", body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["param"] == param
    assert seller.get(f"/v1/wallets/{wallet['id']}/top_ups").json()["data"] == []
    assert code in (answer.json()["code"], "too_small", "too_large")


def test_half_a_recharge_and_another_currency(seller: Seller) -> None:
    body = {"customer": seller.id("customers"), "currency": "INR", "recharge_below": 100}
    half = seller.post("/v1/wallets", body)
    assert (half.status_code, half.json()["code"]) == (422, "recharge_incomplete")
    other = seller.post("/v1/wallets", {"customer": seller.id("customers"), "currency": "USD"})
    assert (other.status_code, other.json()["code"]) == (422, "wallet_currency_differs")
    wallet = opened(seller)
    changed = seller.patch(f"/v1/wallets/{wallet['id']}", {"recharge_amount": 100})
    assert (changed.status_code, changed.json()["param"]) == (422, "recharge_below")


def test_a_credit_note_gives_credit_that_pays_the_next(seller: Seller) -> None:
    """A whole note of 1,180.00, and the next invoice asks no gateway."""
    seller.id("payment_methods")
    made = subscribed(seller)
    body = {"invoice": made["latest_invoice"], "reason": "A mistake"}
    seller.create("/v1/credit_notes", body | {"settle": "credit_balance"})
    customer = seller.id("customers")
    balance = seller.get(f"/v1/customers/{customer}/credit_balance").json()
    assert balance["balances"] == [{"currency": "INR", "amount": 118_000}]
    invoice = seller.get(f"/v1/invoices/{subscribed(seller)['latest_invoice']}").json()
    assert (invoice["status"], invoice["credit_applied"]) == ("paid", 118_000)
    assert seller.get("/v1/payments", invoice=invoice["id"]).json()["data"] == []
