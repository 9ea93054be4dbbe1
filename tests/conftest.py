"""One PostgreSQL for a run, one migrated template, one database cloned from it for each worker.

Tests never empty tables: each makes tenants of its own, and the wall keeps them apart.
KHATA_TEST_DATABASE_URL names a server of yours (a superuser's URL); KHATA_TEST_PG=16 chooses
the older of the two embedded versions. Properties are tried with the same examples every time,
however slow the machine is; KHATA_TEST_SEARCH=1 looks for others.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql

from khata.db.embedded.provision import Urls, provision
from khata.db.embedded.server import EmbeddedPostgres
from khata.db.migrations.migrate import migrate
from tests.log_lines import Logged, log_lines

if TYPE_CHECKING:
    from khata.db.transaction import Database

FOLDERS = "khata-tests-"
RUN = pytest.StashKey[Path]()
HOLD = pytest.StashKey[int]()
EXTERNAL = os.environ.get("KHATA_TEST_DATABASE_URL")
ONE_AT_A_TIME = 7_305_821_192

STEADY = settings(
    deadline=None,
    derandomize="KHATA_TEST_SEARCH" not in os.environ,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("steady", STEADY)
settings.load_profile("steady")


def pytest_configure(config: pytest.Config) -> None:
    """Choose the run's folder; the server itself starts when the first test asks for it."""
    given = getattr(config, "workerinput", None)
    if given is not None:
        config.stash[RUN] = Path(given["khata_run"])
        return
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=FOLDERS))
    folder.chmod(0o711)
    config.stash[RUN] = folder
    config.stash[HOLD] = os.open(folder / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(config.stash[HOLD], fcntl.LOCK_EX)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: pytest.Item) -> None:
    """Tell a worker of xdist which folder the run has."""
    node.workerinput["khata_run"] = str(node.config.stash[RUN])  # type: ignore[attr-defined]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what a killed worker may have left, and remove the run's folder."""
    if HOLD in config.stash:
        if EXTERNAL:
            _drop(EXTERNAL, f"{config.stash[RUN].name}-template")
        _remove(config.stash[RUN])
        os.close(config.stash[HOLD])


@pytest.fixture(scope="session")
def superuser_url(pytestconfig: pytest.Config) -> Iterator[str]:
    """The server of this run, shared by all workers."""
    if EXTERNAL:
        yield EXTERNAL
        return
    with _server(pytestconfig.stash[RUN]) as server:
        yield server.url()


@pytest.fixture(scope="session")
def template(superuser_url: str, pytestconfig: pytest.Config) -> str:
    """The run's migrated database that nobody writes to; every worker clones it."""
    name = f"{pytestconfig.stash[RUN].name}-template"
    with _one_at_a_time(superuser_url):
        migrate(provision(superuser_url, name).owner)
    return name


@pytest.fixture(scope="session")
def urls(superuser_url: str, template: str, worker_id: str) -> Iterator[Urls]:
    """Owner, app and support URL of this worker's own database, migrated to head."""
    with _clone(superuser_url, template, worker_id) as cloned:
        yield cloned


@pytest.fixture
def untouched_urls(superuser_url: str, template: str, worker_id: str) -> Iterator[Urls]:
    """The URLs of a database of this test's own, migrated to head, with no row and no past."""
    with _clone(superuser_url, template, f"{worker_id}-untouched") as cloned:
        yield cloned


@pytest.fixture(scope="session")
def db(urls: Urls) -> "Iterator[Database]":
    """The engine's database as the app role sees it, from behind the wall."""
    from khata.db.transaction import Database  # here: a test of core need not load it

    database = Database(urls.app)
    yield database
    database.close()


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """A password costs a moment and 8 KiB instead of a quarter of a second of the processor.

    A thousand shops sign up here. What a password really costs is proved in api/test_accounts.py
    and in dashboard/test_sign_in.py.
    """
    from pwdlib.hashers.argon2 import Argon2Hasher

    from khata.usecases.tenants import open_account, sign_in

    quick = partial(Argon2Hasher, time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        for module in (open_account, sign_in):
            patch.setattr(module, "Argon2Hasher", quick)
        yield


@pytest.fixture
def logged() -> Iterator[Logged]:
    """What is logged during this test, as a machine would read it."""
    with log_lines() as lines:
        yield lines


def _server(folder: Path) -> EmbeddedPostgres:
    version = os.environ.get("KHATA_TEST_PG", "18")
    return EmbeddedPostgres(folder / "server", version, durable=False)


@contextmanager
def _one_at_a_time(superuser_url: str) -> Iterator[None]:
    # The template has one maker, and no guest while it is copied.
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        yield


@contextmanager
def _clone(superuser_url: str, template: str, ending: str) -> Iterator[Urls]:
    name = template.removesuffix("template") + ending
    with _one_at_a_time(superuser_url):
        cloned = provision(superuser_url, name, template=template)
    yield cloned
    _drop(superuser_url, name)


def _drop(superuser_url: str, database: str) -> None:
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(database))
        )


def _sweep() -> None:
    """Remove what runs that were killed have left: folders whose lock nobody holds."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDERS}*"):
        try:
            lock = os.open(folder / "run.lock", os.O_RDWR)
        except OSError:  # somebody else's, or only just made
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(folder)
        except BlockingIOError:
            pass
        finally:
            os.close(lock)


def _remove(folder: Path) -> None:
    version = folder / "server" / "postgres" / "PG_VERSION"
    if version.exists():
        EmbeddedPostgres(folder / "server", version.read_text().strip(), durable=False).stop()
    shutil.rmtree(folder, ignore_errors=True)
