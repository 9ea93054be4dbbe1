"""Under which registration is sold, by which scheme and route. Amounts by hand."""

import pytest
from fastapi import FastAPI

from tests.api.recipes import BODIES
from tests.api.seller import Seller, sign_up
from tests.api.taxed import (
    KA,
    MH,
    PUNE,
    USA,
    asked,
    customer,
    invoice,
    plan,
    refused,
    registration,
    taxes,
)


@pytest.fixture
def seller(app: FastAPI) -> Seller:
    """A business in Karnataka of its own, so that what it tells touches nobody else's."""
    return sign_up(app)


def test_under_composition_bills_of_supply_are_given_out(seller: Seller) -> None:
    path = f"/v1/registrations/{registration(seller)}"
    assert seller.patch(path, {"scheme": "composition"}).json()["scheme"] == "composition"
    chai = plan(seller)
    bill = invoice(seller, customer(seller), chai)
    assert (bill["document_kind"], bill["total"], bill["taxes"]) == ("bill_of_supply", 100000, [])
    assert bill["number"].startswith("BS/")
    assert bill["endorsement"].startswith("COMPOSITION TAXABLE PERSON")
    elsewhere = asked(seller, customer(seller, address=MH), chai)
    answer = seller.post("/v1/subscriptions", elsewhere)
    assert refused(answer) == (422, "inter_state_not_allowed")
    assert seller.get(f"/v1/invoices/{bill['id']}/pdf").status_code == 200
    seller.patch(path, {"scheme": "regular"})
    taxed = invoice(seller, customer(seller), chai)
    assert (taxed["document_kind"], taxed["total"]) == ("invoice", 118000)
    assert taxed["number"].startswith("INV/")


def test_a_rule_says_which_registration_issues(seller: Seller) -> None:
    mumbai = seller.create(
        "/v1/registrations",
        {
            "legal_name": "Chai Cloud Pvt Ltd",
            "country": "IN",
            "state": "MH",
            "tax_id": {"type": "in_gst", "value": "27ABCCT1234E1ZP"},
            "series": {"invoice": "MH/{fy}/{n:05}"},
        },
    )["id"]
    rule = seller.create(
        "/v1/registration_rules",
        {"registration": mumbai, "country": "IN", "state": "MH", "valid_from": "2020-01-01"},
    )
    chai = plan(seller)
    west = customer(seller, address=MH)
    sold = invoice(seller, west, chai)
    assert (sold["registration"], sold["number"][:3]) == (mumbai, "MH/")
    assert taxes(sold) == [("CGST", "9", 9000), ("SGST", "9", 9000)]
    assert invoice(seller, customer(seller), chai)["number"][:4] == "INV/"
    named = invoice(seller, west, chai, registration=registration_of_home(seller, mumbai))
    assert taxes(named) == [("IGST", "18", 18000)]
    item = BODIES["POST /v1/invoice_items"](seller) | {"customer": west, "invoice": "now"}
    seller.create("/v1/invoice_items", item)
    assert seller.get("/v1/invoices").json()["data"][0]["registration"] == mumbai
    seller.post(f"/v1/registration_rules/{rule['id']}/end", {"valid_to": "2020-12-31"})
    assert invoice(seller, west, chai)["number"][:4] == "INV/"


def registration_of_home(seller: Seller, other: str) -> str:
    found = [one["id"] for one in seller.get("/v1/registrations").json()["data"]]
    return str(next(id for id in found if id != other))


def test_an_export_route_is_a_choice(seller: Seller) -> None:
    path = f"/v1/registrations/{registration(seller)}"
    chai, acme = plan(seller), customer(seller, address=USA)
    assert invoice(seller, acme, chai)["supply"]["treatment"] == "zero_rated_with_igst"
    assert seller.patch(path, {"export_route": "lut_required"}).is_success
    answer = seller.post("/v1/subscriptions", asked(seller, acme, chai))
    assert refused(answer) == (422, "lut_expired")
    lut = {"number": "AD29", "valid_from": "2020-04-01", "valid_to": "2090-03-31"}
    assert seller.patch(path, {"lut": lut}).is_success
    assert invoice(seller, acme, chai)["supply"]["lut_number"] == "AD29"
    assert seller.patch(path, {"export_route": "with_payment"}).is_success
    paying = invoice(seller, acme, chai)
    assert (paying["supply"]["lut_number"], paying["total"]) == (None, 118000)
    branch = customer(seller, address=USA, related_establishment=True)
    inside = invoice(seller, branch, chai)
    assert (inside["supply"]["kind"], inside["endorsement"]) == ("inter", None)
    assert inside["place_of_supply"]["code"] == "96"


def test_online_services_from_abroad(app: FastAPI) -> None:
    seller = sign_up(
        app, country="SG", state=None, gstin=None, timezone="Asia/Singapore", currency="SGD"
    )
    made = seller.create(
        "/v1/registrations",
        {
            "legal_name": "Teh Pte Ltd",
            "country": "SG",
            "scheme": "oidar",
            "tax_id": {"type": "in_gst", "value": "9917SGP29001OST"},
            "default": True,
        },
    )
    assert made["tax_id"]["value"] == "9917SGP29001OST"
    chai = plan(seller)
    consumer = invoice(seller, customer(seller, address=KA, currency="INR"), chai)
    assert (taxes(consumer), consumer["place_of_supply"]["code"]) == ([("IGST", "18", 18000)], "29")
    business = customer(seller, address=MH, currency="INR", tax_ids=PUNE)
    owed_there = invoice(seller, business, chai)
    assert (owed_there["tax"], owed_there["supply"]["treatment"]) == (0, "reverse_charge")
    nowhere = customer(seller, address={"country": "IN"}, currency="INR")
    answer = seller.post("/v1/subscriptions", asked(seller, nowhere, chai))
    assert refused(answer) == (422, "state_required")


def test_a_registration_shows_a_bank_and_a_name_of_its_own(seller: Seller) -> None:
    path = f"/v1/registrations/{registration(seller)}"
    bank = {
        "account_name": "Chai Cloud Pvt Ltd",
        "account_number": "001234567890",
        "ifsc": "HDFC0000001",
        "bank": "HDFC Bank",
        "swift": None,
    }
    own = {"trade_name": "Chai Karnataka", "bank": bank, "signatory": "R. Iyer, Director"}
    told = seller.patch(path, own).json()
    assert [told[name] for name in own] == list(own.values())
    sold = invoice(seller, customer(seller), plan(seller))
    assert sold["seller"]["name"] == "Chai Karnataka"
    assert seller.get(f"/v1/invoices/{sold['id']}/pdf").status_code == 200
    assert seller.patch(path, {"bank": None}).json()["bank"] is None


def test_a_scheme_that_cannot_be_and_series_that_meet(seller: Seller) -> None:
    path = f"/v1/registrations/{registration(seller)}"
    assert refused(seller.patch(path, {"scheme": "oidar"})) == (422, "bad_scheme")
    met = {"series": {"bill_of_supply": "INV/{fy}/{n}"}}
    assert refused(seller.patch(path, met)) == (409, "series_overlap")
    assert refused(seller.patch(path, {"logo": "data:image/png;base64,AAAA"}))[1] in (
        "logo_unreadable",
        "invalid",
    )


def test_one_pan_has_several_registrations_in_a_state(seller: Seller) -> None:
    second = seller.create(
        "/v1/registrations",
        {
            "legal_name": "Chai Cloud Pvt Ltd",
            "country": "IN",
            "state": "KA",
            "tax_id": {"type": "in_gst", "value": "29ABCCT1234E2ZK"},
        },
    )
    chai, asha = plan(seller), customer(seller)
    of_second = invoice(seller, asha, chai, registration=second["id"])
    of_first = invoice(seller, asha, chai)
    assert of_second["seller"]["tax_id"] == "29ABCCT1234E2ZK"
    assert of_first["seller"]["tax_id"] == "29ABCCT1234E1ZL"
    assert of_second["number"] == of_first["number"]  # a number is unique under its GSTIN
