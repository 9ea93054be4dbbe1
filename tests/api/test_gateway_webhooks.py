"""What gateways tell: forged, foreign, repeated and late; and what follows from it."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from khata.core.ids import parse_id
from khata.core.payment_method import MethodKind, SavedMethod
from khata.usecases.gateways import apply_gateway_event
from khata.usecases.gateways.apply_gateway_events import (
    ApplyGatewayEvents,
    apply_gateway_events,
)
from khata.usecases.payments.look_up_attempt import look_up_attempt
from khata.wiring import Engine
from tests.api.gateway_recipes import SECRET, an_account, tells
from tests.api.seller import Seller, sign_up


@pytest.fixture
def seller(app: FastAPI) -> Seller:
    return sign_up(app)


@pytest.fixture
def account(seller: Seller) -> dict[str, Any]:
    return seller.create("/v1/gateway_accounts", an_account())


def applied(seller: Seller, *, after: timedelta = timedelta()) -> int:
    engine: Engine = seller.client.app.state.engine  # type: ignore[attr-defined]
    at = engine.now(seller.tenant) + after
    return apply_gateway_events(
        ApplyGatewayEvents(seller.tenant, at), db=engine.db, gateways=engine.gateways
    )


def events(seller: Seller) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = seller.get("/v1/gateway_events").json()["data"]
    return found


def pending_attempt(seller: Seller, account: dict[str, Any]) -> tuple[str, str]:
    """An invoice whose attempt is pending at paper for an hour; returns both ids."""
    customer = seller.create(
        "/v1/customers",
        {
            "name": "Ravi",
            "currency": "INR",
            "address": {"line1": "1 Fort", "city": "Mysuru", "state": "KA", "country": "IN"},
        },
    )
    method = {"customer": customer["id"], "gateway": "paper", "token": "tok_pending"}
    seller.create("/v1/payment_methods", method)
    made = seller.create(
        "/v1/subscriptions",
        {"customer": customer["id"], "items": [{"plan": seller.id("plans"), "quantity": 1}]},
    )
    [invoice] = seller.get("/v1/invoices", subscription=made["id"]).json()["data"]
    [payment] = seller.get("/v1/payments", invoice=invoice["id"]).json()["data"]
    [attempt] = payment["attempts"]
    assert attempt["status"] == "pending"
    return invoice["id"], attempt["id"]


def captured(attempt: str, **different: Any) -> dict[str, Any]:
    """Paper's word that an attempt took the money: 1,180.00."""
    return {
        "id": "evt_1",
        "type": "payment.captured",
        "ours": str(parse_id("att", attempt)),
        "amount": 118_000,
        "currency": "INR",
    } | different


def test_the_gateway_is_asked_before_an_event_is_believed(
    seller: Seller, account: dict[str, Any]
) -> None:
    invoice, attempt = pending_attempt(seller, account)
    assert tells(seller, account, captured(attempt)).status_code == 200
    assert applied(seller) == 1
    assert seller.get(f"/v1/invoices/{invoice}").json()["status"] == "open"  # paper: pending yet
    assert applied(seller, after=timedelta(hours=2)) == 0  # it was applied, and is no more due
    replayed = seller.post(f"/v1/gateway_events/{events(seller)[0]['id']}/replay")
    assert replayed.json()["status"] == "waiting"
    assert applied(seller, after=timedelta(hours=2)) == 1
    paid = seller.get(f"/v1/invoices/{invoice}").json()
    assert (paid["status"], paid["amount_paid"]) == ("paid", 118_000)


def test_an_event_is_kept_once_however_often_it_comes(
    seller: Seller, account: dict[str, Any]
) -> None:
    _, attempt = pending_attempt(seller, account)
    for _ in range(3):
        assert tells(seller, account, captured(attempt)).status_code == 200
    [event] = events(seller)
    assert (event["deliveries"], event["status"], event["event"]) == (3, "waiting", "evt_1")
    assert applied(seller) == 1
    assert tells(seller, account, captured(attempt)).status_code == 200
    assert applied(seller, after=timedelta(days=1)) == 0


def test_another_sum_than_was_asked_for_is_not_booked(
    seller: Seller, account: dict[str, Any]
) -> None:
    invoice, attempt = pending_attempt(seller, account)
    tells(seller, account, captured(attempt, amount=118_001))
    applied(seller, after=timedelta(hours=2))
    assert seller.get(f"/v1/invoices/{invoice}").json()["amount_paid"] == 0
    [parked] = seller.get("/v1/parked").json()["data"]
    assert (parked["kind"], parked["code"]) == ("attempt", "amount_differs")


def test_what_is_booked_with_its_fee_is_not_asked_about_again(
    seller: Seller, account: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def look_up(*about: Any, **how: Any) -> Any:
        asked.append("look-up")
        return look_up_attempt(*about, **how)

    monkeypatch.setattr(apply_gateway_event, "look_up_attempt", look_up)
    invoice, attempt = pending_attempt(seller, account)
    for number in (1, 2, 3):  # such as order.paid, payment.authorized and payment.captured
        tells(seller, account, captured(attempt, id=f"evt_{number}"))
    assert applied(seller, after=timedelta(hours=2)) == 3
    assert [event["outcome"] for event in events(seller)] == ["the attempt succeeded"] * 3
    assert asked == ["look-up"]
    assert seller.get(f"/v1/invoices/{invoice}").json()["amount_paid"] == 118_000


@pytest.mark.parametrize("secret", ["whsec_forged", ""])
def test_what_is_not_signed_has_no_effect(
    seller: Seller, account: dict[str, Any], secret: str
) -> None:
    answer = tells(seller, account, {"id": "evt_1", "type": "x"}, secret=secret)
    assert (answer.status_code, answer.json()["code"]) == (400, "not_signed")
    assert events(seller) == []


def test_without_a_secret_nothing_is_believed(seller: Seller) -> None:
    account = seller.create("/v1/gateway_accounts", an_account(webhook_secret=None))
    answer = tells(seller, account, {"id": "evt_1", "type": "x"})
    assert answer.json()["code"] == "not_signed"


@pytest.mark.parametrize("whose", [{"account": "acct2"}, {"livemode": True}])
def test_what_is_somebody_else_s_is_refused(
    seller: Seller, account: dict[str, Any], whose: dict[str, Any]
) -> None:
    answer = tells(seller, account, {"id": "evt_1", "type": "x"} | whose)
    assert answer.json()["code"] == "not_signed"
    assert events(seller) == []


def test_one_tenant_s_signature_moves_nothing_of_another_s(app: FastAPI) -> None:
    """Theirs is signed well for their account, and names our attempt."""
    ours, theirs = sign_up(app), sign_up(app)
    account = ours.create("/v1/gateway_accounts", an_account())
    invoice, attempt = pending_attempt(ours, account)
    foreign = theirs.create("/v1/gateway_accounts", an_account())
    assert tells(theirs, foreign, captured(attempt)).status_code == 200
    for hours in (0, 2, 4, 8, 100):
        applied(theirs, after=timedelta(hours=hours))
    assert ours.get(f"/v1/invoices/{invoice}").json()["status"] == "open"
    [event] = events(theirs)
    assert event["status"] == "set_aside"
    assert "none of ours" in event["outcome"]


def test_one_account_s_event_moves_nothing_of_another_account(
    seller: Seller, account: dict[str, Any]
) -> None:
    invoice, attempt = pending_attempt(seller, account)
    other = seller.create(
        "/v1/gateway_accounts", an_account(credentials={"api_key": "test_acct2-a"})
    )
    tells(seller, other, captured(attempt))
    applied(seller, after=timedelta(hours=2))
    assert seller.get(f"/v1/invoices/{invoice}").json()["status"] == "open"
    assert events(seller)[0]["outcome"] == "it names an attempt of another account"


def test_the_old_secret_is_good_for_three_days(seller: Seller, account: dict[str, Any]) -> None:
    path = f"/v1/gateway_accounts/{account['id']}/rotate"
    assert seller.post(path, {"webhook_secret": "whsec_2"}).is_success
    told = {"id": "evt_1", "type": "x", "subject": "other"}
    assert tells(seller, account, told, secret=SECRET).status_code == 200
    assert tells(seller, account, told | {"id": "evt_2"}, secret="whsec_2").status_code == 200
    assert len(events(seller)) == 2


def test_what_kills_its_workers_is_given_up(seller: Seller, account: dict[str, Any]) -> None:
    tells(seller, account, {"id": "evt_1", "type": "x", "subject": "other"})
    engine: Engine = seller.client.app.state.engine  # type: ignore[attr-defined]
    with engine.db.transaction(seller.tenant) as uow:
        uow.connection.execute("update gateway_events set tries = 9")
    assert applied(seller) == 1
    assert events(seller)[0]["status"] == "dead"


def test_an_account_that_does_not_exist_is_not_told_apart(seller: Seller) -> None:
    path = "/webhooks/paper/ga_06f3k2x8c1a4t9w0m5n7p2q6rs"
    answer = seller.client.post(path, content=b"{}")
    assert answer.status_code == 404


def test_the_account_of_another_gateway_is_not_found(
    seller: Seller, account: dict[str, Any]
) -> None:
    elsewhere = account | {"webhook_path": account["webhook_path"].replace("paper", "fake")}
    assert tells(seller, elsewhere, {"id": "evt_1", "type": "x"}).status_code == 404


def test_a_way_to_pay_that_ended_at_the_gateway_ends_here(
    seller: Seller, account: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"customer": seller.id("customers"), "gateway": "paper", "token": "tok_ok"}
    method = seller.create("/v1/payment_methods", body)
    told = {"id": "evt_9", "type": "token.cancelled", "subject": "method", "reference": "tok_ok"}
    tells(seller, account, told)
    applied(seller)
    assert seller.get(f"/v1/payment_methods/{method['id']}").json()["detached"] is False
    fake = seller.client.app.state.engine.gateways.of("fake", None)  # type: ignore[attr-defined]
    paused = SavedMethod("tok_ok", MethodKind.CARD, usable=False, why_not="paused")
    monkeypatch.setattr(fake, "read_method", lambda token, holder=None: paused)
    tells(seller, account, told | {"id": "evt_9b"})
    applied(seller)
    assert seller.get(f"/v1/payment_methods/{method['id']}").json()["detached"] is False
    monkeypatch.setattr(fake, "read_method", lambda token, holder=None: None)
    tells(seller, account, told | {"id": "evt_10"})
    applied(seller)
    assert seller.get(f"/v1/payment_methods/{method['id']}").json()["detached"] is True
