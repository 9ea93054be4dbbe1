"""The demo's own folder: its embedded database, what a second run must know, one run at a time."""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final
from uuid import UUID

import psycopg
from psycopg import sql

from khata.cli.database import DATABASE
from khata.core.refusal import Refusal
from khata.db.embedded.provision import Urls, provision
from khata.db.embedded.server import EmbeddedPostgres
from khata.db.migrations.migrate import migrate
from khata.settings import Settings


class DemoRunning(Refusal):
    """Another run of the demo is using this folder."""


class NotADemo(Refusal):
    """The folder holds an engine that the demo has not made; the demo would overwrite it."""


@dataclass(frozen=True, slots=True)
class Notes:
    """What the demo remembers when its story is told. The key and the password are for trying."""

    tenant: str
    user: str
    test_key: str
    password: str
    made_by: str  # which tables and which story; another release begins afresh

    @property
    def tenant_id(self) -> UUID:
        return UUID(self.tenant)

    @property
    def user_id(self) -> UUID:
        return UUID(self.user)


class Folder:
    """A data folder that belongs to the demo: one with its lock inside, or a new one."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self._lock: Final = self._path / "demo.lock"
        self._notes: Final = self._path / "demo.json"
        self.gateways: Final = self._path / "gateways"  # what the pretend ones remember

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep the folder for ourselves. Raises: NotADemo, DemoRunning."""
        if (self._path / "postgres").exists() and not self._lock.exists():
            raise NotADemo(
                f"{self._path} holds an engine that is no demo; name another folder with --data-dir"
            )
        if not self._path.exists():
            self._path.mkdir(parents=True)
            self._path.chmod(0o711)  # the embedded server's user may have to walk through
        handle = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise DemoRunning(
                f"the demo in {self._path} is running; stop it, or name another with --data-dir"
            ) from None
        finally:
            os.close(handle)

    def notes(self) -> Notes | None:
        """Return the notes of a story that was told to its end by this release, if there are."""
        try:
            kept = Notes(**json.loads(self._notes.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None
        return kept if kept.made_by == release() else None

    def keep(self, notes: Notes) -> None:
        """Keep the notes where only we may read them; a half-written file is never seen."""
        draft = self._notes.with_suffix(".new")
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as text:
            json.dump(asdict(notes), text)
        draft.rename(self._notes)

    @contextmanager
    def database(self, settings: Settings, *, afresh: bool) -> Iterator[Urls]:
        """Have the database running and up to date; `afresh` empties it first."""
        # A demo can be made again, so it need not survive a power cut.
        server = EmbeddedPostgres(self._path, settings.pg_version, durable=False)
        try:
            superuser = server.start().url()
            if afresh:
                self._notes.unlink(missing_ok=True)
                _drop(superuser)
            urls = provision(superuser, DATABASE)
            migrate(urls.owner)
            yield urls
        finally:
            server.stop()


# What a story is, and what the pretend gateways make of the requests that they remember.
_MADE_OF: Final = (
    "khata.db.schema",
    "khata.cli.demo",
    "khata.simulators",
    "khata.simulators.paypal",
    "khata.simulators.razorpay",
    "khata.simulators.stripe",
)


def release() -> str:
    """Return a mark that changes with the tables, the story and the gateways in it."""
    mark = hashlib.sha256()
    for package in _MADE_OF:
        for file in sorted(files(package).iterdir(), key=_name):
            if file.name.endswith((".sql", ".csv", ".py")):
                mark.update(file.read_bytes())
    return mark.hexdigest()


def _name(file: Traversable) -> str:
    return file.name


def _drop(superuser: str) -> None:
    with psycopg.connect(superuser, autocommit=True) as connection:
        name = sql.Identifier(DATABASE)
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(name))
