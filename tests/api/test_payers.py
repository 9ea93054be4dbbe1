"""Who pays for a customer, as callers set it, read it and list by it."""

from fastapi import FastAPI

from tests.api.recipes import BODIES
from tests.api.seller import Seller, sign_up

CUSTOMER = "POST /v1/customers"


def test_a_payer_is_named_read_listed_and_taken_away(seller: Seller) -> None:
    parent = seller.create("/v1/customers", BODIES[CUSTOMER](seller))
    assert parent["payer"] is None
    child = seller.create("/v1/customers", {"name": "Branch", "payer": parent["id"]})
    assert child["payer"] == parent["id"]
    listed = seller.get("/v1/customers", payer=parent["id"]).json()["data"]
    assert [one["id"] for one in listed] == [child["id"]]
    renamed = seller.patch(f"/v1/customers/{child['id']}", {"name": "Branch 2"}).json()
    assert renamed["payer"] == parent["id"]
    freed = seller.patch(f"/v1/customers/{child['id']}", {"payer": None}).json()
    assert freed["payer"] is None
    assert seller.get("/v1/customers", payer=parent["id"]).json()["data"] == []


def test_a_payer_is_refused_by_name(app: FastAPI, seller: Seller) -> None:
    parent = seller.create("/v1/customers", BODIES[CUSTOMER](seller))
    child = seller.create("/v1/customers", {"name": "Branch", "payer": parent["id"]})
    foreign = sign_up(app).id("customers")
    for id, payer, told in (
        (child["id"], child["id"], (422, "payer_not_possible", "payer")),
        (seller.id("customers"), child["id"], (422, "payer_not_possible", "payer")),
        (parent["id"], seller.id("customers"), (409, "pays_for_others", "payer")),
        (child["id"], foreign, (404, "not_found", "payer")),
        (child["id"], "cus_x", (404, "not_found", "payer")),
    ):
        answer = seller.patch(f"/v1/customers/{id}", {"payer": payer})
        problem = answer.json()
        assert (answer.status_code, problem["code"], problem["param"]) == told
    answer = seller.post("/v1/customers", {"name": "Shop", "payer": foreign})
    assert answer.status_code == 404
    assert seller.get(f"/v1/customers/{child['id']}").json()["payer"] == parent["id"]


def test_the_invoice_says_whose_it_is_and_for_whom(seller: Seller) -> None:
    parent = seller.id("customers")  # it has a payment method of the fake gateway
    seller.create("/v1/payment_methods", {"customer": parent, "gateway": "fake", "token": "tok_ok"})
    child = seller.create("/v1/customers", {"name": "Branch", "payer": parent})["id"]
    made = seller.create(
        "/v1/subscriptions", {"customer": child, "items": [{"plan": seller.id("plans")}]}
    )
    assert (made["customer"], made["status"]) == (child, "active")
    invoice = seller.get(f"/v1/invoices/{made['latest_invoice']}").json()
    assert (invoice["customer"], invoice["subscription"]) == (parent, made["id"])
    assert invoice["lines"][0]["description"].endswith(", for Branch")
    [payment] = seller.get("/v1/payments", invoice=invoice["id"]).json()["data"]
    assert payment["customer"] == parent


def test_one_invoice_for_two_subscriptions(seller: Seller) -> None:
    seller.post("/v1/test_clock", {"frozen_time": "2026-01-01T09:00:00+05:30"})
    customer = seller.create(
        "/v1/customers", {**BODIES[CUSTOMER](seller), "invoice_together": True}
    )
    assert customer["invoice_together"] is True
    method = {"customer": customer["id"], "gateway": "fake", "token": "tok_ok"}
    seller.create("/v1/payment_methods", method)
    wanted = {"customer": customer["id"], "items": [{"plan": seller.id("plans")}]}
    made = [seller.create("/v1/subscriptions", wanted)["id"] for _ in range(2)]
    preview = seller.post("/v1/invoices/preview", {"subscription": made[1]}).json()
    seller.post("/v1/test_clock/advance", {"to": "2026-02-01T09:00:00+05:30"})
    for id in made:
        [invoice, first] = seller.get("/v1/invoices", subscription=id).json()["data"]
        assert first["subscriptions"] == [id]
        assert (invoice["subscription"], invoice["subscriptions"]) == (made[0], made)
        assert [line["subscription"] for line in invoice["lines"]] == made
        latest = seller.get(f"/v1/subscriptions/{id}").json()["latest_invoice"]
        assert latest == invoice["id"]
        story = seller.get(f"/v1/subscriptions/{id}/story").json()["sentences"]
        assert any(invoice["number"] in one["text"] for one in story)
    assert preview["total"] == invoice["total"]
    assert preview["subscriptions"] == made
    assert [line["subscription"] for line in preview["lines"]] == made
    changed = seller.patch(f"/v1/customers/{customer['id']}", {"invoice_together": False}).json()
    assert changed["invoice_together"] is False
