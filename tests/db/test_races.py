"""Many schedulers and workers at once: every period is billed once, and every rupee is booked."""

import threading
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from obstore.store import MemoryStore
from psycopg import sql

from khata.adapters.files.object_files import ObjectFiles
from khata.adapters.gateways.fake import FakeGateway
from khata.adapters.mail.nowhere import KeptOnly
from khata.adapters.pdf.typst_renderer import TypstRenderer
from khata.core import together
from khata.core.ids import new_id
from khata.core.renewal import Due, Renewal
from khata.core.renewal import renew as truly_renew
from khata.db.embedded.provision import Urls, provision
from khata.db.migrations.migrate import migrate
from khata.db.transaction import Database
from khata.ports.gateways import WithoutAccounts
from khata.settings import Settings
from khata.usecases.billing.run_billing import RunBilling, run_billing
from khata.usecases.due_work.do_due_work import DoDueWork, do_due_work
from khata.wiring import Engine
from khata.worker.loop import run_once
from tests.db.crowd import at_once
from tests.db.fleet import DUE, Fleet

SIZE = 2_000


class Midnight:
    """The machine's clock, stopped at the moment when all is due."""

    def now(self) -> Any:
        return DUE


@pytest.fixture(scope="module")
def own(superuser_url: str) -> Iterator[Urls]:
    """A database of this module's own: who looks for due work finds only what is due here."""
    name = f"races_{uuid4().hex}"
    urls = provision(superuser_url, name)
    migrate(urls.owner)
    yield urls
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def engine(own: Urls) -> Iterator[Engine]:
    gateway = FakeGateway(own.app)
    engine = Engine(
        settings=Settings(),
        db=Database(own.app, size=24),
        clock=Midnight(),
        gateways=WithoutAccounts({"fake": gateway}),
        pdf=TypstRenderer(),
        files=ObjectFiles(MemoryStore()),
        mailer=KeptOnly(),
        closing=(gateway,),
    )
    yield engine
    engine.close()


def bill(engine: Engine, tenant: UUID) -> int:
    command = RunBilling(tenant, new_id(DUE), date(2025, 2, 10), DUE, "scheduler", batch=50)
    return run_billing(command, db=engine.db).invoices


def work(engine: Engine, tenant: UUID) -> int:
    do_due_work(DoDueWork(tenant, DUE), tools=engine.tools)
    return 0


def look(engine: Engine) -> int:
    run_once(engine, threading.Event())
    return 0


def test_two_schedulers_and_four_workers_bill_each_period_once(engine: Engine) -> None:
    fleet = Fleet(engine.db, SIZE)
    crowd: list[Callable[[], int]] = [
        *[partial(look, engine)] * 2,
        *[partial(bill, engine, fleet.tenant)] * 3,
        partial(work, engine, fleet.tenant),
    ]
    at_once(crowd)
    do_due_work(DoDueWork(fleet.tenant, DUE), tools=engine.tools)  # what the last left to others
    assert fleet.one("select count(*) from invoices") == SIZE
    assert fleet.one("select count(distinct (subscription_id, period_start)) from invoices") == SIZE
    assert gapless(fleet)
    assert fleet.one("select sum(total)::bigint from invoices") == SIZE * 118_000
    assert receivable(fleet) == SIZE * 118_000
    assert fleet.one("select count(*) from parked") == 0
    assert fleet.one("select count(*) from events where reacted_at is null") == 0
    assert fleet.rows("select distinct period_start, next_billing_at from subscriptions") == [
        (date(2025, 2, 10), DUE.replace(month=3))
    ]
    assert fleet.one("select sum(invoices)::bigint from billing_runs") == SIZE


def test_what_is_billed_in_a_crowd_is_paid_once(engine: Engine) -> None:
    fleet = Fleet(engine.db, 120, by_card=True)
    at_once([partial(work, engine, fleet.tenant)] * 5 + [partial(look, engine)])
    do_due_work(DoDueWork(fleet.tenant, DUE), tools=engine.tools)
    assert fleet.rows("select status, count(*) from invoices group by 1") == [("paid", 120)]
    assert fleet.rows("select status, number, count(*) from attempts group by 1, 2") == [
        ("succeeded", 1, 120)
    ]
    assert gapless(fleet)
    assert receivable(fleet) == 0


def test_a_culprit_in_a_crowd_is_parked_and_nobody_else(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = Fleet(engine.db, 200)
    culprit = fleet.one("select id from subscriptions order by id offset 77 limit 1")

    def renew(due: Due, **how: Any) -> Renewal:
        if due.subscription.id == culprit:
            raise ZeroDivisionError
        return truly_renew(due, **how)

    monkeypatch.setattr(together, "renew", renew)
    at_once([partial(bill, engine, fleet.tenant)] * 4)
    assert fleet.rows("select subject_id, code from parked") == [(culprit, "renewal_failed")]
    assert fleet.one("select count(*) from invoices") == 199
    assert gapless(fleet)


def gapless(fleet: Fleet) -> bool:
    """Whether the numbers are 1 to n, each once, and the counter says n."""
    counts = "select count(*), min(sequence), max(sequence), count(distinct number) from invoices"
    [(count, first, last, numbers)] = fleet.rows(counts)
    drawn = fleet.one("select last_number from number_counters")
    return (first, last, numbers, drawn) == (1, count, count, count)


def receivable(fleet: Fleet) -> int:
    amount: int = fleet.one(
        "select coalesce(sum(case when debit = 'receivable' then amount"
        " when credit = 'receivable' then -amount else 0 end), 0)::bigint from postings"
    )
    return amount
