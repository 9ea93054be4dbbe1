"""Many machines bill many shops while something is hurt; then the books are read."""

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from khata.db.embedded.provision import provision
from khata.db.embedded.server import EmbeddedPostgres
from khata.db.migrations.migrate import migrate
from khata.db.transaction import Database
from trials.brokers import Broker, rabbitmq, redis
from trials.harm import HARMS, Scene
from trials.machines import Machine, running
from trials.shops import NOW, let_days_pass, open_shops, read_books

BROKERS: dict[str, Callable[[Path], AbstractContextManager[Broker]]] = {
    "redis": redis,
    "rabbitmq": rabbitmq,
}


@dataclass(frozen=True)
class Plan:
    """A trial: what is billed, on which broker, and what is hurt for how many seconds."""

    broker: str
    harm: str
    shops: int = 200
    subscriptions: int = 50
    seconds: float = 60
    patience: float = 300  # from the end of the harm
    lost_after: int = 120  # seconds, as by default


@dataclass(frozen=True)
class Outcome:
    """`drained_after` counts from the end of the harm; None: not within the patience."""

    plan: Plan
    invoices: int
    took: float
    drained_after: float | None
    wrong: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        due = self.plan.shops * self.plan.subscriptions
        return not self.wrong and self.drained_after is not None and self.invoices == due


@dataclass(frozen=True)
class Stage:
    """What a trial plays on; `environment` is what khata's processes are told."""

    folder: Path
    broker: Broker
    postgres: EmbeddedPostgres
    db: Database
    environment: Mapping[str, str]

    def machine(self, *words: str) -> Machine:
        """Return a process of khata that is not started yet."""
        return Machine(words, self.environment, self.folder / f"{'-'.join(words)}.log")


def try_out(plan: Plan) -> Outcome:
    """Bill with two workers and two schedulers, hurt what the plan says, and read the books."""
    with stage(plan.broker, plan.lost_after) as on:
        shops = open_shops(on.db, plan.shops, plan.subscriptions)
        workers = [on.machine("worker") for _ in range(2)]
        schedulers = [on.machine("scheduler") for _ in range(2)]
        scene = Scene(workers, on.broker, on.postgres, on.folder / "data", plan.seconds)
        began = time.monotonic()
        with running([*workers, *schedulers]):
            HARMS[plan.harm](scene, threading.Event())
            harmed = time.monotonic()
            is_drained = drained(on.db, plan.patience, kept=[*workers, *schedulers])
            ended = time.monotonic()
            # What was cut off in mid-call is asked about when its time has come; an ask may be
            # cut off too (it finds a connection dead), and is then made again the day after.
            for days in (1, 2, 3):
                later = let_days_pass(on.db, shops, days)
                is_drained = drained(on.db, plan.patience, at=later) and is_drained
        books = read_books(on.db, shops)
        after = ended - harmed if is_drained else None
        return Outcome(plan, books.invoices, ended - began, after, books.wrong)


@contextmanager
def stage(broker: str, lost_after: int = 120) -> Iterator[Stage]:
    """Set up a PostgreSQL and a broker of the trial's own, and take them down again."""
    with folder_for_all() as folder, BROKERS[broker](folder) as on:
        postgres = EmbeddedPostgres(folder / "data", "18")
        urls = provision(postgres.start().url(), "trial")
        migrate(urls.owner)
        db = Database(urls.app, size=4)
        environment = {
            "KHATA_DATABASE_URL": urls.app,
            "KHATA_SECRET_KEY": "0123456789abcdef" * 4,
            "KHATA_BROKER_URL": on.url,
            "KHATA_DATA_DIR": str(folder / "khata"),
            "KHATA_GRACE_SECONDS": "3",
            "KHATA_BELL_LOST_AFTER": str(lost_after),
        }
        try:
            yield Stage(folder, on, postgres, db, environment)
        finally:
            db.close()
            postgres.stop()


def drained(
    db: Database, patience: float, *, at: datetime = NOW, kept: Sequence[Machine] = ()
) -> bool:
    """Wait until nothing is due any more; False after so many seconds.

    Of `kept`, what has ended by itself is started again, as whoever keeps containers does.
    """
    until = time.monotonic() + patience
    while time.monotonic() < until:
        for machine in kept:
            if machine.has_ended():
                machine.start()
        try:
            if not db.ask("select tenant_id from tenants_with_due_work(%s, %s)", at, 1):
                return True
        except psycopg.OperationalError:
            pass  # killed a moment ago
        time.sleep(0.25)
    return False


@contextmanager
def folder_for_all() -> Iterator[Path]:
    """Make a folder that the servers' own users can reach, and remove it."""
    folder = Path(tempfile.mkdtemp(prefix="khata-trial-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
