"""The embedded server: shared, adopted, recovered, and closed to whoever has no password."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE

import psycopg
import pytest

from khata.db.embedded.cluster import Cluster
from khata.db.embedded.failure import EmbeddedPostgresFailed
from khata.db.embedded.provision import provision
from khata.db.embedded.server import EmbeddedPostgres

STARTS_AND_IS_KILLED = """
import os, signal, sys
from pathlib import Path
from khata.db.embedded.provision import provision
from khata.db.embedded.server import EmbeddedPostgres
EmbeddedPostgres(Path(sys.argv[1]), durable=False).start()
os.kill(os.getpid(), signal.SIGKILL)
"""


STARTS_AND_TELLS = """
import sys
from pathlib import Path
from khata.db.embedded.server import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1]), durable=False) as server:
    print(server.url(), flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A place that `nobody` can reach, which pytest's own tmp_path is not."""
    place = Path(tempfile.mkdtemp(prefix="khata-embedded-"))
    place.chmod(0o711)
    yield place / "state"
    server(place / "state").stop()
    shutil.rmtree(place)


def server(folder: Path, version: str = "18", port: int | None = None) -> EmbeddedPostgres:
    return EmbeddedPostgres(folder, version, port, durable=False)


def ask(url: str, question: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(question.encode())
        row = cursor.fetchone() if cursor.description else None
        return row and row[0]


def postmaster(folder: Path) -> int:
    return int((folder / "postgres" / "postmaster.pid").read_text().split()[0])


def test_what_was_stored_is_there_after_a_restart_at_the_same_address(folder: Path) -> None:
    with server(folder) as first:
        address = first.url()
        ask(address, "create table kept as select 42 as answer")
    with pytest.raises(psycopg.OperationalError):
        ask(address, "select 1")
    with server(folder) as second:
        assert second.url() == address
        assert ask(address, "select answer from kept") == 42


def test_the_last_of_two_users_stops_the_server(folder: Path) -> None:
    one, two = server(folder).start(), server(folder).start()
    address = one.url()
    assert two.url() == address

    one.stop()
    assert ask(address, "select 1") == 1
    two.stop()
    with pytest.raises(psycopg.OperationalError):
        ask(address, "select 1")


def test_many_first_starts_at_once_make_one_server(folder: Path) -> None:
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", STARTS_AND_TELLS, str(folder)],
            text=True,
            stdin=PIPE,
            stdout=PIPE,
        )
        for _ in range(4)
    ]
    told = [starter.stdout.readline() for starter in starters if starter.stdout]
    assert told[0].startswith("postgresql://")
    assert told == told[:1] * 4
    ends = [starter.communicate("\n", timeout=60) for starter in starters]
    assert [starter.returncode for starter in starters] == [0] * 4, ends
    assert not (folder / "postgres" / "postmaster.pid").exists()


def test_a_server_whose_starter_was_killed_is_adopted_and_stopped(folder: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-c", STARTS_AND_IS_KILLED, str(folder)], check=False, timeout=60
    )
    assert child.returncode == -signal.SIGKILL
    orphan = postmaster(folder)

    with server(folder) as adopter:
        assert postmaster(folder) == orphan
        assert ask(adopter.url(), "select 1") == 1
    assert not (folder / "postgres" / "postmaster.pid").exists()


def test_a_killed_server_recovers_what_was_committed(folder: Path) -> None:
    first = EmbeddedPostgres(folder).start()
    ask(first.url(), "create table kept as select 7 as answer")
    os.kill(postmaster(folder), signal.SIGKILL)

    with EmbeddedPostgres(folder) as second:
        assert ask(second.url(), "select answer from kept") == 7


def test_a_pid_file_that_names_somebody_else_is_stale(folder: Path) -> None:
    with server(folder) as first:
        lines = (folder / "postgres" / "postmaster.pid").read_text().splitlines()
        address = first.url()
    pid_file = folder / "postgres" / "postmaster.pid"
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    with server(folder) as second:
        assert postmaster(folder) != os.getpid()
        assert ask(second.url(), "select 1") == 1
        assert second.url() == address


def test_a_port_that_is_taken_is_left_alone(folder: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with server(folder, port=taken) as ours:
            assert f":{taken}/" not in ours.url()
            assert ask(ours.url(), "select 1") == 1


def test_a_free_port_is_used_as_asked(folder: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    with server(folder, port=free) as ours:
        assert f":{free}/" in ours.url()


@pytest.mark.parametrize("user", ["postgres", "khata_app"])
def test_nobody_enters_without_the_password(folder: Path, user: str) -> None:
    with server(folder) as ours:
        address = ours.url().partition("@")[2]
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(f"postgresql://{user}@{address}")
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(f"postgresql://{user}:guess@{address}")


def test_secrets_are_readable_by_their_owner_alone(folder: Path) -> None:
    with server(folder):
        for secret in (folder / "postgres.password", folder / "postgres", folder / "run"):
            assert secret.stat().st_mode & 0o077 == 0, secret
        assert not (folder / "initdb.password").exists()


def test_data_of_another_version_is_not_touched(folder: Path) -> None:
    server(folder, "16").start().stop()
    with pytest.raises(EmbeddedPostgresFailed, match="KHATA_PG_VERSION=16"):
        server(folder, "18").start()


def test_an_unknown_version_is_refused(folder: Path) -> None:
    with pytest.raises(EmbeddedPostgresFailed, match="choose one of 16, 18"):
        server(folder, "12").start()


def test_a_first_start_that_was_killed_leaves_no_ruin(folder: Path) -> None:
    (folder / "postgres.new").mkdir(parents=True)
    folder.chmod(0o711)
    (folder / "postgres.new" / "PG_VERSION").write_text("18\n")
    with server(folder) as ours:
        assert ask(ours.url(), "select 1") == 1


def test_a_lost_password_is_not_replaced_behind_the_data(folder: Path) -> None:
    server(folder).start().stop()
    (folder / "postgres.password").unlink()
    with pytest.raises(EmbeddedPostgresFailed, match="put it back"):
        server(folder).start()
    assert not (folder / "postgres.password").exists()


def test_a_program_that_fails_says_why(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = "no_such_setting = 1\n"
    monkeypatch.setattr(Cluster, "_configuration", lambda self, port: broken)
    with pytest.raises(EmbeddedPostgresFailed, match="no_such_setting"):
        server(folder).start()


def test_roles_need_a_password_to_be_derived_from(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusting = "host all all 127.0.0.1/32 trust\n"
    monkeypatch.setattr("khata.db.embedded.cluster.AUTHENTICATION", trusting)
    with server(folder) as ours:
        address = ours.url().partition("@")[2]
        with pytest.raises(ValueError, match="must hold its password"):
            provision(f"postgresql://postgres@{address}", "khata")
