"""Revised invoices at the API's door: the certificate of registration came after the sale."""

from fastapi import FastAPI

from tests.api.revised_recipes import before_it_was_registered, registered, revisable_invoice
from tests.api.seller import sign_up


def test_it_takes_the_place_of_the_invoice(app: FastAPI) -> None:
    seller = sign_up(app)
    before, invoice = before_it_was_registered(seller)
    assert (invoice["tax"], invoice["status"]) == (0, "open")
    body = {"invoice": invoice["id"]}
    early = seller.post("/v1/revised_invoices", body)
    assert (early.status_code, early.json()["code"]) == (409, "not_revisable")

    number = registered(seller, before, invoice["issued_on"])
    assert (number["succeeds"], number["effective_on"]) == (before["id"], invoice["issued_on"])
    revised = seller.create("/v1/revised_invoices", body)
    assert (revised["document_kind"], revised["number"][:3]) == ("revised_invoice", "RI/")
    assert (revised["registration"], revised["original_invoice"]) == (number["id"], invoice["id"])
    # 1,000.00 inside Maharashtra: 90.00 and 90.00
    assert (revised["subtotal"], revised["tax"], revised["amount_due"]) == (100000, 18000, 118000)
    assert revised["reason"].startswith("Registered under GST from ")
    original = seller.get(f"/v1/invoices/{invoice['id']}").json()
    assert (original["status"], original["revised_by"]) == ("void", revised["id"])
    listed = seller.get("/v1/invoices", document_kind="revised_invoice").json()["data"]
    assert [one["id"] for one in listed] == [revised["id"]]
    assert seller.get(f"/v1/invoices/{revised['id']}/pdf").content.startswith(b"%PDF")
    again = seller.post("/v1/revised_invoices", body)
    assert (again.status_code, again.json()["code"]) == (409, "not_revisable")
    told = {one["type"] for one in seller.get("/v1/events").json()["data"]}
    assert {"invoice.voided", "invoice.finalized"} <= told


def test_the_seller_may_bear_the_tax(app: FastAPI) -> None:
    """CGST Rules, rule 35: 1,000.00 × 18 / 118 = 152.54 is in it, two of 76.27."""
    seller = sign_up(app)
    invoice = revisable_invoice(seller)
    body = {"invoice": invoice["id"], "tax_behavior": "inclusive"}
    revised = seller.create("/v1/revised_invoices", body)
    assert (revised["subtotal"], revised["tax"], revised["total"]) == (84746, 15254, 100000)


def test_days_of_a_certificate_are_corrected(app: FastAPI) -> None:
    seller = sign_up(app)
    before, invoice = before_it_was_registered(seller)
    number = registered(seller, before, invoice["issued_on"])
    changed = seller.patch(
        f"/v1/registrations/{number['id']}",
        {"effective_on": "2026-01-05", "certificate_on": "2026-01-20"},
    )
    assert changed.json()["certificate_on"] == "2026-01-20"
    wrong = seller.patch(f"/v1/registrations/{number['id']}", {"effective_on": "2026-01-21"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "bad_registration_dates")
    late = seller.post("/v1/revised_invoices", {"invoice": invoice["id"]})
    assert "the day of its certificate" in late.json()["detail"]
    other = seller.post(
        "/v1/registrations",
        {"legal_name": "X", "country": "IN", "state": "MH", "succeeds": number["id"]},
    )
    assert (other.status_code, other.json()["code"]) == (409, "bad_succession")
