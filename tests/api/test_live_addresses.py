"""In live mode an invoice is real: what rule 46 demands is asked for before it is issued."""

from typing import Any

import pytest
from fastapi import FastAPI

from tests.api.recipes import BODIES, open_invoice
from tests.api.seller import Seller, sign_up

STREET = {"line1": "80 Residency Rd", "city": "Bengaluru", "postal_code": "560025"}


@pytest.fixture
def live(app: FastAPI) -> Seller:
    """A business in live mode that has given its address."""
    return sign_up(app, mode="live", address=STREET)


def refused(answer: Any) -> tuple[int, str, str | None]:
    problem = answer.json()
    return answer.status_code, problem["code"], problem["param"]


def buying(seller: Seller, **different: Any) -> dict[str, Any]:
    """What a customer without a street, of the seller's own state, asks for: 1,000.00 a month."""
    body = {"name": "Asha", "address": {"country": "IN", "state": "KA"}} | different
    customer = seller.create("/v1/customers", body)["id"]
    return {
        "customer": customer,
        "items": [{"plan": seller.id("plans"), "quantity": 1}],
        "collection_method": "send_invoice",
    }


def test_the_sellers_own(app: FastAPI) -> None:
    live = sign_up(app, mode="live")
    answer = live.post("/v1/subscriptions", buying(live))
    assert refused(answer) == (422, "address_required", "registration.address")
    assert live.patch("/v1/account", {"address": STREET}).is_success
    assert live.post("/v1/subscriptions", buying(live)).status_code == 201


def test_a_registered_customers(live: Seller) -> None:
    asked = buying(live, tax_ids=[{"type": "in_gst", "value": "29AABCR1718E1ZL"}])
    answer = live.post("/v1/subscriptions", asked)
    assert refused(answer) == (422, "address_required", "address")
    later = live.post("/v1/subscriptions", asked | {"start_date": "2027-06-01"})
    assert refused(later) == (422, "address_required", "address")
    assert live.get("/v1/invoices").json()["data"] == []
    address = {"country": "IN", "state": "KA", "line1": "12 MG Road"}
    assert live.patch(f"/v1/customers/{asked['customer']}", {"address": address}).is_success
    assert live.post("/v1/subscriptions", asked).status_code == 201


def test_a_consumers_from_fifty_thousand_rupees(live: Seller) -> None:
    def of(amount: int) -> Any:
        prices = [{"currency": "INR", "model": "flat", "amount": amount}]
        asked = BODIES["POST /v1/plans"](live) | {"prices": prices}
        plan = live.create("/v1/plans", asked)["id"]
        body = buying(live) | {"items": [{"plan": plan, "quantity": 1}]}
        return live.post("/v1/subscriptions", body)

    assert of(49_999_99).status_code == 201
    assert refused(of(50_000_00)) == (422, "address_required", "address")


def test_who_loses_the_address_is_told_by_the_preview(live: Seller) -> None:
    street = {"country": "IN", "state": "KA", "line1": "12 MG Road"}
    number = [{"type": "in_gst", "value": "29AABCR1718E1ZL"}]
    made = live.create("/v1/subscriptions", buying(live, address=street, tax_ids=number))
    bare = {"address": {"country": "IN", "state": "KA"}}
    assert live.patch(f"/v1/customers/{made['customer']}", bare).is_success
    preview = live.post("/v1/invoices/preview", {"subscription": made["id"]})
    assert refused(preview) == (422, "address_required", "address")


def test_test_mode_does_not_ask(seller: Seller) -> None:
    bare = {"address": {"country": "IN", "state": "KA"}}
    assert seller.patch(f"/v1/customers/{seller.id('customers')}", bare).is_success
    assert open_invoice(seller)["status"] == "open"
