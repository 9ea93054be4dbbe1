"""Accounts with gateways: tried on entry, never told again, rotated, routed, and disabled."""

from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from khata.core.gateway_health import Trouble
from khata.core.ids import new_id, parse_id, public_id
from khata.ports.gateway import NotReached
from khata.ports.gateway_vendor import BadCredentials
from khata.usecases.gateways.allow_base_url import BaseUrlNotAllowed
from khata.usecases.gateways.note_call import NoteCall, note_call
from khata.usecases.gateways.rotate_gateway_account import (
    RotateGatewayAccount,
    rotate_gateway_account,
)
from khata.usecases.payments.pay_with_new_method import PayWithNewMethod, pay_with_new_method
from khata.wiring import Engine
from tests.api.gateway_recipes import an_account
from tests.api.seller import Seller, sign_up
from tests.paper_gateway import PaperVendor


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


def routed(seller: Seller, *routes: dict[str, Any]) -> Any:
    return seller.ask("PUT", "/v1/gateway_routes", json={"routes": list(routes)})


def test_routes_by_amount_are_told_as_they_were_set(seller: Seller) -> None:
    small, large = opened(seller)["id"], opened(seller)["id"]
    first = {"account": small, "currency": "INR", "max_amount": 1_500_000, "fallbacks": [large]}
    second = {"account": large, "currency": "INR", "min_amount": 1_500_000}
    assert routed(seller, first, second).is_success
    nothing = {"country": None, "kind": None, "min_amount": None, "max_amount": None}
    told = seller.get("/v1/gateway_routes").json()["routes"]
    assert told == [nothing | {"fallbacks": []} | one for one in (first, second)]
    # no amount is known when a method is merely saved: only rules for any amount are for it
    assert method(seller).json()["code"] == "no_gateway_account"
    routed(seller, first, second, {"account": large})
    assert method(seller).json()["gateway_account"] == large


def test_a_method_brought_to_an_invoice_goes_by_its_amount(seller: Seller) -> None:
    """The invoice is 1,180.00: it is the second rule's, which begins at 1,000.00."""
    small, large = opened(seller)["id"], opened(seller)["id"]
    routed(
        seller,
        {"account": small, "currency": "INR", "max_amount": 100_000},
        {"account": large, "currency": "INR", "min_amount": 100_000},
    )
    engine: Engine = seller.client.app.state.engine  # type: ignore[attr-defined]
    invoice = seller.one("invoices")
    assert invoice["amount_due"] == 118_000
    at, made = engine.now(seller.tenant), new_id(engine.now(seller.tenant))
    pay_with_new_method(
        PayWithNewMethod(
            tenant=seller.tenant,
            id=new_id(at),
            method_id=made,
            at=at,
            customer_id=parse_id("cus", invoice["customer"]),
            invoice_id=parse_id("inv", invoice["id"]),
            gateway="paper",
            token="tok_ok",
        ),
        db=engine.db,
        gateways=engine.gateways,
    )
    saved = seller.get(f"/v1/payment_methods/{public_id('pm', made)}").json()
    assert saved["gateway_account"] == large


@pytest.mark.parametrize(
    ("rule", "code", "param"),
    [
        ({"min_amount": 1}, "amount_needs_currency", "routes.0.currency"),
        (
            {"currency": "INR", "min_amount": 5, "max_amount": 5},
            "no_amount_between",
            "routes.0.max_amount",
        ),
        ({"fallbacks": ["itself"]}, "falls_back_on_itself", "routes.0.fallbacks"),
        (
            {"fallbacks": ["ga_06f3k2x8c1a4t9w0m5n7p2q6rs"]},
            "not_found",
            "routes.0.fallbacks.0",
        ),
    ],
)
def test_a_route_that_could_mean_nothing_is_refused_and_the_old_ones_stay(
    seller: Seller, rule: dict[str, Any], code: str, param: str
) -> None:
    account = opened(seller)["id"]
    routed(seller, {"account": account})
    if rule.get("fallbacks") == ["itself"]:
        rule = {"fallbacks": [account]}
    answer = routed(seller, {"account": account} | rule)
    assert (answer.json()["code"], answer.json()["param"]) == (code, param)
    assert len(seller.get("/v1/gateway_routes").json()["routes"]) == 1


def test_a_token_of_the_second_account_is_found_where_the_first_is_away(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which account knows a token only asking tells: one that is away stands in nobody's way."""
    first, second = opened(seller)["id"], opened(seller)["id"]
    routed(seller, {"account": first, "fallbacks": [second]})
    fake = seller.client.app.state.engine.gateways.of("fake", None)  # type: ignore[attr-defined]
    truly, asked = fake.read_method, []

    def away_at_first(token: str, *, holder: str | None = None) -> Any:
        asked.append(token)
        if len(asked) == 1:
            raise NotReached
        return truly(token, holder=holder) if token == "tok_ok" else None

    monkeypatch.setattr(fake, "read_method", away_at_first)
    assert method(seller).json()["gateway_account"] == second
    asked.clear()
    assert method(seller, token="tok_other").json()["code"] == "gateway_does_not_answer"


def test_an_account_named_for_a_gateway_without_accounts_is_refused(seller: Seller) -> None:
    account = opened(seller)["id"]
    answer = method(seller, gateway="fake", gateway_account=account)
    assert (answer.json()["code"], answer.json()["param"]) == (
        "needs_no_account",
        "gateway_account",
    )


def test_how_an_account_fares_is_told_and_a_check_makes_it_well(seller: Seller) -> None:
    made = opened(seller)
    assert (made["health"], made["trouble"], made["next_call_at"]) == ("well", None, None)
    engine: Engine = seller.client.app.state.engine  # type: ignore[attr-defined]
    id = parse_id("ga", made["id"])
    with engine.db.transaction(seller.tenant) as uow:
        account = uow.gateway_accounts.get(id)
    call = NoteCall(seller.tenant, account, Trouble.REFUSED, engine.now(seller.tenant))
    note_call(call, db=engine.db)
    path = f"/v1/gateway_accounts/{made['id']}"
    ailing = seller.get(path).json()
    assert (ailing["health"], ailing["trouble"]) == ("ailing", "refused")
    assert ailing["next_call_at"] > ailing["ailing_since"]
    assert seller.post(f"{path}/check").json()["health"] == "well"
    note_call(call, db=engine.db)
    assert seller.get(path).json()["health"] == "ailing"
    rotated = seller.post(f"{path}/rotate", {"credentials": {"api_key": "test_acct1-3"}})
    assert rotated.json()["health"] == "well"


def test_a_check_that_is_not_let_in_says_so_and_the_account_ails(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = opened(seller)
    path = f"/v1/gateway_accounts/{made['id']}"

    def refuses(*given: object, **named: object) -> None:
        raise BadCredentials("Paper does not know this key", param="api_key")

    monkeypatch.setattr(PaperVendor, "check", refuses)
    answer = seller.post(f"{path}/check", **{"Idempotency-Key": "check-1"})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_credentials")
    told = seller.get(path).json()
    assert (told["health"], told["trouble"], told["verified"]) == (
        "ailing",
        "refused",
        made["verified"],
    )
    monkeypatch.undo()
    assert seller.post(f"{path}/check", **{"Idempotency-Key": "check-1"}).json()["health"] == "well"


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
