"""The embedded PostgreSQL: one line to have a database, shared by all who name its folder."""

import atexit
import os
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from khata.db.embedded.binaries import programs
from khata.db.embedded.cluster import Cluster
from khata.db.embedded.credentials import SUPERUSER, address, kept_password, role_password
from khata.db.embedded.failure import EmbeddedPostgresFailed
from khata.db.embedded.occupancy import Occupancy
from khata.db.embedded.server_user import LONGEST_SECONDS, server_user

LOOPBACK = "127.0.0.1"
PAUSE = 0.1  # seconds between two looks at a server that does not answer yet


class EmbeddedPostgres:
    """A PostgreSQL server over a data folder.

    Any number of processes may start the same folder: the first launches the server, the others
    join it, the last one to stop shuts it down. A server that outlived a killed process is
    adopted by the next start.
    """

    def __init__(
        self,
        data_dir: Path,
        version: str = "18",
        port: int | None = None,
        *,
        durable: bool = True,
    ) -> None:
        self._folder = data_dir.absolute()
        self._version = version
        self._wanted_port = port
        self._durable = durable
        self._port: int | None = None
        self._starter: int | None = None
        self._occupancy = Occupancy(self._folder)

    def start(self) -> Self:
        """Join the folder's server, launching it when it is not running.

        Raises: EmbeddedPostgresFailed.
        """
        self._open_folder()
        with self._occupancy.door():
            cluster = self._cluster()
            if cluster.home.exists() and not self._password_file.exists():
                raise EmbeddedPostgresFailed(
                    f"{self._password_file} is missing: put it back from a backup of {self._folder}"
                )
            cluster.initialise(self._password)
            self._reach(cluster)
            self._port_file.write_text(f"{self._port}\n")
            self._occupancy.enter()
        self._starter = os.getpid()
        atexit.register(self.stop)
        return self

    def stop(self) -> None:
        """Leave; the server stops when nobody else uses it."""
        if self._starter not in (None, os.getpid()):
            return  # a fork is not the one who entered
        if not self._folder.exists():
            return
        with self._occupancy.door():
            if self._occupancy.leave():
                self._cluster().shut_down()
        self._starter = self._port = None
        atexit.unregister(self.stop)

    def url(self, database: str = "postgres", user: str = SUPERUSER) -> str:
        """Return the URL of a database on the running server, password included."""
        if self._port is None:
            raise ValueError("the server has not been started")
        own = self._password
        password = own if user == SUPERUSER else role_password(own, user)
        return address(
            user=user, password=password, host=LOOPBACK, port=self._port, database=database
        )

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def _password_file(self) -> Path:
        return self._folder / "postgres.password"

    @property
    def _port_file(self) -> Path:
        return self._folder / "postgres.port"

    @property
    def _password(self) -> str:
        return kept_password(self._password_file)

    def _open_folder(self) -> None:
        user = server_user()
        if not self._folder.exists():
            # Another user's server has to walk through; every secret inside has its own lock.
            _make_whole(self._folder, 0o711 if user.is_another else 0o700)
        if not user.can_reach(self._folder):
            raise EmbeddedPostgresFailed(
                f"As root, the database runs as the user nobody, who cannot enter {self._folder}; "
                "choose a data folder outside private homes, such as /var/lib/khata"
            )

    def _cluster(self) -> Cluster:
        user = server_user()
        return Cluster(
            home=self._folder / "postgres",
            sockets=self._folder / "run",
            programs=programs(self._version, user=user, copies=self._folder / "programs"),
            version=self._version,
            user=user,
            durable=self._durable,
        )

    def _preferred_port(self) -> int | None:
        if self._wanted_port is not None:
            return self._wanted_port
        try:
            return int(self._port_file.read_text())
        except (FileNotFoundError, ValueError):
            return None

    def _reach(self, cluster: Cluster) -> None:
        """Find the server or launch it, until it answers.

        A server found may be one that is just dying, or still recovering from a crash.
        """
        patience = time.monotonic() + LONGEST_SECONDS
        while True:
            found = cluster.running_port()
            self._port = found or cluster.launch(self._preferred_port())
            try:
                self._greet()
            except EmbeddedPostgresFailed as refused:
                is_passing = found is not None and "password" not in str(refused)
                if not is_passing or time.monotonic() > patience:
                    raise
                time.sleep(PAUSE)
            else:
                return

    def _greet(self) -> None:
        """Make sure that whoever answers at the port is this folder's server."""
        try:
            with psycopg.connect(self.url(), connect_timeout=10) as connection:
                row = connection.execute("show data_directory").fetchone()
        except psycopg.OperationalError as refused:
            raise EmbeddedPostgresFailed(
                f"The server of {self._folder} runs but does not let us in: {refused}"
            ) from refused
        if row is None or Path(row[0]).resolve() != (self._folder / "postgres").resolve():
            raise EmbeddedPostgresFailed(f"Port {self._port} belongs to another database: {row}")


def _make_whole(folder: Path, mode: int) -> None:
    """Make the folder with its mode at once, so that nobody who starts beside us sees it half."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    draft.chmod(mode)
    try:
        draft.rename(folder)  # takes the place of an empty folder, and of no other
    except OSError:
        draft.rmdir()
