"""Many machines bill many shops while something is hurt; then the books are read."""

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg

from khata.db.embedded.provision import Urls, provision
from khata.db.embedded.server import EmbeddedPostgres
from khata.db.migrations.migrate import migrate
from khata.db.transaction import Database
from trials.brokers import Broker, rabbitmq, redis
from trials.harm import HARMS, Harm, Scene
from trials.machines import Machine, running
from trials.shops import NOW, open_shops, read_books

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


def try_out(plan: Plan) -> Outcome:
    """Bill with two workers and two schedulers, hurt what the plan says, and read the books."""
    with _folder() as folder, BROKERS[plan.broker](folder) as broker:
        postgres = EmbeddedPostgres(folder / "data", "18")
        urls = provision(postgres.start().url(), "trial")
        try:
            migrate(urls.owner)
            return _tried(plan, folder, broker, postgres, urls)
        finally:
            postgres.stop()


def _tried(
    plan: Plan, folder: Path, broker: Broker, postgres: EmbeddedPostgres, urls: Urls
) -> Outcome:
    db = Database(urls.app, size=4)
    shops = open_shops(db, plan.shops, plan.subscriptions)
    environment = {
        "KHATA_DATABASE_URL": urls.app,
        "KHATA_SECRET_KEY": "0123456789abcdef" * 4,
        "KHATA_BROKER_URL": broker.url,
        "KHATA_DATA_DIR": str(folder / "khata"),
    }
    workers = [Machine(["worker"], environment, folder / f"worker{n}.log") for n in (1, 2)]
    schedulers = [Machine(["scheduler"], environment, folder / f"scheduler{n}.log") for n in (1, 2)]
    scene = Scene(workers, broker, postgres, folder / "data", plan.seconds)
    began = time.monotonic()
    with running([*workers, *schedulers]):
        harmed = _hurt(HARMS[plan.harm], scene)
        drained = _drained(db, plan.patience)
    took = time.monotonic() - began
    books = read_books(db, shops)
    db.close()
    return Outcome(
        plan, books.invoices, took, max(0.0, drained - harmed) if drained else None, books.wrong
    )


def _hurt(harm: Harm, scene: Scene) -> float:
    """Hurt from the moment that the work has begun, and return when the harm was over."""
    harm(scene, threading.Event())
    return time.monotonic()


def _drained(db: Database, patience: float) -> float | None:
    """Return when nothing was due any more; None after so many seconds."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            if not _due(db):
                return time.monotonic()
        except psycopg.OperationalError:
            pass  # killed a moment ago
        time.sleep(0.25)
    return None


def _due(db: Database) -> list[UUID]:
    rows = db.ask("select tenant_id from tenants_with_due_work(%s, %s)", NOW, 1)
    return [row[0] for row in rows]


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="khata-trial-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
