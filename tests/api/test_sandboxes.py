"""Sandboxes: as many places to try things in as one likes, each behind a wall of its own."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from khata.core.ids import parse_id
from khata.usecases.due_work import do_round
from khata.wiring import Engine
from tests.api.recipes import RECIPES, subscribed
from tests.api.seller import Seller, sign_up

SANDBOXES = "/v1/sandboxes"
CLOCK = "/v1/test_clock"


class Sandbox(Seller):
    """Who holds a sandbox's first key."""

    def __init__(self, app: FastAPI, opened: dict[str, Any]) -> None:
        super().__init__(app, {"sandbox": {**opened, "tenant": opened["id"]}}, mode="sandbox")


def opens(app: FastAPI, seller: Seller, name: str) -> Sandbox:
    return Sandbox(app, seller.create(SANDBOXES, {"name": name}))


def refusal(answer: Any) -> tuple[int, str, str | None]:
    problem = answer.json()
    return answer.status_code, problem["code"], problem["param"]


def test_a_sandbox_begins_like_test_mode_and_with_nothing_in_it(app: FastAPI) -> None:
    seller = sign_up(app)
    changed = {"policies": {"round_off": "rupee"}, "branding": {"upi_vpa": "chai@hdfcbank"}}
    assert seller.patch("/v1/account", changed).is_success
    subscribed(seller)
    made = seller.create(SANDBOXES, {"name": " Price test "})
    assert (made["object"], made["name"], made["status"]) == ("sandbox", "Price test", "open")
    assert (made["livemode"], made["frozen_time"], made["archived_at"]) == (False, None, None)
    inside = Sandbox(app, made)
    account = inside.get("/v1/account").json()
    assert (account["tenant"], account["sandbox"]) == (made["id"], "Price test")
    assert account["business_name"] == "Chai Cloud Pvt Ltd"
    assert account["policies"]["round_off"] == "rupee"
    assert account["branding"]["upi_vpa"] == "chai@hdfcbank"
    [registration] = inside.get("/v1/registrations").json()["data"]
    assert (registration["tax_id"]["value"], registration["default"]) == ("29ABCCT1234E1ZL", True)
    assert inside.get("/v1/customers").json()["data"] == []
    assert inside.get("/v1/subscriptions").json()["data"] == []
    again = seller.get(f"{SANDBOXES}/{made['id']}").json()
    assert again == made | {"secret_key": None}


def test_two_sandboxes_of_one_account_do_not_meet(app: FastAPI) -> None:
    """The probe: each kind of object of one is answered to the others as if it never was."""
    seller = sign_up(app)
    one, two = opens(app, seller, "One"), opens(app, seller, "Two")
    kinds = ("products", "plans", "customers", "subscriptions", "invoices", "events", "mails")
    for kind in kinds:
        id = one.id(kind) if kind in RECIPES else ""
        assert one.get(f"/v1/{kind}/{id}").status_code == 200, kind
        for other in (two, seller, Seller(app, seller.opened, mode="live")):
            assert other.get(f"/v1/{kind}/{id}").status_code == 404, kind
            assert id not in other.get(f"/v1/{kind}", limit=100).text, kind
    borrowed = {"product": one.id("products"), "name": "X", "code": "x", "interval": "month",
                "prices": [{"currency": "INR", "model": "flat", "amount": 1}]}  # fmt: skip
    assert refusal(two.post("/v1/plans", borrowed)) == (404, "not_found", "product")


def test_two_clocks_show_two_days_and_one_story_has_the_same_numbers(app: FastAPI) -> None:
    seller = sign_up(app)
    told = []
    for name, day, to in (
        ("Leap", "2028-01-31", "2028-03-01"),
        ("Common", "2026-01-31", "2026-03-01"),
    ):
        inside = opens(app, seller, name)
        inside.create(CLOCK, {"frozen_time": f"{day}T09:00:00+05:30"})
        subscribed(inside, payment_method=inside.id("payment_methods"))
        inside.post(f"{CLOCK}/advance", {"to": f"{to}T09:00:00+05:30"})
        invoices = inside.get("/v1/invoices").json()["data"]
        told.append([(i["number"][-5:], i["total"], i["status"]) for i in reversed(invoices)])
        starts = [i["period"]["start"] for i in invoices]
        assert starts == [f"{day[:4]}-02-{29 if name == 'Leap' else 28}", day]
    # 1,000.00 and 18 % GST of it, twice; numbers begin at one behind each wall
    assert told[0] == told[1] == [("00001", 118_000, "paid"), ("00002", 118_000, "paid")]
    listed = seller.get(SANDBOXES).json()["data"]
    assert {one["name"]: one["frozen_time"] for one in listed} == {
        "Leap": "2028-03-01T03:30:00Z",
        "Common": "2026-03-01T03:30:00Z",
    }
    assert seller.get(CLOCK).status_code == 404  # test mode itself lives in real time


def test_only_the_first_test_tenant_keeps_sandboxes(app: FastAPI) -> None:
    seller = sign_up(app)
    inside = opens(app, seller, "One")
    id = inside.get("/v1/account").json()["tenant"]
    for other in (inside, Seller(app, seller.opened, mode="live"), sign_up(app)):
        assert other.get(SANDBOXES).json()["data"] == []
        assert refusal(other.get(f"{SANDBOXES}/{id}"))[:2] == (404, "not_found")
        assert refusal(other.ask("DELETE", f"{SANDBOXES}/{id}"))[:2] == (404, "not_found")
        assert refusal(other.post(f"{SANDBOXES}/{id}/api_keys"))[:2] == (404, "not_found")
    for other in (inside, Seller(app, seller.opened, mode="live")):
        answer = other.post(SANDBOXES, {"name": "Two"})
        assert refusal(answer)[:2] == (403, "sandbox_from_elsewhere")
    assert [one["name"] for one in seller.get(SANDBOXES).json()["data"]] == ["One"]


@pytest.mark.parametrize("name", ["", "   ", "a" * 61, "a\nb", "\u202eb", None, 7])
def test_what_is_no_name(name: Any, standing: Seller) -> None:
    answer = standing.post(SANDBOXES, {"name": name})
    assert (answer.status_code, answer.json()["param"]) == (422, "name")


@pytest.fixture
def room_for_two(app: FastAPI, engine: Engine) -> Iterator[None]:
    settings = engine.settings.model_copy(update={"max_sandboxes": 2})
    app.state.engine = replace(engine, settings=settings)
    yield
    app.state.engine = engine


@pytest.mark.usefixtures("room_for_two")
def test_a_name_is_given_once_and_so_many_may_be_open(app: FastAPI) -> None:
    seller = sign_up(app)
    first = seller.create(SANDBOXES, {"name": "Price test"})
    assert refusal(seller.post(SANDBOXES, {"name": "price TEST"})) == (
        409,
        "sandbox_name_taken",
        "name",
    )
    seller.create(SANDBOXES, {"name": "Two"})
    assert refusal(seller.post(SANDBOXES, {"name": "Three"}))[:2] == (409, "too_many_sandboxes")
    assert seller.ask("DELETE", f"{SANDBOXES}/{first['id']}").is_success
    seller.create(SANDBOXES, {"name": "Price test"})  # room and name are free again


def test_a_repeated_request_opens_one_sandbox_and_tells_no_key(app: FastAPI) -> None:
    seller = sign_up(app)
    sent = [seller.post(SANDBOXES, {"name": "One"}, **{"Idempotency-Key": "s"}) for _ in (1, 2)]
    first, second = (answer.json() for answer in sent)
    assert first["secret_key"].startswith("sk_test_")
    assert second == first | {"secret_key": None}
    path = f"{SANDBOXES}/{first['id']}/api_keys"
    keys = [seller.post(path, **{"Idempotency-Key": "k"}).json() for _ in (1, 2)]
    assert keys[1] == keys[0] | {"secret_key": None}
    inside = Sandbox(app, {**first, "secret_key": keys[0]["secret_key"]})
    assert inside.get("/v1/account").json()["tenant"] == first["id"]
    assert len(inside.get("/v1/api_keys").json()["data"]) == 2
    assert len(seller.get("/v1/api_keys").json()["data"]) == 1


def test_what_is_archived_is_kept_and_nothing_in_it_happens(app: FastAPI, engine: Engine) -> None:
    seller = sign_up(app)
    inside = opens(app, seller, "One")
    inside.create(CLOCK, {"frozen_time": "2026-01-31T09:00:00+05:30"})
    subscribed(inside, payment_method=inside.id("payment_methods"))
    to = {"to": "2027-01-31T09:00:00+05:30"}
    assert inside.post(f"{CLOCK}/advance?wait=false", to).json()["status"] == "advancing"
    id = inside.opened["sandbox"]["id"]
    gone = seller.ask("DELETE", f"{SANDBOXES}/{id}").json()
    assert gone["status"] == "archived"
    assert seller.ask("DELETE", f"{SANDBOXES}/{id}").json() == gone  # twice is as good as once
    assert refusal(inside.get("/v1/account"))[:2] == (401, "unauthenticated")
    assert refusal(seller.post(f"{SANDBOXES}/{id}/api_keys"))[:2] == (409, "sandbox_archived")
    tenant = parse_id("ten", id)
    due = engine.db.ask("select tenant_id from tenants_with_due_work('2100-01-01', 100000)")
    assert (tenant,) not in due
    with engine.db.transaction(tenant) as uow:
        clock = uow.clocks.get()
        assert uow.connection.execute("select count(*) from invoices").fetchone() == (1,)
    assert clock is not None
    assert (clock.status, clock.target_time) == ("ready", None)


def test_a_stuck_advance_is_looked_at_and_taken_up_again(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = opens(app, sign_up(app), "One")
    inside.create(CLOCK, {"frozen_time": "2026-01-10T09:00:00+05:30"})
    subscribed(inside, payment_method=inside.id("payment_methods"))
    at_home = {"name": "Ravi", "address": {"country": "IN", "state": "KA"}}
    ravi = inside.create("/v1/customers", at_home)["id"]
    subscribed(inside, customer=ravi, collection_method="send_invoice")
    assert inside.patch(f"/v1/customers/{ravi}", {"address": {"country": "IN"}}).is_success

    def close_month(*_: object, **__: object) -> int:
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(do_round, "close_month", close_month)
    to = {"to": "2026-03-01T09:00:00+05:30"}
    assert inside.post(f"{CLOCK}/advance", to).status_code == 500
    stuck = inside.get(CLOCK).json()
    midnight = "2026-01-31T18:30:00Z"  # in India: January is over
    assert (stuck["status"], stuck["frozen_time"], stuck["parked"]) == ("advancing", midnight, 0)
    assert stuck["next_due"]["at"] == midnight
    assert "close" in stuck["next_due"]["kinds"]
    assert stuck["failure"] == "An unforeseen ZeroDivisionError; the operator's log has the rest"
    assert refusal(inside.post(f"{CLOCK}/advance?wait=false", to))[:2] == (409, "clock_advancing")
    monkeypatch.undo()
    there = inside.post(f"{CLOCK}/advance", to).json()
    assert (there["status"], there["failure"], there["target_time"]) == ("ready", None, None)
    # One renewal was refused on the way; the other was billed, and time went on.
    assert there["parked"] == 1
    [work] = inside.get("/v1/parked").json()["data"]
    assert (work["code"], work["released_at"]) == ("state_required", None)
    assert len(inside.get("/v1/invoices").json()["data"]) == 3
