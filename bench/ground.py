"""Where a measurement stands: the embedded server as it ships, and a clone for each run."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from bench.crowd import gather
from khata.db.embedded.provision import Urls, provision
from khata.db.embedded.server import EmbeddedPostgres
from khata.db.migrations.migrate import migrate

# Just these have rows: a table that was analysed while empty would mislead the planner.
FILLED = "parties, customers, tax_ids, subscriptions, subscription_items"


class Ground:
    """A durable server: every commit reaches the disk, as it does for a business."""

    def __init__(self, server_url: str) -> None:
        self._url = server_url

    @contextmanager
    def crowd(self, *sizes: int) -> Iterator[str]:
        """Lend a database with a tenant for each of `sizes`, which says how many subscriptions
        of it are due, to be cloned; return its name."""
        name = f"crowd_{len(sizes)}_{sum(sizes)}"
        urls = provision(self._url, name)
        migrate(urls.owner)
        gather(sizes, app_url=urls.app, superuser_url=self._in(name))
        self.run(name, f"vacuum (analyze, freeze) {FILLED}")
        try:
            yield name
        finally:
            self._drop(name)

    @contextmanager
    def empty(self, name: str) -> Iterator[Urls]:
        """Lend a migrated database in which nobody has signed up."""
        urls = provision(self._url, name)
        migrate(urls.owner)
        try:
            yield urls
        finally:
            self._drop(name)

    @contextmanager
    def clone(self, crowd: str, name: str) -> Iterator[Urls]:
        """Lend a copy of the crowd with nothing of it left to write out: all start alike."""
        urls = provision(self._url, name, template=crowd)
        self.run(name, "checkpoint")
        try:
            yield urls
        finally:
            self._drop(name)

    def version(self) -> str:
        with psycopg.connect(self._url) as connection:
            return str(connection.info.parameter_status("server_version"))

    def _in(self, database: str) -> str:
        return psycopg.conninfo.make_conninfo(self._url, dbname=database)

    def run(self, database: str, *statements: str) -> None:
        """Execute statements as the superuser, each on its own, on one connection."""
        with psycopg.connect(self._in(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def _drop(self, database: str) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(database))
            )


@contextmanager
def ground() -> Iterator[Ground]:
    """Start a server of our own in a temporary folder, and leave nothing of it behind."""
    folder = Path(tempfile.mkdtemp(prefix="khata-bench-"))
    folder.chmod(0o711)  # as root, the server runs as another user, who has to walk through
    try:
        with EmbeddedPostgres(folder / "server") as server:
            yield Ground(server.url())
    finally:
        shutil.rmtree(folder, ignore_errors=True)
