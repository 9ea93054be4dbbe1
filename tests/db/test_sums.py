"""The sums of each day are what the rows of that day come to, whoever writes at once."""

from contextlib import ExitStack
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

import khata.db.migrations
from khata.core.invoice import InvoiceStatus
from khata.core.ledger.accounts import Account
from khata.core.ledger.posting import Entry, Posting
from khata.db.embedded.provision import Urls
from khata.db.reads.books import trial_balance
from khata.db.reads.sums import differences
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.billing.renew_due_subscriptions import (
    RenewDueSubscriptions,
    renew_due_subscriptions,
)
from tests.db.fleet import DUE, Fleet

DAY = date(2026, 11, 26)
MIGRATION = Path(khata.db.migrations.__file__).parent / "sql" / "0005_rollups.sql"


@pytest.fixture
def fleet(db: Database) -> Fleet:
    fleet = Fleet(db, 3)
    renew_due_subscriptions(RenewDueSubscriptions(fleet.tenant, DUE, DUE), db=db)
    return fleet


def entry(amount: int) -> Entry:
    id = uuid4()
    posting = Posting(Account.BANK, Account.RECEIVABLE, amount, "INR")
    return Entry(id, "paid_directly", id, DAY, (posting,))


def open_ids(uow: UnitOfWork) -> list[UUID]:
    rows = uow.connection.execute("select id from invoices where status = 'open' order by id")
    return [row[0] for row in rows]


def sums(uow: UnitOfWork) -> tuple[int, int, int, int]:
    row = uow.connection.execute(
        "select sum(count), sum(net), sum(open_count), sum(owed) from invoice_days"
    ).fetchone()
    assert row is not None
    return tuple(int(value) for value in row)  # type: ignore[return-value]


def test_each_thing_that_happens_to_an_invoice_moves_its_day(fleet: Fleet, db: Database) -> None:
    with db.transaction(fleet.tenant) as uow:
        assert differences(uow.connection) == []
        count, net, open_count, owed = sums(uow)
        assert (count, open_count) == (3, 3)
        first, second, third = open_ids(uow)
        totals = {id: one.total for id, one in uow.invoices.of([first, second, third]).items()}
        each = net // 3
        uow.invoices.pay(first, 100, DUE)
        assert sums(uow) == (3, net, 3, owed - 100)
        uow.invoices.pay(first, totals[first] - 100, DUE)
        assert sums(uow) == (3, net, 2, owed - totals[first])
        uow.invoices.close(second, InvoiceStatus.VOID, DUE)
        assert sums(uow) == (2, net - each, 1, totals[third])
        uow.invoices.close(third, InvoiceStatus.UNCOLLECTIBLE, DUE)
        assert sums(uow) == (2, net - each, 0, 0)
        assert differences(uow.connection) == []


def test_writers_at_once_do_not_wait_for_each_other(fleet: Fleet, db: Database) -> None:
    before = _balance(fleet, db)
    with ExitStack() as all_open:
        for n in range(1, 9):
            uow = all_open.enter_context(db.transaction(fleet.tenant))
            uow.connection.execute("set local lock_timeout = '100ms'")
            uow.books.post([entry(n)], DUE)
    assert _balance(fleet, db) == before + 36
    with db.transaction(fleet.tenant) as uow:
        uow.books.post([entry(5)], DUE)
        assert differences(uow.connection) == []
        slots = uow.connection.execute(
            "select count(*) from posting_days where debit = 'bank'"
        ).fetchone()
    assert slots == (8,)  # one for each writer at once, and the first again for the next


def _balance(fleet: Fleet, db: Database) -> int:
    with db.transaction(fleet.tenant) as uow:
        banks = [row for row in trial_balance(uow.connection, DAY) if row.account == "bank"]
        return sum(row.debit for row in banks)


def test_what_is_rolled_back_is_not_summed(fleet: Fleet, db: Database) -> None:
    with db.transaction(fleet.tenant) as uow:
        before = trial_balance(uow.connection, DAY)
        with uow.connection.transaction(force_rollback=True):
            uow.books.post([entry(7)], DUE)
        assert trial_balance(uow.connection, DAY) == before
        uow.books.post([entry(7)], DUE)
        assert trial_balance(uow.connection, DAY) != before
        assert differences(uow.connection) == []


def test_a_sum_that_is_wrong_is_told(fleet: Fleet, db: Database) -> None:
    with db.transaction(fleet.tenant) as uow, uow.connection.transaction(force_rollback=True):
        uow.connection.execute("update posting_days set amount = amount + 1")
        uow.connection.execute("update invoice_days set owed = 0")
        told = differences(uow.connection)
    assert any("deferred_revenue" in line for line in told)
    assert any("invoices due on" in line for line in told)


def test_the_migration_sums_what_there_was(fleet: Fleet, db: Database, urls: Urls) -> None:
    filling = "do $$" + MIGRATION.read_text().split("do $$")[1]
    with psycopg.connect(urls.owner) as owner:
        owner.execute("select set_config('khata.tenant', %s, true)", [str(fleet.tenant)])
        kept = _all(owner)
        assert kept
        owner.execute("truncate posting_days, invoice_days")
        owner.execute(filling.encode())
        owner.execute("select set_config('khata.tenant', %s, true)", [str(fleet.tenant)])
        assert differences(owner) == []
        assert _all(owner) == kept
        owner.rollback()


def _all(owner: psycopg.Connection) -> list[tuple[object, ...]]:
    return owner.execute(
        "select booked_on, debit, credit, currency, sum(count), sum(amount) from posting_days"
        " where tenant_id = current_tenant() group by 1, 2, 3, 4 order by 1, 2, 3, 4"
    ).fetchall()
