"""What is billed once, told to GST by itself, and why it bears its rate. Amounts by hand."""

import pytest
from fastapi import FastAPI

from tests.api.recipes import BODIES
from tests.api.seller import Seller, sign_up
from tests.api.taxed import ASHA, customer, refused, taxes


@pytest.fixture
def seller(app: FastAPI) -> Seller:
    """A business in Karnataka of its own, whose day is 31 January 2026."""
    return sign_up(app)


def item(buyer: str, **more: object) -> dict[str, object]:
    asked: dict[str, object] = {
        "customer": buyer,
        "description": "Advice",
        "amount": 100000,
        "currency": "INR",
        "tax_code": "998314",
        "invoice": "now",
    }
    return asked | more


def test_an_item_says_what_it_is_to_gst(seller: Seller) -> None:
    buyer = customer(seller, tax_ids=ASHA)
    made = seller.create("/v1/invoice_items", item(buyer, reverse_charge=True))
    assert (made["tax_nature"], made["reverse_charge"]) == ("taxable", True)
    sold = seller.get(f"/v1/invoices/{made['invoice']}").json()
    # s.9(3): 9 % and 9 % are told, and the buyer pays them to the state
    assert (sold["supply"]["treatment"], sold["total"]) == ("reverse_charge", 100000)
    assert taxes(sold) == [("CGST", "9", 0), ("SGST", "9", 0)]
    free = seller.create("/v1/invoice_items", item(buyer, tax_nature="exempt"))
    assert (free["tax_nature"], free["reverse_charge"]) == ("exempt", False)
    bill = seller.get(f"/v1/invoices/{free['invoice']}").json()
    assert (bill["document_kind"], bill["total"]) == ("bill_of_supply", 100000)
    plain = seller.create("/v1/invoice_items", item(buyer))
    assert (plain["tax_nature"], plain["reverse_charge"]) == ("taxable", False)


def test_what_is_free_of_tax_and_on_reverse_charge_is_refused(seller: Seller) -> None:
    buyer = customer(seller, tax_ids=ASHA)
    wrong = item(buyer, tax_nature="nil_rated", reverse_charge=True)
    assert refused(seller.post("/v1/invoice_items", wrong)) == (422, "bad_tax_nature")
    unknown = item(buyer, tax_nature="zero")
    assert seller.post("/v1/invoice_items", unknown).status_code == 422
    assert seller.get("/v1/invoice_items").json()["data"] == []


def test_a_line_tells_which_two_events_decided_its_rate(seller: Seller) -> None:
    """5 % until 30 January, 18 % from the 31st: supplied before, billed and due after."""
    body = BODIES["POST /v1/tax_rates"](seller) | {"prefix": "999293", "cess": "0"}
    old = body | {"percent": "5", "valid_from": "2017-07-01", "valid_to": "2026-01-30"}
    seller.create("/v1/tax_rates", old)
    seller.create("/v1/tax_rates", body | {"percent": "18", "valid_from": "2026-01-31"})
    days = {"start": "2026-01-01", "end": "2026-01-21"}
    made = seller.create(
        "/v1/invoice_items", item(customer(seller), tax_code="999293", period=days)
    )
    sold = seller.get(f"/v1/invoices/{made['invoice']}").json()
    assert sold["total"] == 118000
    decision = sold["lines"][0]["rate_decision"]
    assert decision == {
        "on": "2026-01-31",
        "law": "CGST Act s.14(a)(i)",
        "reason": "Invoice and payment are after the change of rate on 2026-01-31: supplied by "
        "2026-01-20, invoiced on 2026-01-31, the money asked for on 2026-01-31",
    }
    other = seller.create("/v1/invoice_items", item(customer(seller)))
    plain = seller.get(f"/v1/invoices/{other['invoice']}").json()
    assert plain["lines"][0]["rate_decision"] is None
