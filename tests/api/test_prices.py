"""Prices through the API: each model as it was asked for, and what cannot be, refused by name."""

from typing import Any
from uuid import uuid4

import pytest

from tests.api.price_recipes import PRICE_BODIES, own_price
from tests.api.seller import Seller

OWN = "POST /v1/customers/{id}/prices"
TIERS: list[dict[str, Any]] = [
    {"up_to": 10, "unit_amount": 500},
    {"up_to": None, "unit_amount": "399.5"},
]
NO_METER = "mtr_" + "0" * 26


def plan_of(seller: Seller, *prices: dict[str, Any]) -> Any:
    """Ask for a plan at these prices; the answer, whatever it is."""
    body = {
        "product": seller.id("products"),
        "name": "Plan",
        "code": f"plan-{uuid4().hex[:12]}",
        "interval": "month",
        "prices": [{"currency": "INR", **price} for price in prices],
    }
    return seller.post("/v1/plans", body)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            {"model": "per_unit", "unit_amount_decimal": "0.0125"},
            {"amount": 0, "unit_amount_decimal": "0.0125", "tiers": []},
        ),
        (
            {"model": "per_unit", "amount": 500, "included": 3, "setup_fee": 900},
            {"amount": 500, "unit_amount_decimal": "500", "included": "3", "setup_fee": 900},
        ),
        ({"model": "flat", "unit_amount_decimal": "100.00"}, {"amount": 100}),
        (
            {"model": "graduated", "tiers": TIERS, "charge_at_zero": True},
            {
                "amount": 0,
                "unit_amount_decimal": None,
                "charge_at_zero": True,
                "tiers": [
                    {"up_to": "10", "unit_amount": "500", "flat_amount": 0, "rate": None},
                    {"up_to": None, "unit_amount": "399.5", "flat_amount": 0, "rate": None},
                ],
            },
        ),
        (
            {"model": "volume", "tiers": TIERS, "minimum_commitment": 70},
            {"minimum_commitment": 70, "meter": None},
        ),
        (
            {"model": "package", "amount": 900, "package_size": 100},
            {"amount": 900, "package_size": "100", "rate": None},
        ),
        (
            {"model": "percentage", "rate": "2.9", "fixed_fee": 30, "minimum": 50, "maximum": 900},
            {"rate": "2.9", "fixed_fee": "30", "minimum": "50", "maximum": "900"},
        ),
        (
            {"model": "percentage", "rate": "2", "included_events": 3, "included_amount": 50000},
            {"included_events": 3, "included_amount": "50000"},
        ),
        (
            {
                "model": "graduated_percentage",
                "tiers": [{"up_to": 1000, "rate": "2"}, {"up_to": None, "rate": "1.5"}],
            },
            {
                "tiers": [
                    {"up_to": "1000", "unit_amount": "0", "flat_amount": 0, "rate": "2"},
                    {"up_to": None, "unit_amount": "0", "flat_amount": 0, "rate": "1.5"},
                ]
            },
        ),
    ],
)
def test_a_price_as_it_was_asked_for(
    asked: dict[str, Any], told: dict[str, Any], standing: Seller
) -> None:
    answer = plan_of(standing, asked)
    assert answer.status_code == 201, answer.text
    [price] = answer.json()["prices"]
    assert price["model"] == asked["model"]
    assert {name: price[name] for name in told} == told
    assert standing.get(f"/v1/prices/{price['id']}").json() == price


@pytest.mark.parametrize(
    ("asked", "code", "param"),
    [
        ({"model": "flat"}, "price_field_missing", "amount"),
        ({"model": "flat", "amount": 1, "tiers": TIERS}, "price_field_not_used", "tiers"),
        (
            {"model": "flat", "amount": 1, "unit_amount_decimal": "1"},
            "price_field_not_used",
            "unit_amount_decimal",
        ),
        ({"model": "graduated"}, "tiers_missing", "tiers"),
        ({"model": "graduated", "tiers": []}, "tiers_missing", "tiers"),
        (
            {"model": "graduated", "tiers": [TIERS[0], TIERS[0], TIERS[1]]},
            "tiers_overlap",
            "tiers.1.up_to",
        ),
        (
            {"model": "volume", "tiers": [TIERS[0], {"from": 9, **TIERS[1]}]},
            "tiers_overlap",
            "tiers.1.from",
        ),
        (
            {"model": "volume", "tiers": [TIERS[0], {"from": 12, **TIERS[1]}]},
            "tiers_have_gap",
            "tiers.1.from",
        ),
        ({"model": "volume", "tiers": [TIERS[0]]}, "last_tier_not_open", "tiers.0.up_to"),
        ({"model": "volume", "tiers": [{"unit_amount": 5}]}, "field_required", "tiers.0.up_to"),
        (
            {"model": "volume", "tiers": [{"up_to": None, "price": 5}]},
            "unknown_field",
            "tiers.0.price",
        ),
        ({"model": "package", "amount": 5}, "price_field_missing", "package_size"),
        (
            {"model": "package", "amount": 5, "package_size": 0},
            "price_field_out_of_range",
            "package_size",
        ),
        (
            {"model": "percentage", "rate": "2", "minimum": 9, "maximum": 8},
            "minimum_above_maximum",
            "minimum",
        ),
        ({"model": "percentage", "rate": "2,5"}, "bad_text", "rate"),
        ({"model": "per_unit", "amount": 5, "meter": NO_METER}, "not_found", "meter"),
        ({"model": "stairs", "amount": 5}, "unknown_value", "model"),
    ],
)
def test_a_price_that_cannot_be_is_refused_and_nothing_is_stored(
    asked: dict[str, Any], code: str, param: str, standing: Seller
) -> None:
    before = standing.get("/v1/plans", limit=1).json()["data"]
    answer = plan_of(standing, {"amount": 100, "currency": "USD"}, asked)
    problem = answer.json()
    assert answer.status_code in (404, 422)
    assert (problem["code"], problem["param"]) == (code, f"prices.1.{param}")
    assert standing.get("/v1/plans", limit=1).json()["data"] == before


def test_a_price_of_a_customers_own_is_listed_and_ended(seller: Seller) -> None:
    made = own_price(seller)
    customer = seller.id("customers")
    assert (made["customer"], made["version"]) == (customer, 1)
    assert made["minimum_commitment"] == 90000
    assert seller.get(f"/v1/customers/{customer}/prices").json()["data"] == [made]
    plan = seller.get(f"/v1/plans/{made['plan']}").json()
    assert [price["amount"] for price in plan["prices"]] == [50000]  # the plan's own is as it was
    ended = seller.post(f"/v1/prices/{made['id']}/end", {}).json()
    assert ended["valid_until"] == ended["valid_from"]
    again = seller.post(f"/v1/prices/{made['id']}/end", {})
    assert (again.status_code, again.json()["code"]) == (409, "own_price_ended")


def test_what_an_own_price_cannot_be(seller: Seller) -> None:
    customer = seller.id("customers")
    made = own_price(seller)
    body = PRICE_BODIES[OWN](seller)
    for different, status, code, param in (
        ({"plan": made["plan"]}, 409, "own_price_overlaps", "valid_from"),
        ({"currency": "USD"}, 422, "own_price_currency", "currency"),
        ({"valid_until": "2001-01-01"}, 409, "own_price_ended", "valid_until"),
        ({"plan": "plan_" + "0" * 26}, 404, "not_found", "plan"),
    ):
        answer = seller.post(f"/v1/customers/{customer}/prices", {**body, **different})
        problem = answer.json()
        assert (answer.status_code, problem["code"], problem["param"]) == (status, code, param)
    assert seller.get(f"/v1/customers/{customer}/prices").json()["data"] == [made]
    plans_own = seller.get(f"/v1/plans/{made['plan']}").json()["prices"][0]["id"]
    answer = seller.post(f"/v1/prices/{plans_own}/end", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_an_own_price")


def test_a_migration_told_page_by_page(seller: Seller) -> None:
    plan = plan_of(seller, {"amount": 100000}).json()
    path = f"/v1/plans/{plan['id']}"
    made = [
        seller.create(
            "/v1/subscriptions",
            {
                "customer": seller.id("customers"),
                "items": [{"plan": plan["id"], "quantity": 1}],
                "collection_method": "send_invoice",
            },
        )["id"]
        for _ in range(2)
    ]
    newer = seller.create(f"{path}/prices", {"currency": "INR", "amount": 120000})
    assert newer["version"] == 2
    seen = seller.post(f"{path}/preview_migration", {"limit": 1}).json()
    assert seen["prices"] == [newer["id"]]
    assert seen["has_more"]
    [one] = seen["data"]
    assert (one["subscription"], one["old_amount"], one["new_amount"], one["mrr_change"]) == (
        made[0],
        100000,
        120000,
        20000,
    )
    rest = seller.post(f"{path}/preview_migration", {"starting_after": made[0]}).json()
    assert [one["subscription"] for one in rest["data"]] == [made[1]]
    first = seller.post(f"{path}/migrate_subscriptions", {"limit": 1}).json()
    assert ([one["status"] for one in first["data"]], first["has_more"]) == (["scheduled"], True)
    assert (
        seller.post(f"{path}/migrate_subscriptions", {}).json()["data"][0]["subscription"]
        == (made[1])
    )
    assert seller.post(f"{path}/migrate_subscriptions", {}).json()["data"] == []
    answer = seller.post(f"{path}/migrate_subscriptions", {"currency": "INR", "version": 9})
    assert (answer.status_code, answer.json()["param"]) == (404, "version")
