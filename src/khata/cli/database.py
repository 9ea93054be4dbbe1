"""The database that the settings name: a server of yours, or the embedded one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg.conninfo import conninfo_to_dict

from khata.cli.terminal import fail
from khata.db.embedded.provision import Urls, provision
from khata.db.embedded.server import EmbeddedPostgres
from khata.db.migrations.migrate import migrate, pending
from khata.settings import Settings

DATABASE = "khata"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the engine's rows are, and how a person would call it."""

    urls: Urls
    name: str


@contextmanager
def opened(settings: Settings) -> Iterator[Place]:
    """Have the database running: the embedded server starts, and stops when we were the last."""
    if settings.database_url is not None:
        yield Place(_given(settings), f"PostgreSQL, {_shown(settings.database_url)}")
        return
    server = EmbeddedPostgres(settings.data_dir, settings.pg_version)
    try:
        urls = provision(server.start().url(), DATABASE)
        yield Place(urls, f"PostgreSQL {settings.pg_version}, embedded in {settings.data_dir}")
    finally:
        server.stop()


def brought_up_to_date(urls: Urls) -> list[str]:
    """Apply what is missing; an app that may not do so asks for the one who may."""
    if urls.owner:
        return migrate(urls.owner)
    if pending(urls.app):
        fail(
            "migration_pending",
            "the tables are older than this release: run `khata migrate` with "
            "KHATA_OWNER_DATABASE_URL, or set it here too",
        )
    return []


def _given(settings: Settings) -> Urls:
    return Urls(
        owner=settings.owner_database_url or "",
        app=settings.database_url or "",
        support=settings.support_database_url or "",
    )


def _shown(url: str) -> str:
    parts = conninfo_to_dict(url)
    return f"{parts.get('dbname', '')} at {parts.get('host', 'localhost')}"
