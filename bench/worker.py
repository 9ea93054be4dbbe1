"""A worker in a process of its own: it waits for the start, bills, and tells what it took."""

import json
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import gettempdir
from uuid import UUID

from bench.crowd import RUN_AT, tenants_of
from bench.processor import peak_megabytes, server_seconds
from khata.core.queues import QUEUE_OF, Queue
from khata.db.embedded.provision import Urls
from khata.db.stores.bells import Bell
from khata.db.transaction import Database
from khata.settings import Settings
from khata.usecases.billing.bill_share import SHARE, BillShare, bill_share
from khata.usecases.due_work.answer_bell import LOST_AFTER, AnswerBell, answer_bell
from khata.wiring import Engine, open_engine
from khata.worker.scheduler import MOST_BELLS


@dataclass(frozen=True, slots=True)
class WorkerRun:
    """What one worker did, from the common start to its end."""

    invoices: int
    seconds: float
    processor_seconds: float  # its own and the server's
    peak_megabytes: float
    small_done: float = 0.0  # when it last billed for one of the small tenants


def at_once(how: str, app_url: str, workers: int, *words: str) -> list[WorkerRun]:
    """Start so many workers, let them begin at one moment, and return what each took."""
    command = [sys.executable, "-m", "bench.worker", how, app_url, str(workers), *words]
    with ExitStack() as running:
        started = [
            running.enter_context(
                subprocess.Popen(
                    [*command, str(n)],
                    cwd=Path(__file__).parents[1],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for n in range(workers)
        ]
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in started:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        told = [process.communicate()[0] for process in started]
    return [WorkerRun(**json.loads(line)) for line in told]


def bill_shares(db: Database, tenants: Sequence[UUID]) -> int:
    """Bill a share of each tenant in turn until nothing is due; return how many invoices."""
    invoices, waiting = 0, list(tenants)
    while waiting:
        shares = [bill_share(BillShare(tenant, RUN_AT, "scheduler"), db=db) for tenant in waiting]
        invoices += sum(shares)
        waiting = [tenant for tenant, done in zip(waiting, shares, strict=True) if done >= SHARE]
    return invoices


def answer_bells(engine: Engine, small: frozenset[UUID]) -> float:
    """Do all the work of the queue `billing` as a scheduler and a worker do it, bell by bell.

    Returns when, by the clock of this process, there was last something to do for a small tenant.
    """
    small_done = 0.0
    bells = deque(_rung(engine))
    while bells:
        bell = bells.popleft()
        following = answer_bell(AnswerBell(bell, RUN_AT), tools=engine.tools)
        bells += [one for one in following if one.queue == Queue.BILLING]
        if bell.tenant in small:
            small_done = time.perf_counter()
        if not bells:
            bells += _rung(engine)
    return small_done


def _rung(engine: Engine) -> list[Bell]:
    kinds = [kind for kind, queue in QUEUE_OF.items() if queue is Queue.BILLING]
    rows = engine.db.ask(
        "select tenant_id, queue, lane, ring from ring_bells(%s, %s, %s, %s, %s)",
        RUN_AT,
        RUN_AT - LOST_AFTER,
        kinds,
        [Queue.BILLING.value] * len(kinds),
        MOST_BELLS,
    )
    return [Bell(*row) for row in rows]


def measured(db: Database, work: Callable[[], tuple[int, float]]) -> WorkerRun:
    """Do the work on the pool's one connection, and return what it took."""
    begin, spent = time.perf_counter(), _processor_seconds(db)
    invoices, small_done = work()
    seconds = time.perf_counter() - begin
    return WorkerRun(
        invoices,
        seconds,
        _processor_seconds(db) - spent,
        peak_megabytes(),
        max(0.0, small_done - begin),
    )


def _processor_seconds(db: Database) -> float:
    with db.before_the_wall() as connection:
        return time.process_time() + server_seconds(connection)


def main(how: str, app_url: str, workers: str, count: str, place: str) -> None:
    tenants = tenants_of([0] * int(count))
    first = int(place) * len(tenants) // int(workers)
    if how == "shares":
        db = Database(app_url, size=1)
        own = tenants[first:] + tenants[:first]  # each begins elsewhere, and helps the others
        with db.before_the_wall():  # the connection is open before the start
            pass
        _wait()
        run = measured(db, lambda: (bill_shares(db, own), 0.0))
        db.close()
    else:
        urls = Urls(app_url, app_url, app_url)
        opened = open_engine(Settings(data_dir=Path(gettempdir())), urls)
        engine = replace(opened, db=Database(app_url, size=1), clock=_Standing())
        small = frozenset(tenants[int(how) :])
        _wait()
        run = measured(engine.db, lambda: (0, answer_bells(engine, small)))
        engine.close()
        opened.db.close()
    print(json.dumps(asdict(run)))


def _wait() -> None:
    print("ready", flush=True)
    sys.stdin.readline()


class _Standing:
    """The machine's clock, stopped at the moment when all is due."""

    def now(self) -> datetime:
        return RUN_AT


if __name__ == "__main__":
    main(*sys.argv[1:])
