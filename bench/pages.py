"""The dashboard's pages: what the database spends on each, for a tenant with a year behind it."""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from fastapi.testclient import TestClient
from psycopg.rows import TupleRow

from bench.crowd import EMAIL, PASSWORD, RUN_AT, TENANT
from bench.ground import Ground
from bench.table import Figure, told
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.settings import Settings
from khata.usecases.tenants.sign_in import SignIn, sign_in
from khata.wiring import Engine, open_engine

YEAR = Path(__file__).with_name("year.sql")
TIMES = 9  # the median of so many views; the first ones prepare the statements
PAGES = (
    "/dashboard",
    "/dashboard/invoices",
    "/dashboard/invoices?status=overdue",
    "/dashboard/customers",
    "/dashboard/subscriptions",
    "/dashboard/payments",
    "/dashboard/books",
    "/dashboard/parked",
    "/dashboard/mails",
    "/dashboard/settings",
)
# The same as the first figures of the overview and the books, without the sums kept by day.
RAW = (
    "select currency, sum(total - amount_paid), count(*) from invoices where status = 'open'"
    " group by 1",
    "select date_trunc('month', issued_on), sum(subtotal - discount) from invoices"
    " where status not in ('draft', 'void') group by 1",
    "select debit, credit, currency, sum(amount) from postings where booked_on <= '2026-11-24'"
    " group by 1, 2, 3",
)


class Timed(psycopg.Cursor[TupleRow]):
    """A cursor that counts how long it waits for answers."""

    seconds = 0.0

    def execute(self, *words: Any, **options: Any) -> "Timed":
        begin = time.perf_counter()
        super().execute(*words, **options)
        Timed.seconds += time.perf_counter() - begin
        return self


def pages(here: Ground, invoices: int) -> Iterator[Figure]:
    """Measure every list and the overview of a tenant with so many invoices, a year of them."""
    with here.crowd(invoices // 12) as crowd, here.clone(crowd, "year") as urls:
        here.run("year", f"select set_config('khata.tenant', '{TENANT}', false)", YEAR.read_text())
        here.run("year", "vacuum (analyze)")
        with _engine(urls) as engine:
            raw = _raw(engine)
            slowest = 0.0
            for path, seconds in _viewed(engine):
                slowest = max(slowest, seconds)
                beside = f"raw scans {1e3 * raw:.0f} ms" if path == "/dashboard" else ""
                measure = f"page {path}, {invoices:,} invoices of the tenant"
                yield told(Figure(measure, f"{1e3 * seconds:.1f} ms", beside, "", "< 50 ms"))


class _engine:
    """The engine on one connection whose waits are counted, at the moment of the billing run."""

    def __init__(self, urls: Urls) -> None:
        opened = open_engine(Settings(data_dir=Path(tempfile.gettempdir())), urls)
        self._opened = opened
        self.engine = replace(opened, db=Database(urls.app, size=1), clock=_Standing())

    def __enter__(self) -> Engine:
        with self.engine.db.before_the_wall() as connection:
            connection.cursor_factory = Timed
        return self.engine

    def __exit__(self, *_: object) -> None:
        self.engine.close()
        self._opened.db.close()


class _Standing:
    def now(self) -> datetime:
        return RUN_AT


def _viewed(engine: Engine) -> Iterator[tuple[str, float]]:
    from khata.cli.serving import both_doors

    app = both_doors(engine)
    token = sign_in(SignIn(EMAIL, PASSWORD, "127.0.0.1", RUN_AT), db=engine.db)
    client = TestClient(app, cookies={"khata_session": token})
    for path in PAGES:
        spent = []
        for _ in range(TIMES):
            Timed.seconds = 0.0
            answer = client.get(path, follow_redirects=False)
            assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
            spent.append(Timed.seconds)
        yield path, median(spent)


def _raw(engine: Engine) -> float:
    with engine.db.transaction(TENANT) as uow:
        for statement in RAW * 2:
            Timed.seconds = 0.0 if statement is RAW[0] else Timed.seconds
            uow.connection.execute(statement.encode())
        return Timed.seconds
