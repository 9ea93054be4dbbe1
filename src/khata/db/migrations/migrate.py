"""Bring a database up to date, or say whether it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine, text

LOCK_TIMEOUT = "5s"  # a migration that waits longer would queue every request behind itself
ONE_AT_A_TIME = 7_305_821_191


def migrate(owner_url: str) -> list[str]:
    """Apply every step that is missing and return their names, oldest first.

    Each step is one transaction. Two callers at once are one after the other.
    """
    with _connected(owner_url) as connection:
        config = _config()
        connection.execute(text("select pg_advisory_lock(:key)"), {"key": ONE_AT_A_TIME})
        connection.execute(text(f"set lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.commit()
        missing = _missing(connection, config)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
        return missing


def pending(url: str) -> bool:
    """Say whether this release knows steps that the database has not seen."""
    with _connected(url) as connection:
        return bool(_missing(connection, _config()))


def head() -> str:
    """Return the name of the newest step."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    assert newest is not None, "a release has at least one step"
    return newest


def _missing(connection: Connection, config: Config) -> list[str]:
    applied = MigrationContext.configure(connection).get_current_revision()
    steps = ScriptDirectory.from_config(config).iterate_revisions("head", applied or "base")
    names = [step.revision for step in steps]
    connection.rollback()
    return names[::-1]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=NullPool
    )
    with engine.connect() as connection:
        yield connection
