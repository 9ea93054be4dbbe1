"""Figures that cross tenants: what is late, waiting, dunned and parked, and books that are off."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from khata.core.ids import new_id
from khata.db.embedded.provision import Urls
from khata.db.reads.figures import (
    START,
    Figure,
    books_checked,
    figures_known,
    new_books_checked,
)
from khata.db.stores.parked import ParkedWork
from khata.db.transaction import Database
from khata.usecases.billing.run_billing import RunBilling, run_billing
from khata.usecases.webhooks.queue_deliveries import queue_deliveries
from tests.db.fleet import BEFORE, DUE, Fleet


@pytest.fixture
def alone(untouched_urls: Urls) -> Iterator[Database]:
    """A database in which nobody else trades."""
    database = Database(untouched_urls.app)
    yield database
    database.close()


def at_rest(fleet: Fleet) -> Fleet:
    """The fleet's months are closed later: they are none of this story."""
    for tenant in (fleet.tenant, fleet.live):
        with fleet.db.transaction(tenant) as uow:
            uow.tenants.close_next_at(DUE + timedelta(days=20))
    return fleet


def figures(db: Database, at: datetime) -> dict[str, float]:
    found = figures_known(db, at)
    return {f"{one.name} {one.label}".strip(): one.value for one in found}


def bill(fleet: Fleet, at: datetime = DUE) -> None:
    run_billing(RunBilling(fleet.tenant, new_id(at), None, at, "cli"), db=fleet.db)


def test_where_nobody_trades_all_is_quiet(alone: Database) -> None:
    assert figures(alone, DUE) == {
        "billing_run_lag_seconds": 0,
        "outbox_oldest_seconds": 0,
        "outbox_pending": 0,
        "dunning_open": 0,
        "workers_alive": 0,
        "stream_pending": 0,
        "stream_oldest_seconds": 0,
        "webhook_oldest_pending_seconds": 0,
        "webhook_endpoints_disabled": 0,
    }


def test_news_that_waits_to_leave_is_told_by_its_oldest(alone: Database) -> None:
    fleet = at_rest(Fleet(alone, 3))
    bill(fleet)
    with alone.transaction(fleet.tenant) as uow:
        uow.connection.execute(
            """insert into webhook_endpoints (id, url, events, secret, status, disabled_at,
                 disabled_because, created_at)
               values (gen_random_uuid(), 'https://one.example', '{*}', '', 'enabled',
                       null, null, %(at)s),
                      (gen_random_uuid(), 'https://two.example', '{*}', '', 'disabled',
                       %(at)s, 'gone', %(at)s)""",
            {"at": DUE},
        )
        events = uow.events.take_waiting(DUE, limit=100)
        uow.stream.add([event.id for event in events], DUE)
        queue_deliveries(uow, events, DUE)
    found = figures(alone, DUE + timedelta(seconds=40))
    assert found["stream_pending"] == len(events) > 0
    assert found["stream_oldest_seconds"] == 40
    assert found["webhook_oldest_pending_seconds"] == 40
    assert found["webhook_endpoints_disabled"] == 1


def test_what_is_due_is_late_by_its_oldest_until_it_is_billed(alone: Database) -> None:
    fleet = at_rest(Fleet(alone, 3))
    assert figures(alone, DUE)["billing_run_lag_seconds"] == 0
    an_hour_later = DUE + timedelta(hours=1)
    assert figures(alone, an_hour_later)["billing_run_lag_seconds"] == 3600
    bill(fleet, an_hour_later)
    found = figures(alone, an_hour_later + timedelta(seconds=90))
    assert found["billing_run_lag_seconds"] == 0
    assert found["outbox_pending"] > 0
    assert found["outbox_oldest_seconds"] == 90


def test_who_lives_on_a_test_clock_is_never_late(alone: Database) -> None:
    fleet = at_rest(Fleet(alone, 2))
    with alone.transaction(fleet.tenant) as uow:
        uow.clocks.add(new_id(BEFORE), DUE, BEFORE)
    found = figures(alone, DUE + timedelta(days=400))
    assert found["billing_run_lag_seconds"] == 0


def test_payments_that_failed_and_are_tried_again_are_counted(alone: Database) -> None:
    fleet = at_rest(Fleet(alone, 3, by_card=True))
    bill(fleet)
    with alone.transaction(fleet.tenant) as uow:
        uow.connection.execute(
            """insert into payments (id, invoice_id, customer_id, amount, currency, status,
                 decline_count, created_at)
               select gen_random_uuid(), id, customer_id, total, currency,
                      case when row_number() over (order by id) = 3 then 'given_up'
                           else 'scheduled' end, row_number() over (order by id) - 1, issued_on
                 from invoices""",
        )
    assert figures(alone, DUE)["dunning_open"] == 1  # one never failed, one was given up


def test_parked_work_is_counted_by_its_kind_until_it_is_released(alone: Database) -> None:
    fleet = at_rest(Fleet(alone, 1))
    works = [
        ParkedWork(kind, new_id(BEFORE), "broken", "why", None) for kind in ("mail", "mail", "job")
    ]
    with alone.transaction(fleet.tenant) as uow:
        uow.parked.add(works, BEFORE)
        uow.parked.end("job", [works[2].subject_id], BEFORE)
    found = figures(alone, DUE)
    assert {k: v for k, v in found.items() if k.startswith("parked")} == {"parked_work mail": 2}


def test_a_worker_counts_as_alive_for_a_minute(alone: Database) -> None:
    with alone.before_the_wall() as connection:
        for kind, seconds in (("worker", 59), ("worker", 61), ("scheduler", 1), ("up", 1)):
            connection.execute(
                """insert into processes (id, kind, host, started_at, seen_at)
                   values (gen_random_uuid(), %s, 'here', %s, %s)""",
                [kind, BEFORE, DUE - timedelta(seconds=seconds)],
            )
    assert figures(alone, DUE)["workers_alive"] == 2


def test_a_question_that_is_added_is_asked(alone: Database, untouched_urls: Urls) -> None:
    with psycopg.connect(untouched_urls.owner, autocommit=True) as connection:
        for name in ("figures_of_moons", "figures_of_secrets"):
            connection.execute(
                f"create function {name}(at timestamptz)"
                " returns table (name text, label text, value double precision) language sql stable"
                f" as $$ select '{name}', 'full', 2::float8 $$".encode()
            )
            connection.execute(f"revoke all on function {name}(timestamptz) from public".encode())
        connection.execute("grant execute on function figures_of_moons(timestamptz) to khata_app")
    found = figures(alone, DUE)
    assert found["figures_of_moons full"] == 2
    assert "figures_of_secrets full" not in found


def test_the_books_of_billed_invoices_are_not_off(alone: Database) -> None:
    fleet = at_rest(Fleet(alone, 7))
    bill(fleet)
    walked, place = [], START_OF_ALL
    while True:
        step = books_checked(alone, place, at_most=3)
        walked.append((step.off, step.invoices))
        if step.place is None:
            break
        place = step.place
    assert walked == [(0, 3), (0, 3), (0, 1)]
    assert new_books_checked(alone, DUE, at_most=100) == 0


START_OF_ALL = (START, START)


@pytest.mark.parametrize(
    ("harm", "off"),
    [
        ("update invoices set total = total + 5, tax = tax + 5 where id = %(id)s", 5),
        ("update invoices set amount_paid = 118000, status = 'paid' where id = %(id)s", 118_000),
        ("update invoices set status = 'void' where id = %(id)s", 118_000),
        (
            """with entry as (insert into entries (id, kind, source_id, booked_on, created_at)
                 values (gen_random_uuid(), 'paid_directly', %(id)s, '2025-02-10', %(at)s)
                 returning id)
               insert into postings (entry_id, position, booked_on, debit, credit, amount, currency)
               select id, 0, '2025-02-10', 'bank', 'receivable', 700, 'INR' from entry""",
            700,
        ),
    ],
)
def test_what_rows_and_books_do_not_say_alike_is_found(
    harm: str, off: int, alone: Database
) -> None:
    fleet = at_rest(Fleet(alone, 2))
    bill(fleet)
    [(first,), _] = fleet.rows("select id from invoices order by id")
    with alone.transaction(fleet.tenant) as uow:
        uow.connection.execute(harm.encode(), {"id": first, "at": DUE})
    assert books_checked(alone, START_OF_ALL, at_most=100).off == off
    assert books_checked(alone, (fleet.tenant, first), at_most=100).off == 0  # the other one
    assert new_books_checked(alone, DUE + timedelta(seconds=59), at_most=100) == off
    assert new_books_checked(alone, DUE + timedelta(seconds=61), at_most=100) == 0


def test_an_invoice_without_any_entry_is_found(alone: Database, untouched_urls: Urls) -> None:
    fleet = at_rest(Fleet(alone, 1))
    bill(fleet)
    superuser = untouched_urls.owner
    with psycopg.connect(superuser) as connection:  # who owns the tables can do what we cannot
        connection.execute("select set_config('khata.tenant', %s, true)", [str(fleet.tenant)])
        connection.execute("delete from postings")
        connection.execute("delete from entries")
    assert books_checked(alone, START_OF_ALL, at_most=100).off == 118_000


@pytest.mark.parametrize("question", ["figures_of_work", "books_checked", "new_books_checked"])
def test_a_question_tells_sums_and_never_whose(question: str, urls: Urls) -> None:
    with psycopg.connect(urls.owner) as connection:
        [(arguments,)] = connection.execute(
            "select pg_get_function_result(p.oid) from pg_proc p where proname = %s", [question]
        ).fetchall()
    told = set(arguments.removeprefix("TABLE(").removesuffix(")").split(", "))
    assert told <= {
        *("name text", "label text", "value double precision"),
        *("off numeric", "invoices bigint", "last_tenant uuid", "last_invoice uuid"),
    }


def test_figures_ask_through_indexes_only(urls: Urls) -> None:
    """No figure may read a whole table that grows: the plans of the parts say so."""
    asked = {
        "select min(next_billing_at) from subscriptions where tenant_id = %(t)s"
        " and next_billing_at is not null": "subscriptions_due",
        "select min(at) from events where tenant_id = %(t)s"
        " and reacted_at is null": "events_waiting",
        "select from payments where decline_count > 0 and status in ('scheduled', 'processing')"
        " limit 100000": "payments_dunned",
        "select tenant_id, id from invoices where (tenant_id, id) > (%(t)s, %(t)s)"
        " order by tenant_id, id limit 1000": "invoices_pkey",
    }
    with psycopg.connect(urls.owner) as connection:
        connection.execute("set enable_seqscan = off; set enable_bitmapscan = off")
        for question, index in asked.items():
            plan = connection.execute(f"explain {question}".encode(), {"t": UUID(int=0)}).fetchall()
            assert index in str(plan), question


@pytest.mark.parametrize("question", ["figures_of_work", "books_checked", "new_books_checked"])
def test_a_question_does_not_lean_on_what_the_planner_believes(question: str, urls: Urls) -> None:
    with psycopg.connect(urls.owner) as connection:
        [(settings,)] = connection.execute(
            "select proconfig from pg_proc where proname = %s", [question]
        ).fetchall()
    assert {"enable_seqscan=off", "enable_hashjoin=off", "enable_mergejoin=off"} <= set(settings)


def test_a_figure_that_has_no_name_here_is_not_told() -> None:
    from khata.worker.standing_figures import families

    told = list(families([Figure("unheard_of", "", 1.0), Figure("parked_work", "mail", 2.0)]))
    assert "unheard_of" not in {one.name for one in told}
    [parked] = [one for one in told if one.name == "parked_work"]
    assert [(one.labels, one.value) for one in parked.samples] == [({"kind": "mail"}, 2.0)]
