"""What gateways sent is kept to the byte for some days; then its hash, and all that came of it."""

import hashlib
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from khata.api.app import create_app
from khata.core.ids import parse_id
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.usecases.upkeep.forget_event_bodies import ForgetEventBodies, forget_event_bodies
from khata.wiring import Engine
from khata.worker.upkeep import do_upkeep
from tests.api.gateway_recipes import an_account, tells
from tests.api.seller import Seller, sign_up
from tests.api.stand_in import engine_on


@pytest.fixture
def engine(untouched_urls: Urls) -> Iterator[Engine]:
    """An engine of this test's own: upkeep is for all tenants that there are."""
    db = Database(untouched_urls.app)
    with engine_on(db, untouched_urls) as made:
        yield made
    db.close()


def told(seller: Seller, engine: Engine, status: str, *, days: int) -> dict[str, Any]:
    """An event that came so many days ago and stands so."""
    account = seller.one("gateway_accounts")
    name = f"evt_{status}_{days}"
    assert tells(seller, account, {"id": name, "type": "x", "subject": "other"}).status_code == 200
    [event] = [
        one for one in seller.get("/v1/gateway_events").json()["data"] if one["event"] == name
    ]
    with engine.db.transaction(seller.tenant) as uow:
        uow.connection.execute(
            "update gateway_events set status = %s, next_try_at = null,"
            " received_at = received_at - make_interval(days => %s) where event_id = %s",
            [status, days, name],
        )
    found: dict[str, Any] = event
    return found


def body(
    seller: Seller, engine: Engine, event: dict[str, Any]
) -> tuple[bytes | None, bytes | None]:
    with engine.db.transaction(seller.tenant) as uow:
        return uow.gateway_events.body(parse_id("ge", event["id"]))


def test_after_ninety_days_a_hash_is_in_the_bodys_place(engine: Engine) -> None:
    seller = sign_up(create_app(engine))
    seller.create("/v1/gateway_accounts", an_account())
    old, aside = (told(seller, engine, status, days=91) for status in ("applied", "set_aside"))
    kept = [
        told(seller, engine, "applied", days=89),
        told(seller, engine, "dead", days=400),
        told(seller, engine, "waiting", days=91),
    ]
    before, _ = body(seller, engine, old)
    assert before is not None
    assert do_upkeep(engine, threading.Event()) == 2
    assert body(seller, engine, old) == (None, hashlib.sha256(before).digest())
    assert body(seller, engine, aside)[0] is None
    assert all(body(seller, engine, one)[0] for one in kept)
    assert seller.get(f"/v1/gateway_events/{old['id']}").json()["status"] == "applied"
    assert do_upkeep(engine, threading.Event()) == 0


def test_bodies_go_in_batches(engine: Engine) -> None:
    seller = sign_up(create_app(engine))
    for days in range(91, 96):
        told(seller, engine, "applied", days=days)
    command = ForgetEventBodies(seller.tenant, engine.clock.now(), limit=2)
    assert [forget_event_bodies(command, db=engine.db) for _ in range(4)] == [2, 2, 1, 0]


def test_an_event_without_its_body_is_replayed_and_known_again(engine: Engine) -> None:
    seller = sign_up(create_app(engine))
    event = told(seller, engine, "applied", days=91)
    forget_event_bodies(ForgetEventBodies(seller.tenant, engine.clock.now()), db=engine.db)
    again = {"id": "evt_applied_91", "type": "x", "subject": "other"}
    assert tells(seller, seller.one("gateway_accounts"), again).status_code == 200
    path = f"/v1/gateway_events/{event['id']}"
    assert seller.get(path).json()["deliveries"] == 2
    assert seller.post(f"{path}/replay").json()["status"] == "waiting"
