"""Accounts with gateways: tried on entry, never told again, rotated, routed, and disabled."""

from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from khata.core.ids import parse_id
from khata.usecases.gateways.allow_base_url import BaseUrlNotAllowed
from khata.usecases.gateways.rotate_gateway_account import (
    RotateGatewayAccount,
    rotate_gateway_account,
)
from tests.api.gateway_recipes import an_account
from tests.api.seller import Seller, sign_up


@pytest.fixture
def seller(app: FastAPI) -> Seller:
    return sign_up(app)


def opened(seller: Seller, **different: Any) -> dict[str, Any]:
    return seller.create("/v1/gateway_accounts", an_account(**different))


def method(seller: Seller, **different: Any) -> Any:
    body = {"customer": seller.id("customers"), "gateway": "paper", "token": "tok_ok"} | different
    return seller.post("/v1/payment_methods", body)


def test_an_account_is_told_without_its_secrets(seller: Seller) -> None:
    made = opened(seller, name="Paper India")
    assert (made["name"], made["status"], made["reference"]) == ("Paper India", "active", "acct1")
    assert made["has_webhook_secret"]
    assert made["webhook_path"] == f"/webhooks/paper/{made['id']}"
    everything = seller.get("/v1/gateway_accounts").text + str(made)
    assert "test_acct1" not in everything
    assert "whsec_paper" not in everything


def test_secrets_are_sealed_where_they_lie(seller: Seller, app: FastAPI) -> None:
    opened(seller)
    with app.state.engine.db.transaction(seller.tenant) as uow:
        [row] = uow.connection.execute(
            "select credentials || webhook_secrets from gateway_accounts"
        ).fetchall()
    assert b"acct1" not in row[0]
    assert b"whsec" not in row[0]


@pytest.mark.parametrize(
    ("different", "code", "param"),
    [
        ({"gateway": "nobody"}, "no_such_vendor", "gateway"),
        ({"gateway": "fake"}, "no_such_vendor", "gateway"),
        ({"credentials": {"api_key": "sk_wrong"}}, "bad_credentials", "credentials.api_key"),
        ({"credentials": {"api_key": "live_acct1"}}, "wrong_mode", "credentials"),
        (
            {"credentials": {"api_key": "test_acct1", "key": "x"}},
            "bad_credentials",
            "credentials.key",
        ),
        ({"credentials": {"api_key": "down"}}, "gateway_not_reached", "credentials"),
        ({"base_url": "http://169.254.169.254/"}, "base_url_not_allowed", "base_url"),
        ({"base_url": "http://127.0.0.1.evil.example"}, "base_url_not_allowed", "base_url"),
        ({"base_url": "http://localhost@evil.example"}, "base_url_not_allowed", "base_url"),
        ({"base_url": "http://127.0.0.1:x@169.254.169.254"}, "base_url_not_allowed", "base_url"),
        ({"base_url": "http://127.0.0.1:99999"}, "base_url_not_allowed", "base_url"),
        ({"base_url": "https://127.0.0.1"}, "base_url_not_allowed", "base_url"),
    ],
)
def test_what_is_wrong_is_told_on_entry_and_nothing_is_kept(
    seller: Seller, different: dict[str, Any], code: str, param: str
) -> None:
    answer = seller.post("/v1/gateway_accounts", an_account(**different))
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["param"] == param
    assert seller.get("/v1/gateway_accounts").json()["data"] == []


def test_test_credentials_are_refused_in_live_mode(app: FastAPI) -> None:
    live = Seller(app, sign_up(app).opened, mode="live")
    answer = live.post("/v1/gateway_accounts", an_account())
    assert answer.json()["code"] == "wrong_mode"
    made = live.create(
        "/v1/gateway_accounts", an_account(credentials={"api_key": "live_acct9-key"})
    )
    assert made["livemode"] is True


def test_two_accounts_have_two_names(seller: Seller) -> None:
    opened(seller, name="Paper")
    again = seller.post("/v1/gateway_accounts", an_account(name="Paper"))
    assert (again.status_code, again.json()["code"]) == (409, "name_taken")


def test_credentials_are_rotated_within_one_account(seller: Seller) -> None:
    made = opened(seller)
    path = f"/v1/gateway_accounts/{made['id']}"
    assert seller.post(f"{path}/rotate", {"credentials": {"api_key": "test_acct1-2"}}).is_success
    other = seller.post(f"{path}/rotate", {"credentials": {"api_key": "test_acct2-1"}})
    assert other.json()["code"] == "another_account"
    wrong = seller.post(f"{path}/rotate", {"credentials": {"api_key": "no"}})
    assert wrong.json()["code"] == "bad_credentials"
    assert seller.post(f"{path}/check").json()["verified"] > made["verified"]


def test_a_method_is_saved_with_the_only_account(seller: Seller) -> None:
    none = method(seller)
    assert (none.status_code, none.json()["code"]) == (422, "no_gateway_account")
    account = opened(seller)
    made = method(seller).json()
    assert (made["gateway"], made["gateway_account"]) == ("paper", account["id"])
    assert (made["kind"], made["brand"]) == ("card", None)


def test_of_two_accounts_the_routes_choose(seller: Seller) -> None:
    rupees, others = opened(seller), opened(seller)
    undecided = method(seller)
    assert undecided.json()["code"] == "no_gateway_account"
    assert undecided.json()["param"] == "gateway_account"
    assert method(seller, gateway_account=others["id"]).json()["gateway_account"] == others["id"]
    routes = [{"account": rupees["id"], "currency": "INR"}, {"account": others["id"]}]
    told = seller.ask("PUT", "/v1/gateway_routes", json={"routes": routes})
    assert told.is_success
    assert seller.get("/v1/gateway_routes").json()["routes"][0]["account"] == rupees["id"]
    assert method(seller).json()["gateway_account"] == rupees["id"]
    abroad = seller.create(
        "/v1/customers", {"name": "Ann", "currency": "USD", "address": {"country": "US"}}
    )
    assert method(seller, customer=abroad["id"]).json()["gateway_account"] == others["id"]


def test_a_disabled_account_takes_nothing_new(seller: Seller) -> None:
    account = opened(seller)
    path = f"/v1/gateway_accounts/{account['id']}"
    assert seller.post(f"{path}/disable").json()["status"] == "disabled"
    assert method(seller).json()["code"] == "no_gateway_account"
    named = method(seller, gateway_account=account["id"])
    assert named.json()["code"] == "no_gateway_account"
    assert seller.post(f"{path}/enable").json()["status"] == "active"
    assert method(seller).is_success


def test_a_stand_in_may_have_any_port_and_path_of_its_host(seller: Seller) -> None:
    assert opened(seller, base_url="http://127.0.0.1:9002/")["base_url"] == "http://127.0.0.1:9002"
    assert opened(seller, base_url="https://sandbox.paper.example")["base_url"]


def test_a_key_for_repeats_is_used_up_only_by_what_took_effect(seller: Seller) -> None:
    """The gateway was down: the same request with the same key is tried anew, and then kept."""
    body = an_account(credentials={"api_key": "down"})
    headers = {"Idempotency-Key": "rotate-1"}
    first = seller.post("/v1/gateway_accounts", body, **headers)
    assert first.json()["code"] == "gateway_not_reached"
    again = seller.post("/v1/gateway_accounts", body, **headers)
    assert (again.status_code, again.json()["code"]) == (422, "gateway_not_reached")
    made = opened(seller)
    path = f"/v1/gateway_accounts/{made['id']}/rotate"
    down = {"credentials": {"api_key": "down"}}
    for _ in range(2):
        answer = seller.post(path, down, **{"Idempotency-Key": "rotate-2"})
        assert answer.json()["code"] == "gateway_not_reached"
    token = {"customer": seller.id("customers"), "gateway": "paper", "token": "tok_nobody"}
    for _ in range(2):
        answer = seller.post("/v1/payment_methods", token, **{"Idempotency-Key": "method-1"})
        assert answer.json()["code"] == "unknown_token"


def test_a_route_for_one_kind_keeps_no_other(seller: Seller) -> None:
    """Paper knows cards only: what is kept for UPI goes by the next rule."""
    first, second = opened(seller), opened(seller)
    routes = [{"account": first["id"], "kind": "upi"}, {"account": second["id"]}]
    seller.ask("PUT", "/v1/gateway_routes", json={"routes": routes})
    assert method(seller).json()["gateway_account"] == second["id"]


def test_nobody_is_dunned_for_an_account_that_was_disabled(seller: Seller) -> None:
    account = opened(seller)
    method(seller)
    seller.post(f"/v1/gateway_accounts/{account['id']}/disable")
    made = seller.create(
        "/v1/subscriptions",
        {
            "customer": seller.id("customers"),
            "items": [{"plan": seller.id("plans"), "quantity": 1}],
        },
    )
    [payment] = seller.get("/v1/payments", customer=seller.id("customers")).json()["data"]
    assert (payment["status"], payment["attempts"]) == ("scheduled", [])
    assert payment["decline_count"] == 0
    assert seller.get(f"/v1/subscriptions/{made['id']}").json()["status"] != "past_due"


def test_a_token_that_the_gateway_does_not_know_is_refused(seller: Seller) -> None:
    opened(seller)
    assert method(seller, token="tok_nobody").json()["code"] == "unknown_token"


def test_an_account_is_led_to_where_its_stand_in_listens_now(seller: Seller, app: FastAPI) -> None:
    made = opened(seller, base_url="http://127.0.0.1:9001")
    engine = app.state.engine
    command = RotateGatewayAccount(
        tenant=seller.tenant,
        id=parse_id("ga", made["id"]),
        now=engine.clock.now(),
        credentials={"api_key": "test_acct1-2"},
        base_url="http://127.0.0.1:9002/",
    )
    tools = engine.gateway_tools(engine.db)
    rotate_gateway_account(command, tools=tools)
    path = f"/v1/gateway_accounts/{made['id']}"
    assert seller.get(path).json()["base_url"] == "http://127.0.0.1:9002"
    with pytest.raises(BaseUrlNotAllowed):
        rotate_gateway_account(replace(command, base_url="http://192.0.2.1"), tools=tools)
    assert seller.get(path).json()["base_url"] == "http://127.0.0.1:9002"
