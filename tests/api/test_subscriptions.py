"""Subscriptions at the door: started, refused by name, previewed, ended, taken back."""

from typing import Any

import pytest

from tests.api.recipes import BODIES, open_invoice, subscribed
from tests.api.seller import Seller


def refusal(answer: Any) -> tuple[int, str, str | None]:
    problem = answer.json()
    return answer.status_code, problem["code"], problem["param"]


def test_seats_are_multiplied_and_each_head_rounded(seller: Seller) -> None:
    price = {"currency": "INR", "model": "per_unit", "amount": 3333}
    plan = seller.create("/v1/plans", BODIES["POST /v1/plans"](seller) | {"prices": [price]})
    made = subscribed(seller, items=[{"plan": plan["id"], "quantity": 7}])
    (item,) = made["items"]
    assert (item["quantity"], item["unit_amount"], item["model"]) == (7, 3333, "per_unit")
    assert item["price"] == plan["prices"][0]["id"]
    assert made["mrr"] == 23331
    invoice = seller.get(f"/v1/invoices/{made['latest_invoice']}").json()
    # 7 × 33.33 = 233.31; 9 % of it is 20.9979, so 21.00 for each head.
    assert (invoice["subtotal"], invoice["tax"], invoice["total"]) == (23331, 4200, 27531)


def test_a_trial_bills_nothing_and_the_preview_says_what_will_come(seller: Seller) -> None:
    made = subscribed(seller, trial_days=14)
    assert made["status"] == "trialing"
    assert made["trial_end"] == "2026-02-14"
    assert made["current_period"] == {"start": "2026-01-31", "end": "2026-02-14"}
    assert (made["latest_invoice"], made["mrr"]) == (None, 0)
    preview = seller.get(f"/v1/subscriptions/{made['id']}/upcoming_invoice").json()
    assert preview["object"] == "invoice_preview"
    assert preview["period"] == {"start": "2026-02-14", "end": "2026-03-14"}
    assert (preview["subtotal"], preview["tax"], preview["total"]) == (100000, 18000, 118000)
    posted = seller.post("/v1/invoices/preview", {"subscription": made["id"]})
    assert (posted.status_code, posted.json()) == (200, preview)
    assert seller.get("/v1/invoices").json()["data"] == []


def test_a_start_in_the_past_catches_up_in_order(seller: Seller) -> None:
    made = subscribed(seller, start_date="2025-11-30", collection_method="send_invoice")
    invoices = seller.get("/v1/invoices", subscription=made["id"]).json()["data"]
    assert [(one["number"], one["period"]["start"]) for one in reversed(invoices)] == [
        ("INV/25-26/00001", "2025-11-30"),
        ("INV/25-26/00002", "2025-12-30"),
        ("INV/25-26/00003", "2026-01-30"),
    ]
    assert made["latest_invoice"] == invoices[0]["id"]


def test_an_anchor_of_its_own_makes_a_short_first_period(seller: Seller) -> None:
    made = subscribed(seller, billing_anchor="2026-02-15")
    assert made["current_period"] == {"start": "2026-01-31", "end": "2026-02-15"}
    invoice = seller.get(f"/v1/invoices/{made['latest_invoice']}").json()
    # 15 of the 31 days from 15 January to 15 February: 1,000.00 × 15 / 31 = 483.87.
    assert invoice["subtotal"] == 48387
    assert invoice["lines"][0]["description"] == "Premium (15 of 31 days)"


def test_a_declined_first_payment_is_told_with_its_attempts(seller: Seller) -> None:
    customer = seller.create("/v1/customers", BODIES["POST /v1/customers"](seller))["id"]
    card = {"customer": customer, "gateway": "fake", "token": "tok_insufficient_funds"}
    method = seller.create("/v1/payment_methods", card)["id"]
    made = subscribed(seller, customer=customer)
    assert made["status"] == "past_due"
    (payment,) = seller.get("/v1/payments", invoice=made["latest_invoice"]).json()["data"]
    assert (payment["status"], payment["decline_count"]) == ("scheduled", 1)
    (attempt,) = payment["attempts"]
    assert (attempt["status"], attempt["decline_class"]) == ("failed", "soft")
    assert attempt["payment_method"] == method
    assert attempt["decline_code"] == payment["last_decline_code"]
    assert seller.get(f"/v1/payments/{payment['id']}").json() == payment
    moves = seller.get(f"/v1/subscriptions/{made['id']}/moves").json()["data"]
    assert [move["to_status"] for move in reversed(moves)] == ["incomplete", "active", "past_due"]


def test_the_end_of_the_period_can_be_set_and_taken_back(seller: Seller) -> None:
    made = subscribed(seller, payment_method=seller.id("payment_methods"))
    path = f"/v1/subscriptions/{made['id']}"
    body = {"when": "period_end", "credit": "none", "reason": "moved away"}
    ending = seller.post(f"{path}/cancel", body).json()
    assert ending["status"] == "active"
    assert ending["cancel_at_period_end"] is True
    assert (ending["cancel_on"], ending["cancel_reason"]) == ("2026-02-28", "moved away")
    assert refusal(seller.get(f"{path}/upcoming_invoice"))[:2] == (409, "nothing_to_come")
    assert refusal(seller.post(f"{path}/cancel", body))[:2] == (409, "already_canceled")
    kept = seller.post(f"{path}/uncancel").json()
    assert (kept["cancel_at_period_end"], kept["cancel_on"]) == (False, None)
    assert refusal(seller.post(f"{path}/uncancel"))[:2] == (409, "not_canceled")


def test_ended_now_it_is_gone_from_what_recurs(seller: Seller) -> None:
    made = subscribed(seller)
    ended = seller.post(f"/v1/subscriptions/{made['id']}/cancel", {"when": "now"}).json()
    assert (ended["status"], ended["ended_on"], ended["mrr"]) == ("canceled", "2026-01-31", 0)
    assert (ended["next_billing_at"], ended["cancel_at_period_end"]) == (None, False)
    events = seller.get("/v1/events", subject=made["id"], type="subscription.canceled").json()
    assert [event["facts"]["ended_on"] for event in events["data"]] == ["2026-01-31"]


def test_the_list_by_customer_and_status(seller: Seller) -> None:
    first, second = subscribed(seller), subscribed(seller, trial_days=7)
    other = open_invoice(seller)["subscription"]

    def listed(**query: str) -> list[str]:
        return [one["id"] for one in seller.get("/v1/subscriptions", **query).json()["data"]]

    assert listed(customer=seller.id("customers")) == [other, second["id"], first["id"]]
    assert listed(status="trialing") == [second["id"]]
    assert listed(status="unpaid") == []
    assert refusal(seller.get("/v1/subscriptions", status="gone"))[:2] == (422, "unknown_value")


def test_a_product_too_large_names_the_item(standing: Seller) -> None:
    price = {"currency": "INR", "model": "per_unit", "amount": 2 * 10**4}
    plan = standing.create("/v1/plans", BODIES["POST /v1/plans"](standing) | {"prices": [price]})
    items = [{"plan": plan["id"], "quantity": 1}, {"plan": plan["id"], "quantity": 10**9}]
    body = {"customer": standing.id("customers"), "items": items}
    told = refusal(standing.post("/v1/subscriptions", body))
    assert told == (422, "amount_too_large", "items.1.quantity")


BAD: dict[str, tuple[dict[str, Any], int, str, str]] = {
    "quantity -1": ({"quantity": -1}, 422, "number_too_small", "items.0.quantity"),
    "quantity 10^9+1": ({"quantity": 10**9 + 1}, 422, "number_too_large", "items.0.quantity"),
    "quantity 1.5": ({"quantity": 1.5}, 422, "wrong_type", "items.0.quantity"),
    "quantity text": ({"quantity": "1"}, 422, "wrong_type", "items.0.quantity"),
    "quantity true": ({"quantity": True}, 422, "wrong_type", "items.0.quantity"),
    "no items": ({"items": []}, 422, "list_too_short", "items"),
    "month zero": ({"start_date": "0000-00-00"}, 422, "invalid_date", "start_date"),
    "the last day": ({"start_date": "9999-12-31"}, 422, "date_out_of_range", "start_date"),
    "30 February": ({"start_date": "2026-02-30"}, 422, "invalid_date", "start_date"),
    "not a text": ({"start_date": 20260131}, 422, "invalid_date", "start_date"),
    "too far back": ({"start_date": "2025-01-29"}, 422, "start_out_of_range", "start_date"),
    "too far ahead": ({"start_date": "2028-02-04"}, 422, "start_out_of_range", "start_date"),
    "anchor": ({"billing_anchor": "1999-12-31"}, 422, "date_out_of_range", "billing_anchor"),
    "trial": ({"trial_days": 731}, 422, "number_too_large", "trial_days"),
    "days to pay": ({"days_until_due": 366}, 422, "number_too_large", "days_until_due"),
    "method": ({"collection_method": "barter"}, 422, "unknown_value", "collection_method"),
    "strange plan": ({"plan": "plan_x"}, 404, "not_found", "items.0.plan"),
    "plan of another kind": ({"plan": "customers"}, 404, "not_found", "items.0.plan"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_is_refused_by_name_and_nothing_is_stored(
    name: str, standing: Seller
) -> None:
    different, *expected = BAD[name]
    item = {"plan": standing.id("plans"), "quantity": 1}
    if different.get("plan") == "customers":
        different = {"plan": standing.id("customers")}
    item |= {key: value for key, value in different.items() if key in item}
    body = {"customer": standing.id("customers"), "items": [item]}
    body |= {key: value for key, value in different.items() if key not in item}
    before = standing.get("/v1/subscriptions", limit=1).json()
    assert refusal(standing.post("/v1/subscriptions", body)) == tuple(expected)
    assert standing.get("/v1/subscriptions", limit=1).json() == before


def test_a_plan_without_a_price_in_the_customers_currency(seller: Seller) -> None:
    customer = seller.create("/v1/customers", {"name": "Kofi", "currency": "GHS"})["id"]
    body = {"customer": customer, "items": [{"plan": seller.id("plans")}]}
    answer = seller.post("/v1/subscriptions", body)
    assert refusal(answer) == (422, "no_price_in_currency", "items.0.plan")


def test_plans_that_cannot_stand_on_one_invoice(seller: Seller) -> None:
    valid = BODIES["POST /v1/plans"](seller)
    yearly = seller.create("/v1/plans", valid | {"code": "yearly", "interval": "year"})["id"]
    items = [{"plan": seller.id("plans")}, {"plan": yearly}]
    answer = seller.post("/v1/subscriptions", {"customer": seller.id("customers"), "items": items})
    assert refusal(answer) == (422, "items_differ", "items.1.plan")


def test_more_than_a_line_may_hold(seller: Seller) -> None:
    price = {"currency": "INR", "model": "per_unit", "amount": 10**13}
    plan = seller.create("/v1/plans", BODIES["POST /v1/plans"](seller) | {"prices": [price]})["id"]
    body = {"customer": seller.id("customers"), "items": [{"plan": plan, "quantity": 2}]}
    assert refusal(seller.post("/v1/subscriptions", body))[:2] == (422, "amount_too_large")
    later = body | {"start_date": "2026-06-01"}
    assert refusal(seller.post("/v1/subscriptions", later))[:2] == (422, "amount_too_large")
    assert seller.get("/v1/subscriptions").json()["data"] == []


def test_another_customers_card_cannot_pay(seller: Seller) -> None:
    other = seller.create("/v1/customers", {"name": "Other"})["id"]
    body = {
        "customer": other,
        "items": [{"plan": seller.id("plans")}],
        "payment_method": seller.id("payment_methods"),
    }
    answer = seller.post("/v1/subscriptions", body)
    assert refusal(answer) == (409, "payment_method_not_usable", "payment_method")


def test_a_consumer_without_a_state_is_refused_not_guessed(seller: Seller) -> None:
    customer = seller.create("/v1/customers", {"name": "Ravi", "address": {"country": "IN"}})["id"]
    body = {"customer": customer, "items": [{"plan": seller.id("plans")}]}
    assert refusal(seller.post("/v1/subscriptions", body))[:2] == (422, "state_required")
    assert seller.get("/v1/subscriptions").json()["data"] == []
