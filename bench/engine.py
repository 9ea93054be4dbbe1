"""The engine's billing run, in a process of its own so that its memory is its own."""

import gc
import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import TupleRow

from bench.crowd import RUN_AT, RUN_ON, TENANT
from bench.processor import peak_megabytes, server_seconds
from khata.core.ids import new_id
from khata.db.stores.due import DueWork
from khata.db.transaction import Database
from khata.usecases.billing.renew_due_subscriptions import decide, store
from khata.usecases.billing.run_billing import RunBilling, run_billing
from khata.usecases.due_work.react_to_events import ReactToEvents, react_to_events


@dataclass(frozen=True, slots=True)
class EngineRun:
    """What one run took. `shares` are percents of its time by step, where they were asked for."""

    invoices: int
    seconds: float
    processor_seconds: float  # ours and the server's
    peak_megabytes: float
    statements: int
    shares: Mapping[str, float]


class Counted(psycopg.Cursor[TupleRow]):
    """A cursor that counts what it is told to execute."""

    statements = 0

    def execute(self, *words: Any, **options: Any) -> "Counted":
        Counted.statements += 1
        super().execute(*words, **options)
        return self


def in_own_process(app_url: str, how: str = "whole") -> EngineRun:
    """Run `khata`'s billing on the crowd behind `app_url`, and return what it took."""
    command = [sys.executable, "-m", "bench.engine", app_url, how]
    done = subprocess.run(
        command,
        cwd=Path(__file__).parents[1],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return EngineRun(**json.loads(done.stdout))


def whole_run(db: Database) -> EngineRun:
    """Time `run_billing` itself, from its first statement to its last."""
    begin, spent = time.perf_counter(), _processor_seconds(db)
    run = run_billing(_command(), db=db)
    seconds = time.perf_counter() - begin
    spent = _processor_seconds(db) - spent
    return EngineRun(run.invoices, seconds, spent, peak_megabytes(), Counted.statements, {})


def run_and_reactions(db: Database) -> EngineRun:
    """Time the run and what follows from its invoices: payments, mails, and wishes for IRNs."""
    begin = time.perf_counter()
    run = run_billing(_command(), db=db)
    while react_to_events(ReactToEvents(TENANT, RUN_AT), db=db):
        pass
    seconds = time.perf_counter() - begin
    return EngineRun(run.invoices, seconds, 0.0, peak_megabytes(), Counted.statements, {})


def run_by_step(db: Database) -> EngineRun:
    """Time the steps of the same batches: take, decide, store, commit."""
    gc.disable()  # as a batch does for itself
    spent = dict.fromkeys(("take", "decide", "store", "commit"), 0.0)
    invoices = 0
    taken: list[Any] = [None]
    while taken:
        begin = time.perf_counter()
        with db.transaction(TENANT) as uow:
            taken = DueWork(uow.connection).take_due(RUN_AT, limit=_command().batch)
            took = time.perf_counter()
            renewals, refused = decide(uow, taken, at=RUN_AT, issued_on=None)
            assert not refused
            decided = time.perf_counter()
            store(uow, renewals, RUN_AT)
            stored = time.perf_counter()
        spent["take"] += took - begin
        spent["decide"] += decided - took
        spent["store"] += stored - decided
        spent["commit"] += time.perf_counter() - stored
        invoices += len(renewals)
    seconds = sum(spent.values())
    shares = {step: 100 * part / seconds for step, part in spent.items()}
    return EngineRun(invoices, seconds, 0.0, peak_megabytes(), Counted.statements, shares)


def _processor_seconds(db: Database) -> float:
    with db.before_the_wall() as connection:
        return time.process_time() + server_seconds(connection)


def _command() -> RunBilling:
    return RunBilling(TENANT, new_id(RUN_AT), RUN_ON, RUN_AT, "cli")


_HOW = {"whole": whole_run, "by_step": run_by_step, "reactions": run_and_reactions}


def main(app_url: str, how: str) -> None:
    db = Database(app_url, size=1)
    with db.before_the_wall() as connection:  # the pool's only one: all goes through it
        connection.cursor_factory = Counted
    measured = _HOW[how](db)
    db.close()
    print(json.dumps(asdict(measured)))


if __name__ == "__main__":
    main(*sys.argv[1:])
