"""The explanation of an invoice at the API's door, with coupons, tax inside, and credits."""

from typing import Any

import pytest

from tests.api.recipes import open_invoice, subscribed
from tests.api.seller import Seller


def plan(seller: Seller, **different: Any) -> str:
    body = {
        "product": seller.id("products"),
        "name": "Premium",
        "code": f"p-{different.get('tax_behavior', 'x')}-{different.get('interval', 'month')}",
        "interval": "month",
        "prices": [{"currency": "INR", "model": "flat", "amount": 100_000}],
    }
    return str(seller.create("/v1/plans", body | different)["id"])


def explained(seller: Seller, invoice: str) -> dict[str, Any]:
    answer = seller.get(f"/v1/invoices/{invoice}/explain")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def reduced(seller: Seller, **terms: Any) -> None:
    """Redeem a coupon for the seller's customer."""
    body = {"name": terms["code"], "duration": "forever", "scope": "invoice"} | terms
    seller.create("/v1/coupons", body)
    path = f"/v1/customers/{seller.id('customers')}/discounts"
    assert seller.post(path, {"coupon": terms["code"]}).is_success


def test_a_plain_invoice(seller: Seller) -> None:
    invoice = open_invoice(seller)
    told = explained(seller, invoice["id"])
    [line] = told["lines"]
    assert line["line"] == invoice["lines"][0]["id"]
    price = line["why"]["price"]
    assert (price["amount"], price["rule"], price["rounding"], price["fraction"]) == (
        100_000,
        "quantity_times_price",
        "none",
        None,
    )
    assert price["text"].endswith(": ₹1,000.00.")
    [cgst, _] = line["why"]["taxes"]
    assert cgst == {
        "amount": 9_000,
        "rule": "tax_on_top",
        "inputs": {"name": "CGST", "taxable": 100_000, "rate": "9"},
        "fraction": "9/100",
        "exact": "9000",
        "rounding": "half_up",
        "source": "CGST Act 2017, s.9(1)",
        "text": "CGST 9 % of ₹1,000.00 = ₹90.00.",
    }
    assert told["total"]["text"] == "Total: ₹1,000.00 + ₹180.00 tax = ₹1,180.00."
    assert told["credit_notes"] == []


@pytest.mark.parametrize("behavior", ["exclusive", "inclusive"])
def test_coupons_are_told_in_the_order_they_are_taken(seller: Seller, behavior: str) -> None:
    """Of 1,000.00 and 500.00: 10 % off each, and then 100.00 over 900.00 and 450.00."""
    reduced(seller, code="LAUNCH10", percent="10")
    reduced(seller, code="WELCOME", amount=10_000, currency="INR")
    prices = [[{"currency": "INR", "model": "flat", "amount": n}] for n in (100_000, 50_000)]
    plans = [
        plan(seller, code=f"c{n}", tax_behavior=behavior, prices=price)
        for n, price in enumerate(prices)
    ]
    made = subscribed(seller, items=[{"plan": one, "quantity": 1} for one in plans])
    told = explained(seller, made["latest_invoice"])
    first, second = (line["why"]["discounts"] for line in told["lines"])
    assert [(one["rule"], one["amount"]) for one in first] == [
        ("percent_off", 10_000),
        ("amount_off", 6_667),
    ]
    assert [one["amount"] for one in second] == [5_000, 3_333]
    assert first[0]["text"].startswith("LAUNCH10: 10 % of ₹1,000.00 = ₹100.00 off")
    assert first[1]["text"].startswith("WELCOME: ₹66.67 off, this line's part of ₹100.00")
    stored = seller.get(f"/v1/invoices/{made['latest_invoice']}").json()
    nets = [line["amount"] for line in stored["lines"]]
    assert [line["why"]["net"]["amount"] for line in told["lines"]] == nets
    if behavior == "exclusive":
        assert nets == [83_333, 41_667]
    else:  # 833.33 with 18 % inside it: 706.2118…
        assert nets[0] == 70_621
        assert (
            "₹833.33 × 100 / 118 = ₹706.21 before tax (rounded half up)"
            in (told["lines"][0]["why"]["net"]["text"])
        )


def test_a_preview_says_why_as_the_invoice_will(seller: Seller) -> None:
    made = subscribed(seller)
    shown = seller.post("/v1/invoices/preview", {"subscription": made["id"]}).json()
    [line] = shown["lines"]
    assert line["why"]["price"]["text"].endswith(": ₹1,000.00.")
    seller.create("/v1/billing_runs", {"as_of": made["current_period"]["end"]})
    newest = seller.get("/v1/invoices", subscription=made["id"]).json()["data"][0]
    assert [one["why"] for one in explained(seller, newest["id"])["lines"]] == [line["why"]]


def test_a_change_says_what_is_taken_back(seller: Seller) -> None:
    made = subscribed(seller)
    dear = plan(seller, prices=[{"currency": "INR", "model": "flat", "amount": 200_000}])
    answer = seller.post(
        f"/v1/subscriptions/{made['id']}/change", {"items": [{"plan": dear}], "when": "now"}
    )
    assert answer.is_success, answer.text
    [note] = explained(seller, made["latest_invoice"])["credit_notes"]
    [line] = note["lines"]
    assert line["why"]["text"].startswith("Credit for Premium ")
    assert line["why"]["fraction"] is not None
    assert [tax["inputs"]["name"] for tax in line["taxes"]] == ["CGST", "SGST"]


def test_what_is_not_there_is_not_explained(seller: Seller) -> None:
    assert seller.get("/v1/invoices/inv_x/explain").status_code == 404


def test_a_preview_of_a_change_says_why_as_the_note_will(seller: Seller) -> None:
    made = subscribed(seller)
    dear = plan(seller, prices=[{"currency": "INR", "model": "flat", "amount": 200_000}])
    body = {"items": [{"plan": dear}], "when": "now"}
    shown = seller.post(f"/v1/subscriptions/{made['id']}/preview_change", body).json()
    [previewed] = shown["credit_notes"]
    assert previewed["lines"][0]["why"]["text"].startswith("Credit for Premium ")
    assert seller.post(f"/v1/subscriptions/{made['id']}/change", body).is_success
    [note] = explained(seller, made["latest_invoice"])["credit_notes"]
    assert [(line["why"], line["taxes_why"]) for line in previewed["lines"]] == [
        (line["why"], line["taxes"]) for line in note["lines"]
    ]
