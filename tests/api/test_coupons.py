"""Coupons at the API's door: their terms, who may redeem them, and what the invoice says."""

from typing import Any

import pytest

from tests.api.recipes import subscribed
from tests.api.seller import Seller


def coupon(seller: Seller, **terms: Any) -> dict[str, Any]:
    return seller.create("/v1/coupons", {"code": "TEA25", "percent": "25"} | terms)


def invoice_of(seller: Seller, subscription: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = seller.get(f"/v1/invoices/{subscription['latest_invoice']}").json()
    return found


def test_a_coupon_is_told_as_it_was_made(seller: Seller) -> None:
    made = coupon(seller, percent="12.50", duration="repeating", months=3, max_redemptions=2)
    assert (made["percent"], made["duration"], made["months"]) == ("12.5", "repeating", 3)
    assert (made["redemptions"], made["archived"], made["name"]) == (0, False, "TEA25")
    assert seller.get("/v1/coupons", code="tea25").json()["data"] == [made]
    assert seller.post(f"/v1/coupons/{made['id']}/archive").json()["archived"] is True


def test_the_invoice_says_what_each_coupon_took(seller: Seller) -> None:
    """1,000.00 − 25 % = 750.00; with 18 % tax 885.00."""
    made = coupon(seller)
    bill = invoice_of(seller, subscribed(seller, coupons=["tea25"]))
    assert (bill["subtotal"], bill["discount"], bill["tax"], bill["total"]) == (
        100_000,
        25_000,
        13_500,
        88_500,
    )
    [line] = bill["lines"]
    [taken] = line["discounts"]
    assert (line["discount"], line["amount"]) == (25_000, 75_000)
    assert (taken["coupon"], taken["name"], taken["percent"]) == (made["id"], "TEA25", "25")
    assert (taken["amount"], taken["off_price"]) == (25_000, 25_000)
    [used] = seller.get("/v1/discounts", coupon=made["id"]).json()["data"]
    assert (used["id"], used["uses_left"], used["ended_by"]) == (taken["discount"], 0, "used")
    assert seller.get(f"/v1/coupons/{made['id']}").json()["redemptions"] == 1


def test_a_discount_is_added_and_ended(seller: Seller) -> None:
    coupon(seller, duration="forever")
    made = subscribed(seller)
    path = f"/v1/subscriptions/{made['id']}/discounts"
    added = seller.create(path, {"coupon": "TEA25"})
    assert (added["subscription"], added["uses_left"]) == (made["id"], None)
    upcoming = seller.get(f"/v1/subscriptions/{made['id']}/upcoming_invoice").json()
    assert (upcoming["discount"], upcoming["total"]) == (25_000, 88_500)
    again = seller.post(path, {"coupon": "TEA25"})
    assert (again.status_code, again.json()["code"]) == (409, "coupon_already_applied")
    ended = seller.ask("DELETE", f"/v1/discounts/{added['id']}")
    assert (ended.status_code, ended.json()["ended_by"]) == (200, "removed")
    twice = seller.ask("DELETE", f"/v1/discounts/{added['id']}")
    assert (twice.status_code, twice.json()["code"]) == (409, "discount_ended")
    upcoming = seller.get(f"/v1/subscriptions/{made['id']}/upcoming_invoice").json()
    assert upcoming["discount"] == 0


@pytest.mark.parametrize(
    ("terms", "param"),
    [
        ({"percent": None}, "percent"),  # neither
        ({"amount": 100, "currency": "INR"}, "percent"),  # both
        ({"percent": "0"}, "percent"),
        ({"percent": None, "amount": 100}, "currency"),
        ({"minimum": 100}, "currency"),
        ({"currency": "INR"}, "currency"),
        ({"duration": "repeating"}, "months"),
        ({"duration": "repeating", "months": 1, "cycles": 1}, "months"),
        ({"duration": "forever", "months": 1}, "months"),
        ({"duration": "once", "cycles": 1}, "cycles"),
    ],
)
def test_terms_that_contradict_each_other(
    seller: Seller, terms: dict[str, Any], param: str
) -> None:
    answer = seller.post("/v1/coupons", {"code": "NO", "percent": "25"} | terms)
    assert (answer.status_code, answer.json()["code"]) == (422, "coupon_terms_differ")
    assert answer.json()["param"] == param
    assert seller.get("/v1/coupons").json()["data"] == []


@pytest.mark.parametrize("percent", ["-1", "101", "1e2", "12.34567", "abc", "", "100.5", "٢٥"])
def test_what_is_no_percent(seller: Seller, percent: str) -> None:
    answer = seller.post("/v1/coupons", {"code": "NO", "percent": percent})
    assert (answer.status_code, answer.json()["param"]) == (422, "percent")


def test_a_code_that_is_unknown_names_the_field(seller: Seller) -> None:
    body = {
        "customer": seller.id("customers"),
        "items": [{"plan": seller.id("plans")}],
        "coupons": ["NOBODY"],
    }
    answer = seller.post("/v1/subscriptions", body)
    assert (answer.status_code, answer.json()["param"]) == (404, "coupons.0")


def test_the_same_key_redeems_once(seller: Seller) -> None:
    coupon(seller, duration="forever")
    path = f"/v1/customers/{seller.id('customers')}/discounts"
    key = {"Idempotency-Key": "once"}
    first = seller.post(path, {"coupon": "TEA25"}, **key)
    again = seller.post(path, {"coupon": "TEA25"}, **key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert len(seller.get("/v1/discounts").json()["data"]) == 1
