"""Closing a month on a real PostgreSQL: in batches, at once, and while an invoice is voided."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from datetime import UTC, date, datetime
from functools import partial
from uuid import UUID

import psycopg
import pytest

from khata.core.ids import new_id
from khata.core.ledger.booking import revenue_recognized
from khata.core.ledger.recognition import earned_until
from khata.db.stores.recognition import Recognition
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.billing.run_billing import RunBilling, run_billing
from khata.usecases.invoices.void_invoice import VoidInvoice, void_invoice
from khata.usecases.ledger.close_month import CloseMonth, close_month
from tests.db.crowd import at_once
from tests.db.fleet import DUE, Fleet

MARCH = datetime(2025, 3, 1, 4, tzinfo=UTC)
APRIL = datetime(2025, 4, 1, 4, tzinfo=UTC)
# Of 10 February to 10 March, 19 of 28 days are February's: 1,000.00 × 19 / 28 = 678.571
FEBRUARY = 67_857


@pytest.fixture
def fleet(db: Database) -> Fleet:
    """Thirty invoices of 1,000.00 for 10 February to 10 March; January is closed."""
    fleet = Fleet(db, 30)
    run_billing(RunBilling(fleet.tenant, new_id(DUE), date(2025, 2, 10), DUE, "scheduler"), db=db)
    assert close_month(CloseMonth(fleet.tenant, DUE), db=db) == 1
    return fleet


def close(fleet: Fleet, at: datetime, batch: int = 2000) -> int:
    return close_month(CloseMonth(fleet.tenant, at, batch), db=fleet.db)


def earned(fleet: Fleet) -> list[tuple[date, int, int]]:
    """By month: its end, how many lines, and what they earned."""
    return [
        (end, lines, amount)
        for end, lines, amount in fleet.rows(
            "select month_end, count(*), sum(amount)::bigint from recognitions"
            " group by 1 order by 1"
        )
    ]


def revenue(fleet: Fleet) -> int:
    amount: int = fleet.one(
        "select coalesce(sum(case when credit = 'revenue' then amount"
        " when debit = 'revenue' then -amount else 0 end), 0)::bigint from postings"
    )
    return amount


@pytest.mark.parametrize("batch", [1, 7, 2000])
def test_the_months_of_a_line_add_up_whatever_the_batch(fleet: Fleet, batch: int) -> None:
    assert close(fleet, MARCH, batch) == 1
    assert close(fleet, MARCH, batch) == 0
    assert revenue(fleet) == 30 * FEBRUARY
    assert close(fleet, APRIL, batch) == 1
    assert earned(fleet) == [
        (date(2025, 3, 1), 30, 30 * FEBRUARY),
        (date(2025, 4, 1), 30, 30 * (100_000 - FEBRUARY)),
    ]
    assert revenue(fleet) == 30 * 100_000
    assert fleet.one("select count(*) from invoice_lines where recognized_until < period_end") == 0


def test_many_who_close_one_month_close_it_once(fleet: Fleet) -> None:
    at_once([partial(close, fleet, MARCH, 4)] * 4)
    assert earned(fleet) == [(date(2025, 3, 1), 30, 30 * FEBRUARY)]
    assert revenue(fleet) == 30 * FEBRUARY
    closed = "select facts ->> 'month_end' from events where type = 'month.closed' order by 1"
    assert fleet.rows(closed) == [("2025-02-01",), ("2025-03-01",)]


def test_who_voids_while_a_month_is_closed_reverses_what_it_earned(
    fleet: Fleet, superuser_url: str
) -> None:
    invoice = fleet.one("select id from invoices order by id limit 1")
    with ThreadPoolExecutor(1) as pool:
        with fleet.db.transaction(fleet.tenant) as uow:
            recognition = Recognition(uow.connection)
            lines = recognition.take_unearned(date(2025, 3, 1), limit=1)
            assert [line.invoice_id for line in lines] == [invoice]
            earned = [earned_until(date(2025, 3, 1), line) for line in lines]
            amounts = [("INR", part.amount) for part in earned]
            id = new_id(MARCH)
            entry = revenue_recognized(id=id, source_id=id, on=date(2025, 2, 28), amounts=amounts)
            assert entry is not None
            uow.books.post([entry], MARCH)
            recognition.store(earned, month_end=date(2025, 3, 1), entry_id=id)
            voiding = begin(pool, partial(void, fleet, invoice), uow, superuser_url)
            assert not voiding.done()
        voiding.result()
    assert revenue(fleet) == 0
    assert close(fleet, MARCH) == 1
    assert revenue(fleet) == 29 * FEBRUARY


def test_who_closes_a_month_waits_for_a_void_that_may_be_broken_off(
    fleet: Fleet, superuser_url: str
) -> None:
    invoice = fleet.one("select id from invoices order by id offset 3 limit 1")
    with ThreadPoolExecutor(1) as pool:
        with suppress(BrokenOff), fleet.db.transaction(fleet.tenant) as uow:
            Recognition(uow.connection).end(invoice)
            closing = begin(pool, partial(close, fleet, MARCH), uow, superuser_url)
            assert not closing.done()
            raise BrokenOff
        assert closing.result() == 1
    assert revenue(fleet) == 30 * FEBRUARY  # nothing was left over for a later month
    void(fleet, invoice)
    assert revenue(fleet) == 29 * FEBRUARY
    assert close(fleet, APRIL) == 1
    assert revenue(fleet) == 29 * 100_000


class BrokenOff(Exception):
    """The process that was voiding died."""


def void(fleet: Fleet, invoice: UUID) -> int:
    return void_invoice(VoidInvoice(fleet.tenant, invoice, MARCH), db=fleet.db).total


def begin(
    pool: ThreadPoolExecutor, work: "partial[int]", holder: UnitOfWork, superuser_url: str
) -> "Future[int]":
    """Begin the work on its thread and return when it waits for a lock that `holder` has."""
    begun = pool.submit(work)
    pause = threading.Event()
    holds = holder.connection.info.backend_pid
    with watching(superuser_url) as watcher:
        for _ in range(3_000):
            waiting = watcher.execute(
                "select count(*) from pg_stat_activity where %s = any(pg_blocking_pids(pid))",
                [holds],
            ).fetchone()
            if begun.done() or (waiting is not None and waiting[0] > 0):
                return begun
            pause.wait(0.01)
    raise AssertionError("it never came to wait")


def watching(superuser_url: str) -> AbstractContextManager["psycopg.Connection[tuple[int]]"]:
    return psycopg.connect(superuser_url, autocommit=True)
