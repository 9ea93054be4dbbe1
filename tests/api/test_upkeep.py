"""Upkeep: keys for repeats live 30 days of the machine's time, and ended sign-ins go."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from khata.api.app import create_app
from khata.db.embedded.provision import Urls
from khata.db.stores.sessions import SESSION, Sessions
from khata.db.transaction import Database
from khata.usecases.upkeep.forget_old_keys import ForgetOldKeys, forget_old_keys
from khata.wiring import Engine
from khata.worker import upkeep
from khata.worker.upkeep import do_upkeep
from tests.api.seller import Seller, sign_up
from tests.api.stand_in import engine_on

PRODUCT = {"name": "Chai Cloud", "tax_code": "998314"}
KEY = {"Idempotency-Key": "make the product"}
NOW = datetime(2026, 1, 31, 3, 30, tzinfo=UTC)


@pytest.fixture
def engine(untouched_urls: Urls) -> Iterator[Engine]:
    """An engine of this test's own: upkeep is for all tenants that there are."""
    db = Database(untouched_urls.app)
    with engine_on(db, untouched_urls) as made:
        yield made
    db.close()


@pytest.fixture
def shops(engine: Engine) -> tuple[Seller, Seller]:
    app = create_app(engine)
    return sign_up(app), sign_up(app)


def aged(engine: Engine, shop: Seller, *, days: int) -> None:
    with engine.db.transaction(shop.tenant) as uow:
        uow.connection.execute(
            "update idempotency_keys set created_at = created_at - make_interval(days => %s)",
            [days],
        )


def keys(engine: Engine, tenant: UUID) -> int:
    with engine.db.transaction(tenant) as uow:
        row = uow.connection.execute("select count(*) from idempotency_keys").fetchone()
    assert row is not None
    return int(row[0])


def kept(engine: Engine) -> int:
    return do_upkeep(engine, threading.Event())


def test_a_key_of_29_days_replays_and_one_of_31_runs_anew(
    engine: Engine, shops: tuple[Seller, Seller]
) -> None:
    shop, _ = shops
    first = shop.post("/v1/products", PRODUCT, **KEY)
    aged(engine, shop, days=29)
    assert kept(engine) == 0
    assert shop.post("/v1/products", PRODUCT, **KEY).content == first.content
    aged(engine, shop, days=2)
    assert kept(engine) == 1
    anew = shop.post("/v1/products", PRODUCT, **KEY)
    assert anew.status_code == 201
    assert "idempotent-replayed" not in anew.headers
    assert anew.json()["id"] != first.json()["id"]


def test_each_tenant_with_old_keys_has_its_turn_and_no_other_loses_one(
    engine: Engine, shops: tuple[Seller, Seller], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = shops
    for shop in shops:
        for n in range(3):
            shop.post("/v1/products", PRODUCT, **{"Idempotency-Key": f"product {n}"})
    young = keys(engine, other.tenant)
    aged(engine, one, days=31)
    monkeypatch.setattr(upkeep, "MOST_TENANTS", 1)
    while kept(engine):
        pass
    assert (keys(engine, one.tenant), keys(engine, other.tenant)) == (0, young)
    aged(engine, other, days=40)
    assert kept(engine) == young
    assert keys(engine, other.tenant) == 0


def test_old_keys_go_in_batches_the_oldest_first(
    engine: Engine, shops: tuple[Seller, Seller]
) -> None:
    shop, _ = shops
    with engine.db.transaction(shop.tenant) as uow:
        uow.connection.execute(
            "insert into idempotency_keys (key, endpoint, fingerprint, object_id, created_at)"
            " select 'k' || n, 'POST /v1/plans', '', gen_random_uuid(),"
            " %s - make_interval(days => n) from generate_series(31, 40) n",
            [NOW],
        )
    command = ForgetOldKeys(shop.tenant, NOW, limit=4)
    gone = []
    for left in (6, 2, 0):
        gone.append(forget_old_keys(command, db=engine.db))
        with engine.db.transaction(shop.tenant) as uow:
            rows = uow.connection.execute(
                "select key from idempotency_keys where key like 'k%%'", []
            ).fetchall()
        assert sorted(row[0] for row in rows) == [f"k{n}" for n in range(31, 31 + left)]
    assert gone == [4, 4, 2]


def test_a_key_in_use_is_left_for_a_later_batch(
    engine: Engine, shops: tuple[Seller, Seller]
) -> None:
    shop, _ = shops
    shop.post("/v1/products", PRODUCT, **KEY)
    shop.post("/v1/products", PRODUCT, **{"Idempotency-Key": "another"})
    aged(engine, shop, days=31)
    with engine.db.transaction(shop.tenant) as uow:
        uow.connection.execute(
            "select 1 from idempotency_keys where key = %s for update", ["make the product"]
        )
        with ThreadPoolExecutor(1) as elsewhere:  # and it does not wait for it
            assert elsewhere.submit(kept, engine).result(30) == 1
    assert keys(engine, shop.tenant) == 1
    assert kept(engine) == 1


def test_keys_age_in_the_machines_time_also_beside_a_test_clock(
    engine: Engine, shops: tuple[Seller, Seller]
) -> None:
    shop, _ = shops
    first = shop.post("/v1/products", PRODUCT, **KEY)
    assert shop.post("/v1/test_clock", {"frozen_time": "2027-06-30T00:00:00Z"}).status_code == 201
    before = keys(engine, shop.tenant)
    assert kept(engine) == 0
    assert keys(engine, shop.tenant) == before
    assert shop.post("/v1/products", PRODUCT, **KEY).content == first.content


def test_what_fails_for_one_tenant_hinders_no_other(
    engine: Engine, shops: tuple[Seller, Seller], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = shops
    for shop in shops:
        shop.post("/v1/products", PRODUCT, **KEY)
    aged(engine, one, days=40)
    aged(engine, other, days=31)

    def broken(command: ForgetOldKeys, **how: Any) -> int:
        if command.tenant == one.tenant:
            raise ZeroDivisionError("a fault of ours")
        return forget_old_keys(command, **how)

    monkeypatch.setattr(upkeep, "forget_old_keys", broken)
    kept(engine)
    assert keys(engine, one.tenant) > 0
    assert keys(engine, other.tenant) == 0


def test_who_is_told_to_stop_begins_no_other_tenant(
    engine: Engine, shops: tuple[Seller, Seller]
) -> None:
    shop, _ = shops
    shop.post("/v1/products", PRODUCT, **KEY)
    aged(engine, shop, days=31)
    stop = threading.Event()
    stop.set()
    assert do_upkeep(engine, stop) == 0
    assert keys(engine, shop.tenant) > 0


def test_sessions_that_have_ended_and_tries_that_count_no_more_go(
    engine: Engine, shops: tuple[Seller, Seller]
) -> None:
    shop, _ = shops
    hour = timedelta(hours=1)
    with engine.db.before_the_wall() as connection:
        sessions = Sessions(connection)
        connection.execute("delete from sign_in_tries")
        row = connection.execute("select id from users order by id limit 1").fetchone()
        assert row is not None
        ended = sessions.begin(SESSION, row[0], shop.tenant, at=NOW - 2 * hour, lasts=hour)
        lasts = sessions.begin(SESSION, row[0], shop.tenant, at=NOW - 3 * hour, lasts=30 * hour)
        sessions.count_try("long ago", at=NOW - 2 * hour, window=hour)
        sessions.count_try("just now", at=NOW, window=hour)
    assert kept(engine) == 2
    with engine.db.before_the_wall() as connection:
        sessions = Sessions(connection)
        assert sessions.find(ended, at=NOW - 2 * hour) is None
        assert sessions.find(lasts, at=NOW) is not None
        assert sessions.count_try("just now", at=NOW, window=hour)[0] == 2
        assert sessions.count_try("long ago", at=NOW, window=hour)[0] == 1
