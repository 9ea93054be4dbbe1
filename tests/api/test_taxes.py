"""What an account tells of its taxes, and what its invoices make of it. Amounts by hand."""

from typing import Any

import pytest
from fastapi import FastAPI

from tests.api.recipes import BODIES
from tests.api.seller import Seller, sign_up
from tests.api.taxed import (
    ASHA,
    KA,
    MH,
    PUNE,
    USA,
    asked,
    customer,
    invoice,
    plan,
    refused,
    taxes,
)


@pytest.fixture
def seller(app: FastAPI) -> Seller:
    """A business in Karnataka of its own, so that what it tells touches nobody else's."""
    return sign_up(app)


def test_a_calculation_of_both_behaviours(seller: Seller) -> None:
    body = {
        "on": "2026-11-23",
        "currency": "INR",
        "customer": {"address": KA, "tax_ids": ASHA},
        "lines": [
            {"reference": "seat", "amount": 100000, "tax_code": "998314"},
            {
                "reference": "book",
                "amount": 9999,
                "tax_code": "998314",
                "tax_behavior": "inclusive",
            },
        ],
    }
    told = seller.post("/v1/tax/calculations", body).json()
    # 9999 holds 8474 + 763 + 763 − 1 (rule 35)
    assert taxes(told) == [("CGST", "9", 9763), ("SGST", "9", 9763)]
    figures = [told[name] for name in ("subtotal", "tax", "round_off", "total")]
    assert figures == [108474, 19526, -1, 127999]
    assert told["place_of_supply"] == {"country": "IN", "state": "KA", "code": "29"}
    assert told["supply"]["law"] == "IGST Act s.12(2)(a), s.8(2)"
    assert "Karnataka" in told["reason"]
    assert told["lines"][1]["source"].startswith("Notf. 11/2017-CTR")
    assert seller.get("/v1/invoices").json()["data"] == []


@pytest.mark.parametrize(
    ("different", "code"),
    [
        ({"customer": {"address": {"country": "IN"}}}, "state_required"),
        ({"customer": {"address": MH, "tax_ids": ASHA}}, "gstin_state_mismatch"),
        ({"customer": {"address": KA, "sez": True}}, "sez_without_gstin"),
        ({"lines": [{"reference": "x", "amount": 1, "tax_code": "8471"}]}, "goods_not_taxed"),
        (
            {
                "lines": [
                    {
                        "reference": "x",
                        "amount": 1,
                        "tax_code": "998314",
                        "tax_nature": "exempt",
                        "reverse_charge": True,
                    }
                ]
            },
            "bad_tax_nature",
        ),
    ],
)
def test_a_calculation_that_the_law_refuses(
    seller: Seller, different: dict[str, Any], code: str
) -> None:
    body = BODIES["POST /v1/tax/calculations"](seller) | {"registration": None} | different
    assert refused(seller.post("/v1/tax/calculations", body)) == (422, code)


def test_what_is_exempt_goes_on_a_bill_and_beside_taxed_lines(seller: Seller) -> None:
    school = plan(seller, tax_code="999293", tax_nature="exempt")
    chai = plan(seller)
    alone = invoice(seller, customer(seller), school)
    assert (alone["document_kind"], alone["tax"]) == ("bill_of_supply", 0)
    assert [line["tax_nature"] for line in alone["lines"]] == ["exempt"]
    both = invoice(seller, customer(seller), school, chai)
    assert (both["document_kind"], both["tax"], both["total"]) == ("invoice", 18000, 218000)
    assert [(line["tax_nature"], len(line["taxes"])) for line in both["lines"]] == [
        ("exempt", 0),
        ("taxable", 2),
    ]
    assert (alone["number"][-5:], both["number"][-5:]) == ("00001", "00001")


def test_reverse_charge_is_stated_and_not_charged(seller: Seller) -> None:
    guards = plan(seller, reverse_charge=True)
    to_business = invoice(seller, customer(seller, address=MH, tax_ids=PUNE), guards)
    assert to_business["supply"]["treatment"] == "reverse_charge"
    assert (to_business["tax"], to_business["total"]) == (0, 100000)
    assert taxes(to_business) == [("IGST", "18", 0)]
    why = seller.get(f"/v1/invoices/{to_business['id']}/explain").json()
    assert "the customer pays it on reverse charge" in str(why)
    assert invoice(seller, customer(seller), guards)["total"] == 118000  # nobody else owes it
    mixed = asked(seller, customer(seller, tax_ids=ASHA), guards, plan(seller))
    answer = seller.post("/v1/subscriptions", mixed)
    assert refused(answer) == (422, "reverse_charge_mixed")


def test_a_rate_of_ones_own_lets_goods_be_sold_until_it_ends(seller: Seller) -> None:
    book = {"name": "Chai, the book", "tax_code": "490199"}
    assert refused(seller.post("/v1/products", book)) == (422, "goods_not_taxed")
    rate = BODIES["POST /v1/tax_rates"](seller) | {
        "prefix": "4901",
        "percent": "5",
        "valid_from": "2017-07-01",
    }
    made = seller.create("/v1/tax_rates", rate)
    assert refused(seller.post("/v1/tax_rates", rate)) == (409, "tax_rates_overlap")
    sold = invoice(seller, customer(seller), plan(seller, **book))
    assert (taxes(sold), sold["total"]) == ([("CGST", "2.5", 2500), ("SGST", "2.5", 2500)], 105000)
    ended = seller.post(f"/v1/tax_rates/{made['id']}/end", {"valid_to": "2017-12-31"})
    assert ended.json()["valid_to"] == "2017-12-31"
    assert refused(seller.post("/v1/products", book)) == (422, "goods_not_taxed")
    assert seller.get(f"/v1/invoices/{sold['id']}").json()["total"] == 105000


def test_a_cess_is_a_head_and_an_account_of_its_own(seller: Seller) -> None:
    rate = BODIES["POST /v1/tax_rates"](seller) | {
        "prefix": "2402",
        "percent": "28",
        "cess": "5",
        "valid_from": "2017-07-01",
    }
    seller.create("/v1/tax_rates", rate)
    sold = invoice(seller, customer(seller, address=MH), plan(seller, tax_code="240220"))
    assert taxes(sold) == [("IGST", "28", 28000), ("CESS", "5", 5000)]
    accounts = seller.get("/v1/ledger/trial_balance").json()["accounts"]
    credits = {one["account"]: one["credit"] for one in accounts}
    assert (credits["igst_payable"], credits["cess_payable"]) == (28000, 5000)


def test_a_turnover_above_five_crore_asks_for_six_digits(seller: Seller) -> None:
    seller.create("/v1/test_clock", {"frozen_time": "2026-06-01T09:00:00+05:30"})
    coarse = plan(seller, tax_code="9984")
    assert invoice(seller, customer(seller), coarse)["total"] == 118000
    seller.create("/v1/turnovers", {"financial_year": "25-26", "amount": 6_00_00_000_00})
    answer = seller.post("/v1/subscriptions", asked(seller, customer(seller), coarse))
    assert refused(answer) == (422, "tax_code_too_short")
    seller.create("/v1/turnovers", {"financial_year": "25-26", "amount": 5_00_00_000_00})
    assert invoice(seller, customer(seller), coarse)["total"] == 118000
    assert len(seller.get("/v1/turnovers").json()["data"]) == 2
    wrong = {"financial_year": "25-27", "amount": 1}
    assert refused(seller.post("/v1/turnovers", wrong)) == (422, "bad_financial_year")


def test_a_foreign_invoice_keeps_the_rate_on_file(seller: Seller) -> None:
    seller.create("/v1/test_clock", {"frozen_time": "2026-06-10T09:00:00+05:30"})
    rate = {"currency": "USD", "on": "2026-06-08", "rate": "84.1250", "source": "RBI"}
    seller.create("/v1/exchange_rates", rate)
    again = rate | {"rate": "90"}
    assert refused(seller.post("/v1/exchange_rates", again)) == (409, "exchange_rate_there")
    acme = customer(seller, address=USA, currency="USD")
    sold = invoice(seller, acme, plan(seller))
    # 15.00 dollars and 2.70 of IGST, as there is no letter: 1261.875 and 227.1375 rupees
    assert sold["rupees"] == {
        "rate": "84.1250",
        "on": "2026-06-08",
        "source": "RBI",
        "taxable": 126188,
        "tax": 22714,
        "total": 148901,
    }
    path = f"/v1/invoices/{sold['id']}"
    other = {"rate": "80", "on": "2026-06-09", "source": "RBI"}
    answer = seller.post(f"{path}/exchange_rate", other)
    assert refused(answer) == (409, "exchange_rate_kept")
    assert seller.get(f"{path}/pdf").status_code == 200


def test_a_foreign_invoice_without_a_rate_is_valued_later_once(seller: Seller) -> None:
    acme = customer(seller, address=USA, currency="USD")
    sold = invoice(seller, acme, plan(seller))
    assert sold["rupees"] is None
    path = f"/v1/invoices/{sold['id']}/exchange_rate"
    late = {"rate": "84", "on": "2026-02-01", "source": "RBI"}
    assert refused(seller.post(path, late)) == (422, "exchange_rate_of_another_day")
    stale = late | {"on": "2026-01-23"}  # eight days before the invoice of 31 January
    assert refused(seller.post(path, stale)) == (422, "exchange_rate_of_another_day")
    assert seller.get(f"/v1/invoices/{sold['id']}").json()["rupees"] is None
    seller.patch("/v1/account", {"policies": {"exchange_rate_days": 0}})
    eve = late | {"on": "2026-01-30"}
    assert refused(seller.post(path, eve)) == (422, "exchange_rate_of_another_day")
    seller.patch("/v1/account", {"policies": {"exchange_rate_days": 1}})
    valued = seller.post(path, {"rate": "84", "on": "2026-01-30", "source": "RBI"}).json()
    assert valued["rupees"]["total"] == 148680  # 17.70 × 84
    again = seller.post(path, {"rate": "80", "on": "2026-01-30", "source": "RBI"})
    assert refused(again) == (409, "exchange_rate_kept")
    at_home = invoice(seller, customer(seller), plan(seller))
    assert at_home["rupees"] is None
    of_home = f"/v1/invoices/{at_home['id']}/exchange_rate"
    body = {"rate": "84", "on": "2026-01-30", "source": "RBI"}
    assert refused(seller.post(of_home, body)) == (422, "bad_exchange_rate")


def test_an_exemption_by_notification_and_its_end(seller: Seller) -> None:
    chai, asha = plan(seller), customer(seller, tax_ids=ASHA)
    path = f"/v1/customers/{asha}/exemptions"
    body = {
        "country": "IN",
        "kind": "notification",
        "certificate": "12/2017-CTR serial 66",
        "valid_from": "2020-01-01",
    }
    wrong = body | {"kind": "tax_exempt"}
    assert refused(seller.post(path, wrong)) == (422, "no_such_exemption")
    made = seller.create(path, body)
    sold = invoice(seller, asha, chai)
    assert (sold["supply"]["treatment"], sold["total"]) == ("exempt", 100000)
    assert sold["document_kind"] == "bill_of_supply"
    assert "12/2017-CTR serial 66" in sold["supply"]["law"]
    end = {"valid_to": "2020-12-31"}
    assert seller.post(f"/v1/exemptions/{made['id']}/end", end).is_success
    assert invoice(seller, asha, chai)["total"] == 118000
    assert seller.get(f"/v1/invoices/{sold['id']}").json()["total"] == 100000
    [listed] = seller.get("/v1/exemptions", customer=asha).json()["data"]
    assert listed["valid_to"] == "2020-12-31"


def test_numbers_that_change_later_leave_issued_documents_alone(seller: Seller) -> None:
    asha = customer(seller, tax_ids=ASHA)
    sold = invoice(seller, asha, plan(seller))
    changed = {"name": "Asha & Co", "address": MH, "tax_ids": PUNE}
    assert seller.patch(f"/v1/customers/{asha}", changed).is_success
    after = seller.get(f"/v1/invoices/{sold['id']}").json()
    assert after["buyer"] == sold["buyer"]
    assert after["buyer"]["tax_id"] == "29AABCR1718E1ZL"
    assert taxes(after) == taxes(sold) == [("CGST", "9", 9000), ("SGST", "9", 9000)]


def test_deemed_exports_are_of_goods(seller: Seller) -> None:
    unit = customer(seller, tax_ids=ASHA, deemed_export=True)
    answer = seller.post("/v1/subscriptions", asked(seller, unit, plan(seller)))
    assert refused(answer) == (422, "deemed_export_of_services")
