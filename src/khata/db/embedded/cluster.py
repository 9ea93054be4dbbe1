"""One database cluster on disk: made once, then launched and shut down."""

import os
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from khata.db.embedded.configuration import AUTHENTICATION, configuration
from khata.db.embedded.credentials import SUPERUSER
from khata.db.embedded.failure import EmbeddedPostgresFailed
from khata.db.embedded.server_user import LONGEST_SECONDS, ServerUser

ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Cluster:
    """The folders of a cluster and the programs that work on it."""

    home: Path  # where the data lies
    sockets: Path
    programs: Path
    version: str
    user: ServerUser
    durable: bool

    def initialise(self, password: str) -> None:
        """Make the cluster unless it is there.

        Raises: EmbeddedPostgresFailed when it was made by another version.
        """
        if self.home.exists():
            self._check_version()
            return
        draft = self.home.with_name(self.home.name + ".new")  # a killed initdb leaves a ruin
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self.user.own(draft)
        secret = self._handed_over(password)
        try:
            self.user.run(self.programs / "initdb", *self._traits(draft, secret))
        finally:
            secret.unlink()
        draft.rename(self.home)

    def running_port(self) -> int | None:
        """Return the port of the server that is running on this cluster, if one is."""
        try:
            lines = self._pid_file.read_text().splitlines()
            process, port = int(lines[0]), int(lines[3])
        except (FileNotFoundError, IndexError, ValueError):
            return None
        if str(self.home) in _command_line(process):
            return port
        self._disown(lines)
        return None

    def launch(self, preferred_port: int | None) -> int:
        """Start the server and return its port: the preferred one if it is free."""
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        self.user.own(self.sockets)
        for attempt in range(1, ATTEMPTS + 1):
            port = _free_port(preferred_port if attempt == 1 else None)
            self._write("postgresql.conf", self._configuration(port))
            self._write("pg_hba.conf", AUTHENTICATION)
            try:
                self._pg_ctl("start", "-l", str(self.home / "start.log"))
            except EmbeddedPostgresFailed as failure:
                if attempt == ATTEMPTS:
                    raise EmbeddedPostgresFailed(f"{failure}\n{self._last_words()}") from failure
            else:
                break
        return port

    def shut_down(self) -> None:
        """Stop the server: open transactions roll back, everything committed stays."""
        if self.running_port() is not None:
            self._pg_ctl("stop", "-m", "fast")

    @property
    def _pid_file(self) -> Path:
        return self.home / "postmaster.pid"

    def _disown(self, lines: list[str]) -> None:
        # After a crash the process's number may be a zombie's or somebody else's by now, which
        # PostgreSQL would take for its twin. Our own number it knows as its grandparent's and
        # passes over; the other lines stay, as by them it sees that no orphan still writes.
        self._pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    def _check_version(self) -> None:
        made_by = (self.home / "PG_VERSION").read_text().strip()
        if made_by != self.version:
            raise EmbeddedPostgresFailed(
                f"{self.home} was made by PostgreSQL {made_by}, not {self.version}: "
                f"set KHATA_PG_VERSION={made_by}, or move the data with pg_dump"
            )

    def _traits(self, folder: Path, secret: Path) -> list[str]:
        locale = ["--locale-provider=builtin", "--locale=C.UTF-8"]  # the same on every machine
        return [
            f"--pgdata={folder}",
            f"--username={SUPERUSER}",
            f"--pwfile={secret}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--data-checksums",
            *(["--no-locale"] if self.version == "16" else locale),
            *([] if self.durable else ["--no-sync"]),
        ]

    def _handed_over(self, password: str) -> Path:
        file = self.home.with_name("initdb.password")
        file.unlink(missing_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as text:
            text.write(password)
        self.user.own(file)
        return file

    def _configuration(self, port: int) -> str:
        return configuration(port=port, sockets=self.sockets, durable=self.durable)

    def _write(self, name: str, text: str) -> None:
        (self.home / name).write_text(text)
        self.user.own(self.home / name)

    def _pg_ctl(self, *words: str) -> None:
        wait = ("--wait", "--timeout", str(LONGEST_SECONDS))
        self.user.run(self.programs / "pg_ctl", *words, "--pgdata", self.home, *wait, "--silent")

    def _last_words(self) -> str:
        log = self.home / "start.log"
        return log.read_text(errors="replace")[-2000:] if log.exists() else ""


def _command_line(process: int) -> str:
    """Return what a living process was started with: nothing for the dead and for zombies."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{process}/cmdline").read_text(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return ""
    command = ["ps", "-o", "args=", "-p", str(process)]  # no /proc here, as on macOS
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _free_port(preferred: int | None) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", preferred or 0))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
