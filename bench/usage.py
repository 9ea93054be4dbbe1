"""Usage coming in: batches through the use-case beside one bare INSERT … SELECT of the rows."""

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import islice
from statistics import median
from uuid import UUID

import psycopg

from bench.crowd import OPENED, RUN_AT, TENANT
from bench.ground import Ground
from bench.processor import server_seconds
from bench.table import Figure, told
from khata.core.ids import new_id
from khata.core.metering import Aggregation, Meter, PropertyFilter
from khata.core.usage import MOST_EVENTS
from khata.db.transaction import Database
from khata.usecases.usage.create_meter import CreateMeter, create_meter
from khata.usecases.usage.record_usage import RecordUsage, SentEvent, record_usage

CUSTOMERS = 1_000
AIM = "≥ 0.5"
# Code, rule, property and share of the events: calls of an interface, what went through it, who
# used it, and what lies on its discs.
METERS = (
    ("calls", Aggregation.COUNT, None, 50),
    ("traffic", Aggregation.SUM, None, 40),
    ("users", Aggregation.UNIQUE, "user", 5),
    ("storage", Aggregation.WEIGHTED_SUM, None, 5),
)
_COLUMNS = (
    "transaction_id, customer_id, meter_id, at, value, properties, counted, measure, key, position,"
    " received_at"
)
# The same rows, in the order in which they came, from a table that lies in memory already.
_COPY = "create unlogged table came as select * from usage_events order by position"
_BARE = (
    f"insert into usage_events ({_COLUMNS}) select {_COLUMNS} from came"
    " where position between %s and %s"
)
_SAID = (
    "select count(*), sum(hashtextextended(said::text, 0)::numeric)"
    f" from (select {_COLUMNS} from usage_events) said"
)


@dataclass(frozen=True, slots=True)
class Run:
    seconds: float
    processor_seconds: float


def usage(here: Ground, events: int, rounds: int) -> Iterator[Figure]:
    """Measure the sides on clones of one crowd, and compare every row that they wrote."""
    with here.crowd(CUSTOMERS) as crowd:
        runs = [_round(here, crowd, events) for _ in range(rounds)]
    name = f"usage events recorded, {events:,} of {CUSTOMERS:,} customers, one sender"
    yield told(_beside(name, "INSERT … SELECT a batch", events, [run[:2] for run in runs], AIM))
    ours, by_batch = runs[0][:2]
    by_cpu = median(bare.processor_seconds / one.processor_seconds for one, bare, _ in runs)
    yield told(
        Figure(
            "… by processor time, the server's included",
            f"{1e6 * ours.processor_seconds / events:.0f} µs an event",
            f"{1e6 * by_batch.processor_seconds / events:.0f} µs",
            f"{by_cpu:.2f}",
        )
    )
    at_once = [(one, bare) for one, _, bare in runs]
    yield told(_beside("… and beside all in one statement", "INSERT … SELECT", events, at_once))


def _beside(
    name: str, plain: str, events: int, pairs: Sequence[tuple[Run, Run]], aim: str = ""
) -> Figure:
    return Figure(
        name,
        f"{events / median(ours.seconds for ours, _ in pairs):,.0f}/s",
        f"{plain} {events / median(bare.seconds for _, bare in pairs):,.0f}/s",
        f"{median(bare.seconds / ours.seconds for ours, bare in pairs):.2f}",
        aim,
    )


def _round(here: Ground, crowd: str, events: int) -> tuple[Run, Run, Run]:
    """Return how long khata took, the same by a statement a batch, and by one statement."""
    with here.clone(crowd, "sent") as urls:
        batches = _batches(urls.app, events)
        said = _lies_ready(here, urls.app, batches)
        with here.clone("sent", "bare") as plain:
            ours, by_batch = _in_turns(urls.app, plain.app, batches)
            assert _said(urls.app) == _said(plain.app) == said
            here.run("bare", "truncate usage_events", "checkpoint")
            at_once = _at_once(plain.app)
            assert _said(plain.app) == said
    return ours, by_batch, at_once


def _batches(app_url: str, events: int) -> list[RecordUsage]:
    """Return the events in batches, as the API's door does once it has read them."""
    db = Database(app_url, size=1)
    try:
        with db.transaction(TENANT) as uow:
            found = uow.connection.execute("select id from customers order by id").fetchall()
        meters = [_meter(db, code, rule, field) for code, rule, field, _ in METERS]
    finally:
        db.close()
    source = _events([row[0] for row in found], meters, events)
    batches = []
    while batch := [*islice(source, MOST_EVENTS)]:
        batches.append(RecordUsage(TENANT, RUN_AT, batch))
    return batches


def _lies_ready(here: Ground, app_url: str, batches: Sequence[RecordUsage]) -> object:
    """Record the events once, put their rows aside for the bare statements, and take them back."""
    db = Database(app_url, size=1)
    for command in batches:
        record_usage(command, db=db)
    db.close()
    said = _said(app_url)
    here.run(
        "sent",
        f"set khata.tenant = '{TENANT}'",
        _COPY,
        "create index on came (position)",
        "grant select on came to khata_app",
        "vacuum analyze came",
        "truncate usage_events, usage_windows, usage_distinct",
        "alter sequence usage_batches restart",
    )
    return said


def _in_turns(app_url: str, plain_url: str, batches: Sequence[RecordUsage]) -> tuple[Run, Run]:
    """Record each batch and then insert its rows elsewhere, so that both have the same weather."""
    db = Database(app_url, size=1)
    with _behind(plain_url) as connection:
        position, _ = _ends(connection)
        ours_spent, bare_spent = _server(db), server_seconds(connection)
        ours = bare = python = 0.0
        for command in batches:
            begin, spent = time.perf_counter(), time.process_time()
            assert record_usage(command, db=db).recorded == len(command.events)
            between = time.perf_counter()
            python += time.process_time() - spent
            connection.execute(_BARE.encode(), [position, position + MOST_EVENTS - 1])
            position += MOST_EVENTS
            ours, bare = ours + between - begin, bare + time.perf_counter() - between
        ours_spent, bare_spent = _server(db) - ours_spent, server_seconds(connection) - bare_spent
    db.close()
    return Run(ours, ours_spent + python), Run(bare, bare_spent)


def _at_once(plain_url: str) -> Run:
    with _behind(plain_url) as connection:
        ends = _ends(connection)
        begin, spent = time.perf_counter(), server_seconds(connection)
        connection.execute(_BARE.encode(), ends)
        return Run(time.perf_counter() - begin, server_seconds(connection) - spent)


def _ends(connection: psycopg.Connection) -> tuple[int, int]:
    row = connection.execute("select min(position), max(position) from came").fetchone()
    assert row is not None
    return row[0], row[1]


def _said(app_url: str) -> object:
    with _behind(app_url) as connection:
        return connection.execute(_SAID).fetchone()


def _behind(app_url: str) -> psycopg.Connection:
    connection = psycopg.connect(app_url, autocommit=True)
    connection.execute("select set_config('khata.tenant', %s, false)", [str(TENANT)])
    return connection


def _server(db: Database) -> float:
    with db.before_the_wall() as connection:
        return server_seconds(connection)


def _meter(db: Database, code: str, rule: Aggregation, field: str | None) -> Meter:
    filters = (PropertyFilter("region", ("in", "np")),)
    resets = rule is not Aggregation.WEIGHTED_SUM
    meter = Meter(new_id(OPENED), code, code, rule, field, filters, resets, OPENED)
    return create_meter(CreateMeter(TENANT, meter), db=db)


def _events(customers: list[UUID], meters: list[Meter], count: int) -> Iterator[SentEvent]:
    """An hour's events as they happen; few customers use much, and many use little."""
    chance = random.Random(7)
    shares = [share for *_, share in METERS]
    for n in range(count):
        at = RUN_AT - timedelta(hours=1) * (1 - n / count)
        [meter] = chance.choices(meters, shares)
        yield SentEvent(
            f"{chance.getrandbits(128):032x}",
            customers[int(len(customers) * chance.random() ** 2)],
            meter.code,
            at,
            Decimal(chance.randrange(1, 10**6)).scaleb(-3),
            {"region": chance.choice(("in", "in", "in", "de")), "user": f"u{n % 97}"},
        )
