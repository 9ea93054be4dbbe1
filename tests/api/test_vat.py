"""VAT at the door: numbers, a German seller's threshold, checks, evidence, and the return."""

from typing import Any

import pytest
from fastapi import FastAPI

from tests.api.seller import Seller, sign_up

GERMAN_ID, FRENCH_ID = "DE136695976", "FR40303265045"
LOCAL = {
    "country": "DE",
    "number": GERMAN_ID,
    "scheme": "local",
    "valid_from": "2020-01-01",
    "valid_to": None,
}
UNION = LOCAL | {"scheme": "union_oss"}
ADDRESS = {"line1": "Hauptstr. 1", "city": "Berlin", "postal_code": "10115"}


@pytest.fixture
def german(app: FastAPI) -> Seller:
    """A seller in Germany with a plan at 4,000.00 euros a year."""
    seller = sign_up(
        app, country="DE", state=None, timezone="Europe/Berlin", currency="EUR", gstin=None,
        address=ADDRESS,
    )  # fmt: skip
    seller.patch(f"/v1/registrations/{home(seller)}", {"vat_registrations": [LOCAL]})
    return seller


def home(seller: Seller) -> str:
    answer = seller.get("/v1/registrations")
    assert answer.is_success, answer.text
    [one] = answer.json()["data"]
    return str(one["id"])


def sold(seller: Seller, customer: dict[str, Any], *, price: int = 400_000) -> dict[str, Any]:
    """The invoice of a new subscription of a customer, who is made unless there is one."""
    product = seller.create("/v1/products", {"name": "Pro", "tax_code": "998314"})
    plan = seller.create(
        "/v1/plans",
        {
            "product": product["id"],
            "name": "Pro",
            "code": f"pro-{product['id'][-12:]}",
            "interval": "year",
            "prices": [{"currency": "EUR", "model": "flat", "amount": price}],
        },
    )
    who = customer if "id" in customer else new(seller, customer)
    made = seller.create(
        "/v1/subscriptions",
        {
            "customer": who["id"],
            "items": [{"plan": plan["id"]}],
            "collection_method": "send_invoice",
            "days_until_due": 14,
        },
    )
    found: dict[str, Any] = seller.get(f"/v1/invoices/{made['latest_invoice']}").json()
    return found


def new(seller: Seller, customer: dict[str, Any]) -> dict[str, Any]:
    return seller.create("/v1/customers", {"name": "X", "currency": "EUR"} | customer)


def at(country: str, postal_code: str = "1") -> dict[str, Any]:
    return {"address": {"line1": "1", "postal_code": postal_code, "country": country}}


def test_a_german_seller_charges_its_own_rate_up_to_ten_thousand_euros(german: Seller) -> None:
    """Directive 2006/112/EC, article 59c(2): the third of 4,000.00 crosses it, and is above."""
    invoices = [sold(german, at("FR")) for _ in range(4)]
    levies = [one["levy"] for one in invoices]
    assert [one["country"] for one in levies] == ["DE", "DE", "FR", "FR"]
    assert [one["scheme"] for one in levies] == ["local", "local", "union_oss", "union_oss"]
    assert [one["tax"] for one in invoices] == [76_000, 76_000, 80_000, 80_000]  # 19 and 20 %
    assert levies[2]["warning"] == "oss_registration_missing"
    assert "59c(1)" in levies[0]["law"]
    at_home = sold(german, at("DE"))
    assert (at_home["levy"]["country"], at_home["tax"]) == ("DE", 76_000)  # 19 % of 4,000.00
    german.patch(f"/v1/registrations/{home(german)}", {"vat_registrations": [LOCAL, UNION]})
    by_shop = sold(german, at("FR"))
    assert (by_shop["levy"]["warning"], by_shop["tax"]) == (None, 80_000)


def test_a_business_is_asked_about_and_owes_the_tax_itself(german: Seller) -> None:
    customer = at("FR") | {"tax_ids": [{"type": "eu_vat", "value": "fr 40 303 265 045"}]}
    firm = new(german, customer)
    assert sold(german, firm)["levy"]["treatment"] == "taxable"
    who = firm["id"]
    check = german.create(f"/v1/customers/{who}/tax_id_checks", {"type": "eu_vat"})
    assert (check["value"], check["outcome"]) == (FRENCH_ID, "valid")
    assert check["register_name"] == "pretend"
    assert check["consultation_number"] is not None  # the seller's own number asked
    [listed] = german.get(f"/v1/customers/{who}/tax_id_checks").json()["data"]
    assert listed == check
    again = sold(german, firm)
    levy = again["levy"]
    assert (levy["treatment"], again["tax"]) == ("reverse_charge", 0)
    assert levy["wording"] == "Reverse charge · Autoliquidation"
    assert (levy["seller_id"], levy["buyer_id"]) == (GERMAN_ID, FRENCH_ID)


def test_what_there_is_no_number_or_register_for_is_refused(german: Seller) -> None:
    who = german.create("/v1/customers", {"name": "X", "currency": "EUR"} | at("FR"))["id"]
    answer = german.post(f"/v1/customers/{who}/tax_id_checks", {"type": "eu_vat"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_evidence_is_kept_and_decides(german: Seller) -> None:
    german.patch(f"/v1/registrations/{home(german)}", {"vat_registrations": [LOCAL, UNION]})
    who = new(german, at("FR"))
    path = f"/v1/customers/{who['id']}/location_evidence"
    for type in ("ip", "card"):
        german.create(path, {"type": type, "country": "HU", "source": "checkout"})
    assert [one["type"] for one in german.get(path).json()["data"]] == ["card", "ip"]
    made = sold(german, who)
    body = {"subscription": made["subscription"]}
    assert german.post("/v1/invoices/preview", body).json()["levy"] == made["levy"]
    levy = made["levy"]
    assert (levy["country"], levy["conflict"]) == ("HU", True)
    assert [one["type"] for one in levy["evidence"]] == ["ip", "card"]


def test_the_return_of_a_quarter(german: Seller) -> None:
    german.patch(f"/v1/registrations/{home(german)}", {"vat_registrations": [LOCAL, UNION]})
    invoice = sold(german, at("LU"), price=333)
    sold(german, at("DE"))  # a domestic sale is no part of it
    year, month = int(invoice["issued_on"][:4]), int(invoice["issued_on"][5:7])
    period = f"{year}-Q{(month + 2) // 3}"
    asked = {"registration": home(german), "period": period, "scheme": "union_oss"}
    figures = german.get("/v1/returns/oss", **asked).json()
    # 17 % of 3.33 is 0.5661
    assert figures["lines"] == [{"country": "LU", "rate": "17", "taxable": 333, "tax": 57}]
    assert (figures["tax"], figures["corrections"]) == (57, [])
    before = german.get("/v1/returns/oss", scheme="union_oss").json()  # the last that is over
    assert (before["lines"], before["registration"]) == ([], home(german))
    assert before["period"] < period
    told = german.get("/v1/returns/oss", **asked, rates="INR:98.4512,USD:1.172")
    assert told.json() == figures
    bad = german.get("/v1/returns/oss", **asked, rates="INR:98.4512,USD")
    assert (bad.status_code, bad.json()["code"]) == (422, "bad_euro_rate")
    bad = german.get("/v1/returns/oss", **(asked | {"period": "2026-Q9"}))
    assert (bad.status_code, bad.json()["code"]) == (422, "bad_quarter")


@pytest.mark.parametrize(
    ("numbers", "code"),
    [
        ([LOCAL | {"number": "DE136695977"}], "invalid_vat_id"),
        ([LOCAL | {"number": FRENCH_ID}], "bad_vat_registration"),
        ([LOCAL | {"scheme": "non_union_oss", "number": "EU372000041"}], "bad_vat_registration"),
        ([LOCAL, LOCAL], "vat_registrations_overlap"),
        ([LOCAL | {"valid_to": "2019-12-31"}], "bad_vat_registration"),
    ],
)
def test_numbers_that_cannot_be_are_refused_by_name(
    german: Seller, numbers: list[dict[str, Any]], code: str
) -> None:
    path = f"/v1/registrations/{home(german)}"
    answer = german.patch(path, {"vat_registrations": numbers})
    assert answer.json()["code"] == code
    assert german.get(path).json()["vat_registrations"] == [LOCAL]


def test_live_numbers_are_asked_of_nobody_unless_a_register_is_set_up(app: FastAPI) -> None:
    live = sign_up(app, mode="live", country="DE", state=None, timezone="Europe/Berlin",
                   currency="EUR", gstin=None, address=ADDRESS)  # fmt: skip
    body = {"name": "X", "currency": "EUR", "tax_ids": [{"type": "eu_vat", "value": FRENCH_ID}]}
    who = live.create("/v1/customers", body | at("FR"))["id"]
    answer = live.post(f"/v1/customers/{who}/tax_id_checks", {"type": "eu_vat"})
    assert (answer.status_code, answer.json()["code"]) == (409, "no_register")


def test_vat_is_told_in_the_states_currency_too(german: Seller) -> None:
    """Article 230; 19 % of 100.00 dollars, 19.00, at 98 / 84 = 1.16666667 are 16.29 euros."""
    german.create("/v1/test_clock", {"frozen_time": "2026-06-10T09:00:00+02:00"})
    asked = {
        "currency": "USD",
        "on": "2026-06-10",
        "customer": {"address": {"country": "DE"}},
        "lines": [{"reference": "1", "amount": 100_00, "tax_code": "998314"}],
    }
    told = german.post("/v1/tax/calculations", asked).json()
    assert (told["tax"], told["levy"]["national"]) == (19_00, None)
    assert "add those of EUR and USD" in told["notes"][0]
    klaus = new(german, at("DE") | {"currency": "USD"})
    item = {"customer": klaus["id"], "amount": 100_00, "currency": "USD", "invoice": "now"}
    item |= {"description": "Setup", "tax_code": "998314"}
    answer = german.post("/v1/invoice_items", item)
    assert (answer.status_code, answer.json()["code"]) == (422, "vat_exchange_rate_missing")
    assert german.get("/v1/invoices").json()["data"] == []
    for currency, rate in (("EUR", "98"), ("USD", "84")):
        rupees = {"currency": currency, "on": "2026-06-08", "rate": rate, "source": "ECB"}
        german.create("/v1/exchange_rates", rupees)
    told = german.post("/v1/tax/calculations", asked).json()
    made = german.create("/v1/invoice_items", item)
    invoice = german.get(f"/v1/invoices/{made['invoice']}").json()
    assert told["notes"] == []
    assert invoice["levy"]["national"] == told["levy"]["national"]
    assert told["levy"]["national"] == {
        "currency": "EUR",
        "tax": 16_29,
        "rate": "1.16666667",
        "on": "2026-06-08",
        "source": "ECB",
    }


def test_sales_in_other_currencies_count_against_the_threshold(german: Seller) -> None:
    """At 98 / 84 a euro is 1.16666667 dollars: 11,666.67 dollars are 10,000.00 euros."""
    german.create("/v1/test_clock", {"frozen_time": "2026-06-10T09:00:00+02:00"})
    asked = {
        "currency": "USD",
        "on": "2026-06-10",
        "customer": {"address": {"country": "FR"}},
        "lines": [{"reference": "1", "amount": 1_00, "tax_code": "998314"}],
    }
    for currency, rate in (("EUR", "98"), ("USD", "84")):
        rupees = {"currency": currency, "on": "2026-06-08", "rate": rate, "source": "ECB"}
        german.create("/v1/exchange_rates", rupees)
    marie = new(german, at("FR") | {"currency": "USD"})
    assert german.post("/v1/tax/calculations", asked).json()["levy"]["country"] == "DE"
    item = {"customer": marie["id"], "amount": 11_666_67, "currency": "USD"}
    item |= {"description": "Setup", "tax_code": "998314", "invoice": "now"}
    made = german.create("/v1/invoice_items", item)
    levy = german.get(f"/v1/invoices/{made['invoice']}").json()["levy"]
    assert (levy["country"], levy["warning"]) == ("DE", None)  # exactly the sum is not above it
    again = german.create("/v1/invoice_items", item | {"amount": 2_00})
    levy = german.get(f"/v1/invoices/{again['invoice']}").json()["levy"]
    assert (levy["country"], levy["warning"]) == ("FR", "oss_registration_missing")


def test_what_cannot_be_counted_is_named(german: Seller) -> None:
    marie = new(german, at("FR") | {"currency": "CHF"})
    item = {"customer": marie["id"], "amount": 1_00, "currency": "CHF", "invoice": "now"}
    # billed by the one-stop shop, under which no rate is asked for; then without it
    german.patch(f"/v1/registrations/{home(german)}", {"vat_registrations": [LOCAL, UNION]})
    german.create("/v1/invoice_items", item | {"description": "Setup", "tax_code": "998314"})
    german.patch(f"/v1/registrations/{home(german)}", {"vat_registrations": [LOCAL]})
    levy = sold(german, at("FR"))["levy"]
    assert levy["warning"] == "oss_threshold_not_counted"
    assert "Sales in CHF are not counted: no rate of exchange to euros" in levy["reason"]
