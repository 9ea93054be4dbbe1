"""A worker that is told to stop finishes what it has begun, or hands it back; nothing waits."""

import os
import time

import psycopg
import pytest

from trials.brokers import RabbitMQ, Redis
from trials.machines import running
from trials.many_machines import Stage, drained, stage
from trials.shops import open_shops, read_books

HERE = {"redis": Redis.is_here(), "rabbitmq": RabbitMQ.is_here()}


@pytest.mark.parametrize("broker", ["redis", "rabbitmq"])
def test_what_outlasts_the_grace_is_handed_to_another_worker(broker: str) -> None:
    """The first shop's numbers are held by somebody: its share can neither end nor be lost."""
    if not HERE[broker] and not os.environ.get("KHATA_CI"):
        pytest.skip(f"no {broker} on this machine")
    with stage(broker) as on:
        shops = open_shops(on.db, 4, 10)
        first, second, scheduler = (
            on.machine("worker"),
            on.machine("worker"),
            on.machine("scheduler"),
        )
        with running([scheduler]), psycopg.connect(on.postgres.url("trial")) as holder:
            holder.execute("lock table invoices in exclusive mode")
            with running([first]):
                wait_for_a_share(on)
                assert first.stop() == 0
            assert books_hold_nothing(on)
            holder.rollback()
            with running([second]):
                assert drained(on.db, 100)  # sooner than lost bells are rung again, after 120 s
        books = read_books(on.db, shops)
    assert (books.invoices, books.wrong) == (40, ())


def wait_for_a_share(on: Stage) -> None:
    """Return when a worker waits for the lock that the test holds."""
    with psycopg.connect(on.postgres.url("trial"), autocommit=True) as watch:
        for _ in range(1800):
            waiting = watch.execute(
                "select from pg_stat_activity where wait_event_type = 'Lock'"
            ).fetchall()
            if waiting:
                return
            time.sleep(0.1)
    raise AssertionError("no share was begun in three minutes")


def books_hold_nothing(on: Stage) -> bool:
    with psycopg.connect(on.postgres.url("trial")) as watch:
        row = watch.execute("select count(*) from invoices").fetchone()
        return row == (0,)
