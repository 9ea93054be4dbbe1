"""Dunning policies, the story of a payment that failed, and recovery, at the API's door."""

from typing import Any

import pytest

from tests.api.dunning_recipes import DUNNING_BODIES
from tests.api.recipes import BODIES, subscribed
from tests.api.seller import Seller


def policy(seller: Seller, **different: Any) -> dict[str, Any]:
    body = DUNNING_BODIES["POST /v1/dunning_policies"](seller) | different
    return seller.create("/v1/dunning_policies", body)


def test_a_policy_is_told_as_it_was_asked_for(seller: Seller) -> None:
    made = policy(seller)
    assert made["schedule"]["soft"] == {"days": [1, 2, 4, 8]}  # 1 × 2⁰ … 1 × 2³
    assert made["schedule"]["config"] == {"days": []}
    assert made["working_hours"] == {"from": 9, "to": 18}
    assert made["holidays"] == ["2026-11-08", "2026-11-09"]  # each once, in order
    assert made["national_holidays"] is True
    assert (made["version"], made["grace_days"], made["after_last_retry"]) == (1, 10, "paused")
    path = f"/v1/dunning_policies/{made['id']}"
    assert seller.get(path).json() == made
    assert made["id"] in [one["id"] for one in seller.get("/v1/dunning_policies").json()["data"]]


def test_other_terms_are_the_next_version_and_the_same_are_none(seller: Seller) -> None:
    made = policy(seller)
    path = f"/v1/dunning_policies/{made['id']}"
    assert seller.patch(path, {"grace_days": 10}).json()["version"] == 1
    changed = seller.patch(path, {"grace_days": None, "name": f"New {made['name']}"}).json()
    assert (changed["version"], changed["grace_days"]) == (2, None)
    assert changed["schedule"] == made["schedule"]
    changed = seller.patch(path, {"schedule": {"soft": {"days": [3]}}}).json()
    assert (changed["version"], changed["schedule"]) == (3, {"soft": {"days": [3]}})


def test_the_defaults_are_gentle(seller: Seller) -> None:
    made = seller.create("/v1/dunning_policies", {"name": "Plain"})
    assert made["schedule"] == {"soft": {"days": [1, 2, 4, 8]}}
    assert (made["grace_days"], made["after_last_retry"]) == (None, "unpaid")
    assert (made["notice_days"], made["last_warning_days"]) == (1, 3)
    assert (made["holidays"], made["national_holidays"]) == ([], False)


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"schedule": {"soft": {"days": [0]}}}, "schedule.soft.days.0"),
        ({"schedule": {"soft": {"days": [31]}}}, "schedule.soft.days.0"),
        ({"schedule": {"soft": {"days": [1] * 11}}}, "schedule.soft.days"),
        ({"schedule": {"soft": {}}}, "schedule.soft"),
        ({"schedule": {"stolen": {"days": [1]}}}, "schedule.stolen"),
        (
            {"schedule": {"soft": {"exponential": {"first": 1, "factor": "2", "tries": 6}}}},
            "schedule.soft",
        ),
        ({"working_hours": {"from": 18, "to": 9}}, "working_hours"),
        ({"working_days": [8]}, "working_days.0"),
        ({"holidays": ["2026-02-30"]}, "holidays.0"),
        ({"holidays": ["2026-11-08"] * 101}, "holidays"),
        ({"grace_days": 91}, "grace_days"),
        ({"after_last_retry": "explode"}, "after_last_retry"),
        ({"retry_hour": 24}, "retry_hour"),
    ],
)
def test_bad_terms_are_refused_by_name(seller: Seller, wrong: dict[str, Any], param: str) -> None:
    answer = seller.post("/v1/dunning_policies", {"name": "Wrong", **wrong})
    assert answer.status_code == 422
    assert answer.json()["param"].startswith(param)
    names = [one["name"] for one in seller.get("/v1/dunning_policies").json()["data"]]
    assert "Wrong" not in names


def test_two_policies_of_one_name_are_refused(seller: Seller) -> None:
    made, other = policy(seller), policy(seller)
    body = DUNNING_BODIES["POST /v1/dunning_policies"](seller) | {"name": made["name"]}
    answer = seller.post("/v1/dunning_policies", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "dunning_policy_name_taken")
    answer = seller.patch(f"/v1/dunning_policies/{other['id']}", {"name": made["name"]})
    assert answer.json()["code"] == "dunning_policy_name_taken"


def test_a_plan_names_its_policy_and_lets_it_go(seller: Seller) -> None:
    made = policy(seller)
    body = BODIES["POST /v1/plans"](seller) | {"dunning_policy": made["id"]}
    plan = seller.create("/v1/plans", body)
    assert plan["dunning_policy"] == made["id"]
    changed = seller.patch(f"/v1/plans/{plan['id']}", {"dunning_policy": None}).json()
    assert changed["dunning_policy"] is None
    answer = seller.patch(f"/v1/plans/{plan['id']}", {"dunning_policy": f"dun_{'0' * 26}"})
    assert (answer.status_code, answer.json()["param"]) == (404, "dunning_policy")


def test_a_payment_that_failed_tells_its_story(seller: Seller) -> None:
    customer = seller.create("/v1/customers", BODIES["POST /v1/customers"](seller))["id"]
    method = {"customer": customer, "gateway": "fake", "token": "tok_insufficient_funds"}
    method_id = seller.create("/v1/payment_methods", method)["id"]
    made = subscribed(seller, customer=customer, payment_method=method_id)
    [payment] = seller.get("/v1/payments", invoice=made["latest_invoice"]).json()["data"]
    told = seller.get(f"/v1/payments/{payment['id']}/dunning").json()
    assert (told["outcome"], told["failed_amount"]) == ("running", payment["amount"])
    [step] = told["steps"]
    assert step["step"] == "declined"
    assert step["sentence"].startswith(
        "Try 1 failed. There was not enough money in the account. The next is on "
    )
    assert seller.post(f"/v1/invoices/{made['latest_invoice']}/pay").is_success
    told = seller.get(f"/v1/payments/{payment['id']}/dunning").json()
    assert (told["outcome"], told["recovered_by"]) == ("recovered", "by_hand")
    assert told["steps"][-1]["sentence"].endswith("was paid by hand.")
    found = seller.get("/v1/analytics/recovery").json()
    [rupees] = [one for one in found["currencies"] if one["currency"] == payment["currency"]]
    assert rupees["recovered_amount"] >= payment["amount"]
    assert {"name": "by_hand", "recovered_count": 1, "recovered_amount": payment["amount"]} in (
        rupees["by_way"]
    )


def test_a_payment_that_never_failed_has_no_story(seller: Seller) -> None:
    customer = seller.create("/v1/customers", BODIES["POST /v1/customers"](seller))["id"]
    method = {"customer": customer, "gateway": "fake", "token": "tok_ok"}
    method_id = seller.create("/v1/payment_methods", method)["id"]
    made = subscribed(seller, customer=customer, payment_method=method_id)
    [payment] = seller.get("/v1/payments", invoice=made["latest_invoice"]).json()["data"]
    told = seller.get(f"/v1/payments/{payment['id']}/dunning").json()
    assert (told["outcome"], told["steps"], told["failed_at"]) == ("not_failed", [], None)


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        ("2026-02-01", "2026-01-01", "range_reversed"),
        ("2024-01-01", "2026-01-01", "range_too_long"),
    ],
)
def test_a_range_that_holds_nothing_or_too_much_is_refused(
    seller: Seller, first: str, last: str, code: str
) -> None:
    answer = seller.get("/v1/analytics/recovery", **{"from": first, "to": last})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
