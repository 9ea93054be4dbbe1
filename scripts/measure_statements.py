"""Time the ways to write and read a batch, side by side: decisions 0002 and 0004 quote it.

Five hundred invoice lines through the app role, behind the wall, on an embedded PostgreSQL made
for it; every write is rolled back. `.venv/bin/python scripts/measure_statements.py [rounds]`
"""

import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter

import psycopg
import sqlalchemy as sa

from khata.core.ids import new_ids
from khata.db.embedded.provision import provision
from khata.db.embedded.server import EmbeddedPostgres
from khata.db.migrations.migrate import migrate
from khata.db.rows import insert_rows

ROWS = 500
AT = datetime(2026, 1, 31, tzinfo=UTC)
TENANT, OTHER = new_ids(AT, 2)  # the second so that both may hold the same lines
COLUMNS = {
    "id": "uuid",
    "invoice_id": "uuid",
    "position": "smallint",
    "description": "text",
    "tax_code": "text",
    "quantity": "bigint",
    "unit_amount": "bigint",
    "amount": "bigint",
    "tax_behavior": "text",
    "period_start": "date",
    "period_end": "date",
    "full_start": "date",
    "full_end": "date",
    "recognized_until": "date",
}
NAMES = ", ".join(COLUMNS)
LINES = [
    {
        "id": line,
        "invoice_id": invoice,
        "position": 0,
        "description": "Premium",
        "tax_code": "998314",
        "quantity": 1,
        "unit_amount": 100_000,
        "amount": 100_000,
        "tax_behavior": "exclusive",
        "period_start": date(2026, 1, 31),
        "period_end": date(2026, 2, 28),
        "full_start": date(2026, 1, 31),
        "full_end": date(2026, 2, 28),
        "recognized_until": date(2026, 1, 31),
    }
    for line, invoice in zip(new_ids(AT, ROWS), new_ids(AT, ROWS), strict=True)
]
VALUES = [tuple(line.values()) for line in LINES]
_KINDS = {"uuid": sa.Uuid, "smallint": sa.SmallInteger, "bigint": sa.BigInteger, "date": sa.Date}
TABLE = sa.Table(
    "invoice_lines",
    sa.MetaData(),
    *(sa.Column(name, _KINDS.get(kind, sa.Text)) for name, kind in COLUMNS.items()),
)

Way = Callable[[], object]


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with database() as url, psycopg.connect(url, autocommit=True) as plain:
        engine = sa.create_engine(url.replace("postgresql", "postgresql+psycopg", 1))
        with engine.connect() as core:
            tell(f"write {ROWS} lines", measured(writes(plain, core), plain, core, rounds))
            begin(plain, core)
            insert_rows(plain, "invoice_lines", LINES)
            core.execute(sa.insert(TABLE), LINES)
            tell(f"read {ROWS} lines", timed(reads(plain, core), rounds))
            tell("read one line by its id", timed(lookups(plain, core), 10 * rounds))
            undo(plain, core)
        tell_copy(plain)


def writes(plain: psycopg.Connection, core: sa.Connection) -> dict[str, Way]:
    one = f"insert into invoice_lines ({NAMES}) values ({', '.join(['%s'] * len(COLUMNS))})"
    row = f"({', '.join(['%s'] * len(COLUMNS))})"
    many = f"insert into invoice_lines ({NAMES}) values {', '.join([row] * ROWS)}"
    arrays = ", ".join(f"%s::{kind}[]" for kind in COLUMNS.values())
    unnest = f"insert into invoice_lines ({NAMES}) select * from unnest({arrays})"
    return {
        "one JSON argument": lambda: insert_rows(plain, "invoice_lines", LINES),
        "unnest of arrays": lambda: plain.execute(
            unnest, [list(column) for column in zip(*VALUES, strict=True)]
        ),
        "multi-row VALUES": lambda: plain.execute(many, [v for line in VALUES for v in line]),
        "executemany": lambda: plain.cursor().executemany(one, VALUES),
        "SQLAlchemy Core": lambda: core.execute(sa.insert(TABLE), LINES),
    }


def reads(plain: psycopg.Connection, core: sa.Connection) -> dict[str, Way]:
    return {
        "psycopg": lambda: plain.execute(f"select {NAMES} from invoice_lines").fetchall(),
        "SQLAlchemy Core": lambda: core.execute(sa.select(TABLE)).fetchall(),
    }


def lookups(plain: psycopg.Connection, core: sa.Connection) -> dict[str, Way]:
    sql, id = f"select {NAMES} from invoice_lines where id = %s", LINES[0]["id"]
    return {
        "psycopg": lambda: plain.execute(sql, [id]).fetchone(),
        "SQLAlchemy Core": lambda: core.execute(
            sa.select(TABLE).where(TABLE.c.id == id)
        ).fetchone(),
    }


def measured(
    ways: Mapping[str, Way], plain: psycopg.Connection, core: sa.Connection, rounds: int
) -> dict[str, float]:
    """Time each way inside a transaction of its own that is rolled back, taking turns."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            begin(plain, core)
            began = perf_counter()
            way()
            seconds[name].append(perf_counter() - began)
            undo(plain, core)
    return {name: statistics.median(times) for name, times in seconds.items()}


def timed(ways: Mapping[str, Way], rounds: int) -> dict[str, float]:
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            began = perf_counter()
            way()
            seconds[name].append(perf_counter() - began)
    return {name: statistics.median(times) for name, times in seconds.items()}


def begin(plain: psycopg.Connection, core: sa.Connection) -> None:
    plain.execute(f"begin; select set_config('khata.tenant', '{TENANT}', true)")
    core.exec_driver_sql("select set_config('khata.tenant', %s, true)", (str(OTHER),))


def undo(plain: psycopg.Connection, core: sa.Connection) -> None:
    plain.execute("rollback")
    core.rollback()


def tell(what: str, medians: Mapping[str, float]) -> None:
    first = next(iter(medians.values()))
    print(f"\n{what} (median)")
    for name, seconds in medians.items():
        print(f"  {name:20} {seconds * 1000:8.2f} ms   {seconds / first:5.2f} x")


def tell_copy(plain: psycopg.Connection) -> None:
    try:
        with plain.cursor().copy(f"copy invoice_lines ({NAMES}) from stdin") as copy:
            copy.write_row(VALUES[0])
    except psycopg.Error as refused:
        print(f"\nCOPY: {refused.diag.message_primary}; {refused.diag.message_hint}")


@contextmanager
def database() -> Iterator[str]:
    """Give the app role's URL on a server that is stopped and removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="khata-measure-") as folder:
        Path(folder).chmod(0o711)
        with EmbeddedPostgres(Path(folder) / "server", "18") as server:
            urls = provision(server.url(), "measured")
            migrate(urls.owner)
            yield urls.app


if __name__ == "__main__":
    main()
