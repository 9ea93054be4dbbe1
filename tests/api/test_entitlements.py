"""Features, entitlements and what customers have, at the API's door."""

from typing import Any

import pytest

from tests.api.recipes import subscribed
from tests.api.seller import Seller


def feature(seller: Seller, code: str = "seats", type: str = "limit", **more: Any) -> str:
    body = {"code": code, "name": code.capitalize(), "type": type, **more}
    return str(seller.create("/v1/features", body)["id"])


def entitle(seller: Seller, feature: str, value: Any, **more: Any) -> dict[str, Any]:
    body = {"plan": seller.id("plans"), "feature": feature, "value": value, **more}
    return seller.create("/v1/entitlements", body)


def has(seller: Seller) -> dict[str, Any]:
    answer = seller.get(f"/v1/customers/{seller.id('customers')}/entitlements")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_customer_has_what_its_plan_gives(seller: Seller) -> None:
    nothing = has(seller)
    assert (nothing["version"], nothing["features"], nothing["changed_at"]) == (0, [], None)
    seats = feature(seller, unit="seat", combine="sum")
    entitle(seller, seats, 5, per_unit=True)
    entitle(seller, feature(seller, "sso", "switch"), True)
    seller.create("/v1/meters", {"code": "api-calls", "aggregation": "count"})
    entitle(seller, feature(seller, "calls", "metered", meter="api-calls"), "unlimited")
    made = subscribed(seller, items=[{"plan": seller.id("plans"), "quantity": 4}])
    customer = seller.id("customers")
    seller.post(f"/v1/customers/{customer}/feature_usage", {"feature": seats, "used": 7})
    told = has(seller)
    assert (told["object"], told["customer"], told["version"]) == (
        "customer_entitlements",
        customer,
        1,
    )
    whole = {"unit": None, "meter": None, "used": None, "subscriptions": [made["id"]]}
    assert told["features"] == [
        whole | {"code": "calls", "type": "metered", "value": "unlimited", "meter": "api-calls"},
        whole | {"code": "seats", "type": "limit", "value": 20, "unit": "seat", "used": 7},
        whole | {"code": "sso", "type": "switch", "value": True},
    ]


def test_what_is_known_is_not_sent_again(seller: Seller) -> None:
    path = f"/v1/customers/{seller.id('customers')}/entitlements"
    first = seller.get(path)
    tag = first.headers["ETag"]
    again = seller.ask("GET", path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    entitle(seller, feature(seller), 5)
    subscribed(seller)
    changed = seller.ask("GET", path, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_what_a_plan_gives_is_listed_changed_and_taken_off(seller: Seller) -> None:
    subscribed(seller)
    seats = feature(seller)
    given = entitle(seller, seats, 5)
    assert seller.get("/v1/entitlements", plan=seller.id("plans")).json()["data"] == [given]
    assert seller.get("/v1/features", code="seats").json()["data"][0]["id"] == seats
    path = f"/v1/entitlements/{given['id']}"
    assert seller.patch(path, {"value": "unlimited"}).json()["value"] == "unlimited"
    assert has(seller)["features"][0]["value"] == "unlimited"
    in_use = seller.ask("DELETE", f"/v1/features/{seats}")
    assert (in_use.status_code, in_use.json()["code"]) == (409, "feature_in_use")
    assert seller.ask("DELETE", path).json() == {
        "id": given["id"],
        "object": "entitlement",
        "deleted": True,
    }
    assert has(seller)["features"] == []
    assert seller.ask("DELETE", path).status_code == 404
    assert seller.ask("DELETE", f"/v1/features/{seats}").json()["deleted"] is True
    told = seller.get("/v1/events", subject=seller.id("customers")).json()["data"]
    assert [event["facts"]["version"] for event in told] == [3, 2, 1]


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "param"),
    [
        ("features", {"code": "a", "name": "A", "type": "toggle"}, 422, None, "type"),
        ("features", {"code": "a", "name": "A", "type": "metered"}, 422, None, "meter"),
        ("features", {"code": "a", "name": "A", "type": "metered", "meter": "m"}, 404, None,
         "meter"),
        ("features", {"code": "seats", "name": "A", "type": "limit"}, 409, None, "code"),
        ("entitlements", {"value": True}, 422, "feature_differs", "value"),
        ("entitlements", {"value": "many"}, 422, "bad_value", "value"),
        ("entitlements", {"value": -1}, 422, "bad_value", "value"),
        ("entitlements", {"value": 1.5}, 422, "bad_value", "value"),
        ("entitlements", {"value": None}, 422, "bad_value", "value"),
        ("entitlements", {"value": 10**15 + 1}, 422, "bad_value", "value"),
        ("entitlements", {"value": 5, "plan": "plan_x"}, 404, "not_found", "plan"),
        ("entitlements", {"value": 5, "feature": "feat_x"}, 404, "not_found", "feature"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused(
    seller: Seller, path: str, body: dict[str, Any], status: int, code: str | None, param: str
) -> None:
    seats = feature(seller)
    if path == "entitlements":
        body = {"plan": seller.id("plans"), "feature": seats} | body
    answer = seller.post(f"/v1/{path}", body)
    assert answer.status_code == status, answer.text
    told = answer.json()
    assert code in (None, told["code"], told["errors"][0]["code"])
    assert told["param"] == param
    if path == "entitlements":
        assert seller.get("/v1/entitlements").json()["data"] == []


def test_use_is_reported_of_limits_only(seller: Seller) -> None:
    path = f"/v1/customers/{seller.id('customers')}/feature_usage"
    switch = feature(seller, "sso", "switch")
    refused = seller.post(path, {"feature": switch, "used": 1})
    assert (refused.status_code, refused.json()["code"]) == (422, "feature_differs")
    assert seller.post(path, {"feature": feature(seller), "used": -1}).status_code == 422
