"""Bring a database up to date, or say whether it is."""

import time
from pathlib import Path

import psycopg

LOCK_TIMEOUT = "5s"  # a migration that waits longer would queue every request behind itself
PAUSE = 0.1  # seconds between two looks whether another migration has ended
ONE_AT_A_TIME = 7_305_821_191

FOLDER = Path(__file__).parent
TARGET = "head"


def migrate(owner_url: str) -> list[str]:
    """Apply every step that is missing and return their names, oldest first.

    Each step is one transaction. Two callers at once are one after the other.
    """
    with psycopg.connect(owner_url, autocommit=True) as connection:
        _wait_for_our_turn(connection)
        missing = _missing(connection)
        if missing:
            _apply(owner_url)
    return missing


def _wait_for_our_turn(connection: psycopg.Connection) -> None:
    # Asked again and again: a statement that waits would hold a snapshot, for the end of which an
    # index that is built concurrently waits in turn.
    while True:
        row = connection.execute("select pg_try_advisory_lock(%s)", [ONE_AT_A_TIME]).fetchone()
        if row is not None and row[0]:
            return
        time.sleep(PAUSE)


def pending(url: str) -> bool:
    """Say whether this release knows steps that the database has not seen."""
    with psycopg.connect(url, autocommit=True) as connection:
        return bool(_missing(connection))


def head() -> str:
    """Return the name of the newest step."""
    return steps()[-1]


def steps() -> list[str]:
    """Return the names of all steps, oldest first: those of their files."""
    return sorted(file.stem for file in (FOLDER / "versions").glob("[0-9]*.py"))


def _missing(connection: psycopg.Connection) -> list[str]:
    known = steps()
    try:
        row = connection.execute("select version_num from alembic_version").fetchone()
    except psycopg.errors.UndefinedTable:
        row = None
    if row is None:
        return known
    if row[0] not in known:
        if _serves(connection, known[-1]):
            return []
        raise NewerThanThisRelease(
            f"the tables are at {row[0]}, which this release does not know: run a newer khata"
        )
    return known[known.index(row[0]) + 1 :]


def _serves(connection: psycopg.Connection, release: str) -> bool:
    """Say whether newer tables still serve a release: while machines are changed one by one."""
    try:
        row = connection.execute("select serves_from()").fetchone()
    except psycopg.errors.UndefinedFunction:
        return False
    return row is not None and bool(row[0] <= release)


class NewerThanThisRelease(RuntimeError):
    """The database was migrated by a release that came after this one, and serves it no more."""


def _apply(owner_url: str) -> None:
    # Here, because the two take a second to load, and a database is mostly up to date.
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import NullPool, create_engine, text

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    url = owner_url.replace("postgresql://", "postgresql+psycopg://", 1)
    with create_engine(url, poolclass=NullPool).connect() as connection:
        connection.execute(text(f"set lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.commit()
        config.attributes["connection"] = connection
        command.upgrade(config, TARGET)
        connection.commit()
