"""Webhooks on trial: a receiver that fails at random, and relays that are killed with -9."""

import random
import shutil
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import orjson
import psycopg

from khata.adapters.clock import SystemClock
from khata.adapters.vault import AesVault
from khata.adapters.webhooks import HttpWebhookSender
from khata.core.addresses import read_networks
from khata.core.events import InvoiceVoided
from khata.core.ids import new_id, public_id
from khata.core.places import Address
from khata.db.embedded.provision import provision
from khata.db.embedded.server import EmbeddedPostgres
from khata.db.migrations.migrate import migrate
from khata.db.transaction import Database
from khata.usecases.due_work.react_to_events import ReactToEvents, react_to_events
from khata.usecases.tenants.open_account import OpenAccount, open_account
from khata.usecases.webhooks.create_webhook_endpoint import (
    CreateWebhookEndpoint,
    create_webhook_endpoint,
)
from khata.usecases.webhooks.tools import WebhookTools
from tests.webhooks.receiver import Received, Receiver, receiving
from trials.machines import Machine, running

SECRET = "0123456789abcdef" * 4
HERE = "127.0.0.0/8"
OF_A_SUBJECT = 5  # events
SEED = 20_260_228


@dataclass(frozen=True)
class Plan:
    """How much is told, how often the receiver fails, and for how many seconds relays are killed.

    The receiver fails a share of the events when it first sees them: what fails twice waits for
    five minutes, which is the schedule's affair and no trial's.
    """

    events: int = 10_000
    shops: int = 20
    relays: int = 3
    failing: float = 0.2
    seconds: float = 30
    kill_every: float = 3
    patience: float = 300  # from the last kill


@dataclass(frozen=True)
class Outcome:
    plan: Plan
    requests: int
    arrived: int
    kills: int
    took: float
    drained_after: float | None
    wrong: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        return not self.wrong and self.drained_after is not None


@dataclass
class Fickle:
    """Fails events at random, once each, and remembers in which order it accepted them."""

    failing: float
    _random: random.Random = field(default_factory=lambda: random.Random(SEED))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _seen: set[str] = field(default_factory=set)
    accepted: dict[str, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))

    def __call__(self, received: Received) -> int:
        event = orjson.loads(received.body)["data"]
        with self._lock:
            is_new = received.id not in self._seen
            self._seen.add(received.id)
            if is_new and self._random.random() < self.failing:
                return self._random.choice([301, 400, 404, 500])
            self.accepted[event["subject"]].append((received.id, event["sequence"]))
            return 204


@dataclass(frozen=True)
class Stage:
    folder: Path
    postgres: EmbeddedPostgres
    db: Database
    app_url: str

    def relay(self) -> Machine:
        """Return a relay that is not started yet."""
        environment = {
            "KHATA_DATABASE_URL": self.app_url,
            "KHATA_SECRET_KEY": SECRET,
            "KHATA_DATA_DIR": str(self.folder / "khata"),
            "KHATA_WEBHOOK_ALLOW": HERE,
        }
        return Machine(["relay"], environment, self.folder / "relay.log")


def run() -> list[tuple[str, str]]:
    """Try it at full size and return the rows of a table."""
    return rows_of(try_webhooks(Plan()))


def rows_of(outcome: Outcome) -> list[tuple[str, str]]:
    """Say the outcome in rows: what, and how much."""
    after = outcome.drained_after
    return [
        ("events", f"{outcome.plan.events:,}"),
        ("arrived", f"{outcome.arrived:,}"),
        ("requests", f"{outcome.requests:,}"),
        ("relays killed", str(outcome.kills)),
        ("took", f"{outcome.took:.0f} s"),
        ("drained after", "not" if after is None else f"{after:.0f} s"),
        ("order", "right" if outcome.is_right else "; ".join(outcome.wrong) or "not drained"),
    ]


def try_webhooks(plan: Plan) -> Outcome:
    """Tell, fail and kill as the plan says; then compare what was told with what was accepted."""
    fickle = Fickle(plan.failing)
    with stage() as on, receiving() as receiver:
        receiver.answers = fickle
        shops = [open_shop(on.db, receiver) for _ in range(plan.shops)]
        relays = [on.relay() for _ in range(plan.relays)]
        began = time.monotonic()
        telling = threading.Thread(target=tell, args=(on.db, shops, plan.events))
        with running(relays):
            telling.start()
            kills = kill_in_turn(relays, plan)
            telling.join()
            harmed = time.monotonic()
            is_drained = drained(on.db, shops, plan.patience)
        ended = time.monotonic()
        told = told_by(on.db, shops)
        return Outcome(
            plan,
            requests=len(receiver.received),
            arrived=len({id for each in fickle.accepted.values() for id, _ in each}),
            kills=kills,
            took=ended - began,
            drained_after=ended - harmed if is_drained else None,
            wrong=tuple(wrongs(told, fickle.accepted)),
        )


def wrongs(told: dict[str, list[str]], accepted: dict[str, list[tuple[str, int]]]) -> Iterator[str]:
    """Say what is missing, and where an event was accepted before an earlier one of its subject."""
    missing = overtaken = 0
    for subject, ids in told.items():
        firsts = list(dict.fromkeys(id for id, _ in accepted.get(subject, [])))
        missing += len(set(ids) - set(firsts))
        overtaken += firsts != [id for id in ids if id in firsts]
    if missing:
        yield f"{missing} events never arrived"
    if overtaken:
        yield f"{overtaken} subjects out of order"


def kill_in_turn(relays: Sequence[Machine], plan: Plan) -> int:
    """Kill one relay after the other with -9 and start it again; return how often."""
    until, kills = time.monotonic() + plan.seconds, 0
    while time.monotonic() < until:
        time.sleep(plan.kill_every)
        relay = relays[kills % len(relays)]
        relay.kill()
        relay.start()
        kills += 1
    return kills


def open_shop(db: Database, receiver: Receiver) -> UUID:
    """Open a shop that tells all its news to the receiver."""
    now, tenant = SystemClock().now(), uuid4()
    account = OpenAccount(
        account=uuid4(),
        test_tenant=tenant,
        live_tenant=uuid4(),
        at=now,
        business_name="Teller",
        email=f"{tenant.hex}@teller.example",
        password="correct horse battery staple",
        country="IN",
        state="KA",
        timezone="Asia/Kolkata",
        currency="INR",
        gstin=None,
        address=Address(),
    )
    open_account(account, db=db, pepper=SECRET.encode())
    tools = WebhookTools(
        db=db,
        sender=HttpWebhookSender(allowed=read_networks(HERE)),
        vault=AesVault(SECRET.encode()),
        chance=random.random,
    )
    command = CreateWebhookEndpoint(tenant, new_id(now), now, receiver.url, ["*"], None)
    create_webhook_endpoint(command, tools=tools)
    return tenant


def tell(db: Database, shops: Sequence[UUID], events: int) -> None:
    """Let so many things happen: a few to each invoice, one after another, in all shops in turn."""
    a_round = len(shops) * OF_A_SUBJECT
    for each in range(0, events, a_round):
        for shop in shops[: -(-min(a_round, events - each) // OF_A_SUBJECT)]:
            tell_of_one(db, shop, OF_A_SUBJECT)


def tell_of_one(db: Database, shop: UUID, count: int) -> None:
    invoice, customer = new_id(SystemClock().now()), uuid4()
    for _ in range(count):
        at = SystemClock().now()
        with db.transaction(shop) as uow:
            uow.events.add([InvoiceVoided(invoice, customer)], at)
        react_to_events(ReactToEvents(shop, at), db=db)


def told_by(db: Database, shops: Sequence[UUID]) -> dict[str, list[str]]:
    """Return what happened to each invoice, in its order, as the outside spells it."""
    told: dict[str, list[str]] = defaultdict(list)
    for shop in shops:
        with db.transaction(shop) as uow:
            rows = uow.connection.execute(
                "select subject_id, id from events order by subject_id, sequence"
            )
            for subject, id in rows:
                told[public_id("inv", subject)].append(public_id("evt", id))
    return told


def drained(db: Database, shops: Sequence[UUID], patience: float) -> bool:
    """Wait until every delivery has arrived; False after so many seconds."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            if not any(waits(db, shop) for shop in shops):
                return True
        except psycopg.OperationalError:
            pass
        time.sleep(0.5)
    return False


def waits(db: Database, shop: UUID) -> bool:
    with db.transaction(shop) as uow:
        row = uow.connection.execute(
            "select exists (select from webhook_deliveries where status <> 'succeeded')"
        ).fetchone()
        return bool(row and row[0])


@contextmanager
def stage() -> Iterator[Stage]:
    """Set up a PostgreSQL of the trial's own, and take it down again."""
    folder = Path(tempfile.mkdtemp(prefix="khata-trial-"))
    folder.chmod(0o711)
    postgres = EmbeddedPostgres(folder / "data", "18")
    try:
        urls = provision(postgres.start().url(), "trial")
        migrate(urls.owner)
        db = Database(urls.app, size=4)
        try:
            yield Stage(folder, postgres, db, urls.app)
        finally:
            db.close()
    finally:
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    for name, value in run():
        print(f"{name:16} {value}")
