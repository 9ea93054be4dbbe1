"""Sales tax and taxes elsewhere at the door: nexuses, confirmations, calculations, thresholds."""

from typing import Any

import pytest
from fastapi import FastAPI

from tests.api.seller import Seller, sign_up

TEXAS = {
    "country": "US",
    "state": "TX",
    "number": "32012345678",
    "scheme": "simplified",
    "valid_from": "2025-01-01",
    "valid_to": None,
}
AUSTRALIA = TEXAS | {"country": "AU", "state": None, "number": "300123456789"}
CONFIRMED = {
    "state": "TX",
    "taxable_percent": 80,
    "jurisdictions": [
        {"name": "State", "percent": "6.25"},
        {"name": "Austin", "percent": "1"},
    ],
    "valid_from": "2025-01-01",
    "source": "Tex. Tax Code 151.351",
    "confirmed_by": "Asha Rao, CPA",
}


@pytest.fixture
def seller(app: FastAPI) -> Seller:
    """An Indian seller with nexus in Texas and a registration in Australia."""
    made = sign_up(app)
    home = made.get("/v1/registrations").json()["data"][0]["id"]
    answer = made.patch(f"/v1/registrations/{home}", {"nexuses": [TEXAS, AUSTRALIA]})
    assert answer.is_success, answer.text
    assert answer.json()["nexuses"] == [AUSTRALIA, TEXAS]
    return made


def asked(address: dict[str, Any], *tax_ids: dict[str, str]) -> dict[str, Any]:
    return {
        "on": "2026-01-31",
        "currency": "USD",
        "customer": {"address": address, "tax_ids": list(tax_ids)},
        "lines": [{"reference": "seat", "amount": 9_999, "tax_code": "998314"}],
    }


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_state_that_is_not_confirmed_is_refused_and_then_taxed(seller: Seller) -> None:
    """6.25 % of 80 % is 5 %: 499.95, so 5.00; 1 % of 80 %: 79.992 cents, so 0.80."""
    texas = asked({"country": "US", "state": "TX", "postal_code": "78701"})
    answer = seller.post("/v1/tax/calculations", texas)
    assert refused(answer) == (422, "tax_not_confirmed")
    assert "TX" in answer.json()["detail"]
    kept = seller.create("/v1/tax_confirmations", CONFIRMED)
    assert seller.get(f"/v1/tax_confirmations/{kept['id']}").json() == kept
    [listed] = seller.get("/v1/tax_confirmations?state=TX").json()["data"]
    assert listed == kept
    told = seller.post("/v1/tax/calculations", texas).json()
    found = [(row["name"], row["rate"], row["amount"]) for row in told["taxes"]]
    assert found == [("IGST", "18", 1800), ("TX State", "5", 500), ("TX Austin", "0.8", 80)]
    levy = told["levy"]
    assert (levy["regime"], levy["state"], levy["treatment"]) == ("sales_tax", "TX", "taxable")
    assert (levy["law"], levy["seller_id"]) == ("Tex. Tax Code 151.351", "32012345678")
    assert "80 % of the price" in levy["reason"]


def test_other_states_and_countries_are_told_with_reasons(seller: Seller) -> None:
    california = asked({"country": "US", "state": "CA"})
    levy = seller.post("/v1/tax/calculations", california).json()["levy"]
    assert (levy["treatment"], "no nexus" in levy["reason"]) == ("out_of_scope", True)
    sydney = {"country": "AU", "state": "NSW"}
    levy = seller.post("/v1/tax/calculations", asked(sydney)).json()["levy"]
    assert (levy["regime"], levy["treatment"]) == ("gst", "taxable")
    abn = {"type": "au_abn", "value": "83 914 571 673"}
    levy = seller.post("/v1/tax/calculations", asked(sydney, abn)).json()["levy"]
    assert (levy["treatment"], levy["buyer_id"]) == ("out_of_scope", "83 914 571 673")
    answer = seller.post("/v1/tax/calculations", asked({"country": "US"}))
    assert refused(answer) == (422, "us_state_required")


def subscribed(seller: Seller, customer: dict[str, Any]) -> Any:
    product = seller.create("/v1/products", {"name": "Pro", "tax_code": "998314"})
    plan = seller.create(
        "/v1/plans",
        {
            "product": product["id"],
            "name": "Pro",
            "code": f"pro-{product['id'][-12:]}",
            "interval": "year",
            "prices": [{"currency": "USD", "model": "flat", "amount": 80_000}],
        },
    )
    who = seller.create("/v1/customers", {"name": "X", "currency": "USD"} | customer)
    return seller.post(
        "/v1/subscriptions",
        {
            "customer": who["id"],
            "items": [{"plan": plan["id"]}],
            "collection_method": "send_invoice",
            "days_until_due": 14,
        },
    )


def test_a_sale_waits_for_the_confirmation_and_a_note_mirrors_it(seller: Seller) -> None:
    """800.00: 5 % is 40.00 and 0.8 % 6.40; all of it is credited."""
    address = {"line1": "1", "postal_code": "78701", "state": "TX", "country": "US"}
    texan = {"address": address, "tax_ids": [{"type": "us_ein", "value": "12-3456789"}]}
    assert refused(subscribed(seller, texan)) == (422, "tax_not_confirmed")
    seller.create("/v1/tax_confirmations", CONFIRMED)
    made = subscribed(seller, texan)
    assert made.is_success, made.text
    invoice = seller.get(f"/v1/invoices/{made.json()['latest_invoice']}").json()
    assert invoice["levy"]["state"] == "TX"
    sales_tax = {row["name"]: row["amount"] for row in invoice["taxes"] if row["name"] != "IGST"}
    assert sales_tax == {"TX State": 4_000, "TX Austin": 640}
    note = seller.create(
        "/v1/credit_notes",
        {"invoice": invoice["id"], "reason": "A mistake"},
    )
    assert note["total"] == invoice["total"]
    assert note["tax"] == invoice["tax"]
    told = seller.get("/v1/tax/thresholds").json()
    [texas] = told["data"]
    assert (texas["state"], texas["standing"], texas["threshold"]) == (
        "TX",
        "registered",
        50_000_000,
    )
    assert (texas["sold"], texas["sales"]) == (0, 1)  # credited


def test_thresholds_tell_where_one_may_have_to_register(seller: Seller) -> None:
    """South Dakota: 100,000 dollars (SDCL 10-64-2); the UAE has no threshold."""
    for country, state in (("US", "SD"), ("AE", None)):
        address = {"line1": "1", "postal_code": "1", "state": state, "country": country}
        assert subscribed(seller, {"address": address}).is_success
    found = seller.get("/v1/tax/thresholds").json()["data"]
    assert [(one["country"], one["state"], one["standing"]) for one in found] == [
        ("US", "SD", "below"),
        ("AE", None, "reached"),
    ]
    assert [(one["sold"], one["not_counted"]) for one in found] == [(80_000, []), (0, ["USD"])]


def test_what_is_on_file_is_a_suggestion(seller: Seller) -> None:
    told = seller.get("/v1/tax/us_states").json()
    assert "TaxLocus" in told["attribution"]
    assert "before you confirm" in told["disclaimer"]
    texas = next(one for one in told["data"] if one["state"] == "TX")
    assert texas["saas"] == [{"used_by": "anyone", "percent": "6.25", "taxable_percent": 80}]
    assert (texas["base_percent"], texas["nexus_dollars"]) == ("6.25", 500_000)


def test_confirmations_follow_one_another(seller: Seller) -> None:
    first = seller.create("/v1/tax_confirmations", CONFIRMED)
    again = CONFIRMED | {"valid_from": "2027-01-01"}
    assert refused(seller.post("/v1/tax_confirmations", again)) == (
        409,
        "tax_confirmations_overlap",
    )
    ended = seller.post(f"/v1/tax_confirmations/{first['id']}/end", {"valid_to": "2026-12-31"})
    assert ended.json()["valid_to"] == "2026-12-31"
    seller.create("/v1/tax_confirmations", again)
    before = {"valid_to": "2024-12-31"}
    answer = seller.post(f"/v1/tax_confirmations/{first['id']}/end", before)
    assert refused(answer) == (422, "bad_tax_confirmation")
    oregon = CONFIRMED | {"state": "OR"}
    assert refused(seller.post("/v1/tax_confirmations", oregon)) == (422, "bad_tax_confirmation")


@pytest.mark.parametrize(
    ("nexuses", "code", "status"),
    [
        ([TEXAS | {"state": "OR"}], "bad_nexus", 422),
        ([TEXAS | {"country": "DE", "state": None}], "bad_nexus", 422),
        ([TEXAS, TEXAS | {"number": "2"}], "nexuses_overlap", 409),
    ],
)
def test_a_nexus_that_could_not_be_is_refused(
    seller: Seller, nexuses: list[dict[str, Any]], code: str, status: int
) -> None:
    home = seller.get("/v1/registrations").json()["data"][0]["id"]
    answer = seller.patch(f"/v1/registrations/{home}", {"nexuses": nexuses})
    assert refused(answer) == (status, code)


@pytest.mark.parametrize(
    ("type", "value", "source"),
    [  # one digit of a true number is changed, or its form is wrong
        ("au_abn", "83914571674", "ABN: weights modulo 89"),
        ("ca_gst", "123026634RT0001", "Luhn"),
        ("ca_gst", "123026635", "RT0001 is missing"),
        ("nz_gst", "49091851", "IRD: weights modulo 11"),
        ("ch_vat", "CHE-107.787.578 MWST", "UID: weights modulo 11"),
        ("no_vat", "995525829MVA", "organisation number: weights modulo 11"),
        ("us_ein", "12-345678", "nine digits"),
        ("ae_trn", "1234", "fifteen digits"),
        ("jp_trn", "7000012050002", "T and thirteen digits"),
    ],
)
def test_a_number_that_is_mistyped_is_refused(
    seller: Seller, type: str, value: str, source: str
) -> None:
    body = {"name": "X", "tax_ids": [{"type": type, "value": value}]}
    answer = seller.post("/v1/customers", body)
    assert refused(answer) == (422, "invalid_tax_id"), source


def test_a_provider_is_chosen_told_without_its_key_and_left(seller: Seller) -> None:
    """In this engine nobody answers for a provider: what it would tax waits, and is not guessed."""
    assert refused(seller.get("/v1/tax/provider")) == (404, "not_found")
    chosen = seller.post(
        "/v1/tax/provider",
        {"provider": "taxjar", "api_key": "pretend-token-123", "product_code": "30070"},
    )
    assert chosen.status_code == 200, chosen.text
    assert "pretend-token-123" not in chosen.text
    assert chosen.json()["base_url"] == "https://api.taxjar.com"
    assert seller.get("/v1/tax/provider").json() == chosen.json()
    texas = asked({"country": "US", "state": "TX", "postal_code": "78701"})
    answer = seller.post("/v1/tax/calculations", texas)
    assert refused(answer) == (409, "tax_quote_needed")
    assert "Waiting for tax from TaxJar" in answer.json()["detail"]
    elsewhere = {"provider": "taxjar", "api_key": "x", "product_code": "30070"}
    answer = seller.post("/v1/tax/provider", elsewhere | {"base_url": "https://taxjar.example"})
    assert refused(answer) == (422, "base_url_not_allowed")
    assert seller.get("/v1/tax/provider").json() == chosen.json()  # nothing was stored
    assert seller.ask("DELETE", "/v1/tax/provider").json()["deleted"] is True
    answer = seller.post("/v1/tax/calculations", texas)
    assert refused(answer) == (422, "tax_not_confirmed")  # as before there was one
