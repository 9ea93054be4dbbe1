"""Catalogue, customers, payment methods, registrations: what is made, and what is refused."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi import FastAPI

from khata.core.registration import DEFAULT_SERIES
from khata.db.transaction import Database
from tests.api.recipes import BODIES
from tests.api.seller import Seller, sign_up

PLAN = "POST /v1/plans"
CUSTOMER = "POST /v1/customers"
METHOD = "POST /v1/payment_methods"
REGISTRATION = "POST /v1/registrations"


def refused(answer: Any) -> tuple[int, str, str | None]:
    problem = answer.json()
    return answer.status_code, problem["code"], problem["param"]


@pytest.mark.parametrize("tax_code", ["99", "9983144", "abcdef", "00000000"])
def test_a_product_needs_a_tax_code_with_a_rate(tax_code: str, standing: Seller) -> None:
    answer = standing.post("/v1/products", {"name": "Chai", "tax_code": tax_code})
    assert refused(answer) == (422, "unknown_tax_code", "tax_code")


def test_a_plan_as_it_was_asked_for(seller: Seller) -> None:
    asked = BODIES[PLAN](seller)
    plan = seller.create("/v1/plans", asked)
    assert {name: plan[name] for name in asked if name != "prices"} == {
        name: value for name, value in asked.items() if name != "prices"
    }
    prices = [
        {name: price[name] for name in ("currency", "model", "amount")} for price in plan["prices"]
    ]
    assert prices == asked["prices"]
    assert seller.get(f"/v1/plans/{plan['id']}").json() == plan


def test_defaults_of_a_plan(seller: Seller) -> None:
    plan = seller.create(
        "/v1/plans",
        {
            "product": seller.id("products"),
            "name": "Seats",
            "code": "seats",
            "interval": "year",
            "prices": [{"currency": "JPY", "model": "per_unit", "amount": 0}],
        },
    )
    assert (plan["interval_count"], plan["trial_days"], plan["tax_behavior"]) == (1, 0, "exclusive")
    assert plan["prices"][0]["amount"] == 0


@pytest.mark.parametrize(
    ("different", "code", "param"),
    [
        ({"interval": "quarter"}, "unknown_value", "interval"),
        ({"interval_count": 0}, "number_too_small", "interval_count"),
        ({"interval_count": 1001}, "number_too_large", "interval_count"),
        ({"trial_days": -1}, "number_too_small", "trial_days"),
        ({"trial_days": 731}, "number_too_large", "trial_days"),
        ({"tax_behavior": "maybe"}, "unknown_value", "tax_behavior"),
        ({"code": "has space"}, "bad_text", "code"),
        ({"code": "x" * 61}, "text_too_long", "code"),
        ({"prices": []}, "list_too_short", "prices"),
        ({"metadata": {"x" * 41: "y"}}, "text_too_long", f"metadata.{'x' * 41}"),
        ({"metadata": {str(n): "" for n in range(51)}}, "list_too_long", "metadata"),
    ],
)
def test_a_plan_that_cannot_be(
    different: dict[str, Any], code: str, param: str, standing: Seller
) -> None:
    answer = standing.post("/v1/plans", BODIES[PLAN](standing) | different)
    assert refused(answer) == (422, code, param)


@pytest.mark.parametrize(
    ("price", "code", "param"),
    [
        ({"currency": "QQQ"}, "unknown_currency", "prices.1.currency"),
        ({"currency": "INR"}, "price_currency_twice", "prices.1.currency"),
        ({"model": "tiered"}, "unknown_value", "prices.1.model"),
        ({"amount": -1}, "number_too_small", "prices.1.amount"),
        ({"amount": 10**13 + 1}, "number_too_large", "prices.1.amount"),
        ({"amount": 99.99}, "wrong_type", "prices.1.amount"),
    ],
)
def test_a_price_that_cannot_be(
    price: dict[str, Any], code: str, param: str, standing: Seller
) -> None:
    body = BODIES[PLAN](standing)
    body["prices"] = [
        {"currency": "INR", "model": "flat", "amount": 10**13},
        {"currency": "USD", "model": "flat", "amount": 1, **price},
    ]
    assert refused(standing.post("/v1/plans", body)) == (422, code, param)


def test_a_plan_code_is_unique_in_its_tenant(seller: Seller, standing: Seller) -> None:
    body = BODIES[PLAN](seller)
    seller.create("/v1/plans", body)
    assert refused(seller.post("/v1/plans", body)) == (409, "plan_code_taken", "code")
    theirs = body | {"product": standing.id("products")}
    assert standing.post("/v1/plans", theirs).status_code == 201


def test_a_new_price_is_the_next_version_and_the_old_one_stays(
    seller: Seller, db: Database
) -> None:
    plan = seller.one("plans")
    path = f"/v1/plans/{plan['id']}/prices"
    second = seller.create(path, {"currency": "INR", "model": "flat", "amount": 120000})
    third = seller.create(path, {"currency": "INR", "model": "per_unit", "amount": 900})
    euros = seller.create(path, {"currency": "EUR", "amount": 1200})
    assert [second["version"], third["version"], euros["version"]] == [2, 3, 1]
    now = seller.get(f"/v1/plans/{plan['id']}").json()["prices"]
    assert [(price["currency"], price["amount"]) for price in now] == [
        ("EUR", 1200),
        ("INR", 900),
        ("USD", 1500),
    ]
    with db.transaction(seller.tenant) as uow:
        rows = uow.connection.execute(
            "select amount from prices where currency = 'INR' order by version"
        ).fetchall()
    assert rows == [(100000,), (120000,), (900,)]


def test_terms_of_a_plan_never_change(standing: Seller) -> None:
    for field in ("interval", "trial_days", "tax_behavior", "prices", "code"):
        answer = standing.patch(f"/v1/plans/{standing.id('plans')}", {field: 1})
        assert refused(answer) == (422, "unknown_field", field)


def test_a_customer_takes_currency_and_zone_from_the_account(seller: Seller) -> None:
    customer = seller.create("/v1/customers", {"name": "Asha"})
    assert customer["currency"] == "INR"
    assert customer["timezone"] == "Asia/Kolkata"
    assert customer["address"]["country"] == "IN"
    assert customer["address"]["state"] is None


def test_a_gstin_is_written_as_documents_do(seller: Seller) -> None:
    body = BODIES[CUSTOMER](seller) | {
        "tax_ids": [{"type": "in_gst", "value": " 29aabcr-1718e-1zl "}]
    }
    assert seller.create("/v1/customers", body)["tax_ids"] == [
        {"type": "in_gst", "value": "29AABCR1718E1ZL"}
    ]


ABROAD = {"country": "US", "state": "CA"}


@pytest.mark.parametrize(
    ("different", "code", "param"),
    [
        ({"currency": "XYZ"}, "unknown_currency", "currency"),
        ({"timezone": "Asia/Nowhere"}, "unknown_timezone", "timezone"),
        ({"address": {"country": "ZZ"}}, "unknown_country", "address.country"),
        ({"address": {"country": "IN", "state": "XX"}}, "unknown_state", "address.state"),
        ({"address": {"country": "US", "state": "Calif"}}, "bad_state", "address.state"),
        ({"address": {"state": "KA"}}, "field_required", "address.country"),
        ({"email": "asha@"}, "invalid_email", "email"),
        ({"phone": "9876543210"}, "bad_text", "phone"),
        (
            {"tax_ids": [{"type": "in_gst", "value": "29AABCR1718E1ZX"}]},
            "invalid_gstin",
            "tax_ids.0.value",
        ),
        ({"tax_ids": [{"type": "in_pan", "value": "x"}]}, "unknown_value", "tax_ids.0.type"),
        (
            {"tax_ids": [{"type": "other", "value": "1"}, {"type": "other", "value": "2"}]},
            "tax_id_twice",
            "tax_ids.1.type",
        ),
        (
            {"address": {"country": "IN", "state": "MH"}},
            "gstin_state_mismatch",
            "address.state",
        ),
        ({"address": ABROAD}, "gstin_state_mismatch", "address.country"),
        ({"sez": True, "tax_ids": []}, "sez_without_gstin", "sez"),
        ({"sez": True, "tax_ids": [], "address": ABROAD}, "sez_without_gstin", "sez"),
        ({"metadata": {"a": "x" * 501}}, "text_too_long", "metadata.a"),
    ],
)
def test_a_customer_that_cannot_be(
    different: dict[str, Any], code: str, param: str, standing: Seller
) -> None:
    answer = standing.post("/v1/customers", BODIES[CUSTOMER](standing) | different)
    assert refused(answer) == (422, code, param)


def test_a_state_of_old_is_spelled_as_today(seller: Seller) -> None:
    customer = seller.create(
        "/v1/customers", {"name": "Asha", "address": {"country": "IN", "state": "OR"}}
    )
    assert customer["address"]["state"] == "OD"


def test_a_change_of_a_customer_leaves_the_rest(seller: Seller, db: Database) -> None:
    before = seller.one("customers")
    path = f"/v1/customers/{before['id']}"
    address = {"country": "IN", "state": "KA", "city": "Hubballi"}
    after = seller.patch(path, {"address": address, "metadata": {}}).json()
    moved = {"line1": None, "line2": None, "city": "Hubballi", "postal_code": None}
    assert after == before | {
        "address": moved | {"country": "IN", "state": "KA"},
        "metadata": {},
    }
    assert seller.patch(path, {}).json() == after
    with db.transaction(seller.tenant) as uow:
        shown = uow.connection.execute(
            "select facts -> 'address' ->> 'city' from parties"
            " where facts ->> 'name' = 'Asha Traders' order by id"
        ).fetchall()
    assert shown == [("Mysuru",), ("Hubballi",), ("Hubballi",)]


def test_a_change_is_checked_as_a_whole(standing: Seller) -> None:
    path = f"/v1/customers/{standing.id('customers')}"
    answer = standing.patch(path, {"address": {"country": "IN", "state": "MH"}})
    assert refused(answer) == (422, "gstin_state_mismatch", "address.state")
    assert refused(standing.patch(path, {"currency": "USD"})) == (422, "unknown_field", "currency")
    assert refused(standing.patch(path, {"name": None})) == (422, "wrong_type", "name")


@pytest.mark.parametrize(
    ("different", "code", "param"),
    [
        ({"gateway": "barter"}, "unknown_gateway", "gateway"),
        ({"token": "tok_never_was"}, "unknown_token", "token"),
        ({"token": ""}, "text_too_short", "token"),
        ({"default": None}, "wrong_type", "default"),
    ],
)
def test_a_payment_method_that_cannot_be(
    different: dict[str, Any], code: str, param: str, standing: Seller
) -> None:
    answer = standing.post("/v1/payment_methods", BODIES[METHOD](standing) | different)
    assert refused(answer) == (422, code, param)


def test_the_fake_gateway_collects_nothing_in_live_mode(app: FastAPI) -> None:
    live = sign_up(app, mode="live")
    answer = live.post("/v1/payment_methods", BODIES[METHOD](live))
    assert refused(answer) == (422, "fake_gateway_in_live_mode", "gateway")


def test_the_first_method_is_the_default_and_a_later_one_may_be(seller: Seller) -> None:
    body = BODIES[METHOD](seller)
    first = seller.create("/v1/payment_methods", body | {"default": False})
    second = seller.create("/v1/payment_methods", body | {"default": False})
    third = seller.create("/v1/payment_methods", body)

    def defaults() -> list[bool]:
        paths = [f"/v1/payment_methods/{method['id']}" for method in (first, second, third)]
        return [seller.get(path).json()["default"] for path in paths]

    assert [first["default"], second["default"], third["default"]] == [True, False, True]
    assert defaults() == [False, False, True]
    seller.post(f"/v1/payment_methods/{second['id']}/make_default")
    assert defaults() == [False, True, False]
    assert seller.post(f"/v1/payment_methods/{second['id']}/detach").json()["detached"] is True
    assert defaults() == [False, False, False]
    answer = seller.post(f"/v1/payment_methods/{second['id']}/make_default")
    assert refused(answer) == (409, "method_detached", None)


def test_a_registration_with_a_letter_of_undertaking(seller: Seller) -> None:
    body = BODIES[REGISTRATION](seller) | {
        "state": "KA",
        "tax_id": {"type": "in_gst", "value": "29AABCR1718E1ZL"},
        "lut": {"number": "AD290426012345X", "valid_from": "2026-04-01", "valid_to": "2027-03-31"},
        "series": {},
    }
    made = seller.create("/v1/registrations", body)
    assert made["lut"] == body["lut"]
    assert made["luts"] == [body["lut"]]
    assert made["series"] == DEFAULT_SERIES
    assert made["default"] is False
    path = f"/v1/registrations/{made['id']}"
    renewal = {"number": "AD290327000001A", "valid_from": "2027-04-01", "valid_to": "2028-03-31"}
    renewed = seller.patch(path, {"lut": renewal}).json()
    assert renewed["luts"] == [body["lut"], renewal]
    clash = renewal | {"number": "AD290327000002B", "valid_from": "2027-05-01"}
    assert refused(seller.patch(path, {"lut": clash})) == (409, "luts_overlap", "lut.valid_from")
    seller.create("/v1/test_clock", {"frozen_time": "2027-03-31T23:00:00+05:30"})
    assert seller.get(path).json()["lut"] == body["lut"]
    seller.post("/v1/test_clock/advance", {"to": "2027-04-01T00:00:00+05:30"})
    assert seller.get(path).json()["lut"] == renewal
    assert seller.patch(path, {"lut": None}).json() == made
    assert seller.patch(path, {"lut": None}).json() == made | {"lut": None, "luts": []}
    twice = seller.post("/v1/registrations", body)
    assert refused(twice) == (409, "tax_id_taken", "tax_id.value")


def test_one_registration_is_the_default(seller: Seller) -> None:
    (first,) = seller.get("/v1/registrations").json()["data"]
    second = seller.create("/v1/registrations", BODIES[REGISTRATION](seller) | {"default": True})
    assert second["default"] is True
    assert seller.get(f"/v1/registrations/{first['id']}").json()["default"] is False
    back = seller.patch(f"/v1/registrations/{first['id']}", {"default": True})
    assert back.json()["default"] is True
    assert seller.get(f"/v1/registrations/{second['id']}").json()["default"] is False


LUT = {"number": "AD29", "valid_from": "2026-04-01", "valid_to": "2027-03-31"}
EU_VAT = {"type": "eu_vat", "value": "DE123456789"}
ABROAD = {"country": "US", "state": "CA"}
REGISTERED = {"tax_id": {"type": "in_gst", "value": "29AABCR1718E1ZL"}, "state": "KA"}


@pytest.mark.parametrize(
    ("different", "code", "param"),
    [
        ({"country": "XX"}, "unknown_country", "country"),
        ({"state": "QQ"}, "unknown_state", "state"),
        (REGISTERED | {"state": "MH"}, "gstin_state_mismatch", "tax_id.value"),
        ({"tax_id": {"type": "in_gst", "value": "29"}}, "invalid_gstin", "tax_id.value"),
        ({"lut": LUT}, "bad_lut", "lut"),
        ({"tax_id": {"type": "other", "value": "UDYAM-1"}, "lut": LUT}, "bad_lut", "lut"),
        (REGISTERED | {"lut": LUT | {"valid_to": "2026-03-31"}}, "bad_lut", "lut.valid_to"),
        ({"lut": LUT | {"valid_to": "2026-02-30"}}, "invalid_date", "lut.valid_to"),
        ({"lut": LUT | {"valid_to": "9999-01-01"}}, "date_out_of_range", "lut.valid_to"),
        ({"lut": LUT | {"valid_to": 20260401}}, "invalid_date", "lut.valid_to"),
        ({"tax_id": EU_VAT}, "tax_id_of_another_country", "tax_id.type"),
        (REGISTERED | ABROAD, "tax_id_of_another_country", "tax_id.type"),
        (ABROAD | {"tax_id": EU_VAT}, "tax_id_of_another_country", "tax_id.type"),
        (
            {"country": "DE", "state": None, "tax_id": EU_VAT, "lut": LUT},
            "bad_lut",
            "lut",
        ),
        ({"series": {"invoice": "INV"}}, "bad_series", "series.invoice"),
        ({"series": {"invoice": "INVOICES/{fy}/{n:05}"}}, "bad_series", "series.invoice"),
        ({"series": {"invoice": "INV-{fy}-{n}-{n}"}}, "bad_series", "series.invoice"),
        ({"series": {"receipt": "R/{fy}/{n}"}}, "unknown_value", "series.receipt"),
    ],
)
def test_a_registration_that_cannot_be(
    different: dict[str, Any], code: str, param: str, standing: Seller
) -> None:
    answer = standing.post("/v1/registrations", BODIES[REGISTRATION](standing) | different)
    assert refused(answer) == (422, code, param)


@pytest.mark.parametrize(
    ("country", "tax_id"),
    [
        ("DE", EU_VAT),
        ("GB", {"type": "gb_vat", "value": "GB123456789"}),
        ("US", {"type": "us_ein", "value": "12-3456789"}),
        ("SG", {"type": "other", "value": "M2-1234567-K"}),
        ("US", None),
    ],
)
def test_a_registration_abroad_has_a_number_of_its_country(
    country: str, tax_id: Any, standing: Seller
) -> None:
    abroad = {"country": country, "state": None, "tax_id": tax_id, "series": {}}
    made = standing.create("/v1/registrations", BODIES[REGISTRATION](standing) | abroad)
    assert made["tax_id"] == tax_id


def test_many_at_once_leave_one_default_and_one_of_a_number(seller: Seller) -> None:
    body = BODIES[REGISTRATION](seller) | REGISTERED | {"default": True}
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: seller.post("/v1/registrations", body), range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    unnumbered = BODIES[REGISTRATION](seller) | {"default": True}
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: seller.post("/v1/registrations", unnumbered), range(6)))
    assert {answer.status_code for answer in answers} == {201}
    every = seller.get("/v1/registrations", limit=100).json()["data"]
    assert [found["default"] for found in every].count(True) == 1


def test_many_prices_at_once_are_versions_without_gap_or_twin(seller: Seller) -> None:
    path = f"/v1/plans/{seller.id('plans')}/prices"
    with ThreadPoolExecutor(6) as pool:
        answers = list(
            pool.map(lambda n: seller.create(path, {"currency": "INR", "amount": n}), range(6))
        )
    assert sorted(price["version"] for price in answers) == [2, 3, 4, 5, 6, 7]


def test_many_methods_at_once_leave_one_default(seller: Seller) -> None:
    body = BODIES[METHOD](seller)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: seller.post("/v1/payment_methods", body), range(6)))
    assert {answer.status_code for answer in answers} == {201}
    every = seller.get("/v1/payment_methods", limit=100).json()["data"]
    assert [found["default"] for found in every].count(True) == 1
