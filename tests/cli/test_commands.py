"""The terminal: what it answers, what it refuses, and that it leaves nothing behind."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from khata.cli.__main__ import main
from khata.cli.main import app
from khata.core.ids import new_id, parse_id
from khata.db.embedded.provision import Urls, provision
from khata.db.embedded.server import EmbeddedPostgres
from khata.db.transaction import Database
from khata.usecases.tenants.set_test_clock import SetTestClock, set_test_clock

SECONDS = 120

ACCOUNT = {
    "business_name": "Chai Cloud Pvt Ltd",
    "email": "owner@chai.example",
    "password": "a long walk by the Kaveri",
    "country": "IN",
    "state": "KA",
    "timezone": "Asia/Kolkata",
    "currency": "INR",
}


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """A data folder for all commands of this file, as a person would have one."""
    place = Path(tempfile.mkdtemp(prefix="khata-cli-"))
    place.chmod(0o711)
    yield place / "state"
    if (place / "state").exists():
        EmbeddedPostgres(place / "state").stop()
    shutil.rmtree(place)


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    ours = {k: v for k, v in os.environ.items() if not k.startswith("KHATA_")}
    return {**ours, "KHATA_DATA_DIR": str(data_dir), "COLUMNS": "80", "NO_COLOR": "1", **more}


def khata(*words: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "khata.cli", *words]
    return subprocess.run(
        command, env=env, capture_output=True, text=True, timeout=SECONDS, check=False
    )


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("up",),
        ("migrate",),
        ("doctor",),
        ("billing",),
        ("billing", "run"),
        ("billing", "release"),
        ("clock",),
        ("clock", "advance"),
        ("events",),
        ("events", "tail"),
        ("events", "schema"),
    ],
)
def test_help_fits_80_columns_and_cuts_no_word(data_dir: Path, words: tuple[str, ...]) -> None:
    env = {"KHATA_DATA_DIR": str(data_dir), "COLUMNS": "80", "NO_COLOR": "1"}
    shown = CliRunner().invoke(app, [*words, "--help"], env=env, prog_name="khata")
    assert shown.exit_code == 0, shown.output
    assert max(len(line) for line in shown.stdout.splitlines()) <= 80
    assert "…│" not in shown.stdout.replace(" ", "")
    assert "<bool>" not in shown.stdout
    assert not data_dir.exists()  # asking for help makes nothing


def test_doctor_before_the_first_start_says_what_to_do(data_dir: Path) -> None:
    looked = khata("doctor", env=environment(data_dir))
    assert looked.returncode == 1
    assert "✗ database" in looked.stdout
    assert "khata up" in looked.stdout
    assert not data_dir.exists()  # looking makes nothing


def test_migrate_then_all_is_well(data_dir: Path) -> None:
    made = khata("migrate", env=environment(data_dir))
    assert made.returncode == 0, made.stderr
    assert "applied 0001_spine" in made.stdout

    again = khata("migrate", env=environment(data_dir))
    assert "nothing to do" in again.stdout

    looked = khata("doctor", env=environment(data_dir))
    assert looked.returncode == 0, looked.stdout
    assert "✗" not in looked.stdout
    for what in ("settings", "secret key", "fonts", "database", "tables", "wall", "clocks"):
        assert f"✓ {what}" in looked.stdout
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


def test_up_serves_and_a_polite_end_stops_everything(data_dir: Path) -> None:
    engine = _started(data_dir)
    try:
        address = _address(engine)
        assert httpx.get(f"{address}/healthz", timeout=30).status_code == 200
        assert (data_dir / "postgres" / "postmaster.pid").exists()
    finally:
        engine.send_signal(signal.SIGTERM)
        out, err = engine.communicate(timeout=SECONDS)
    assert engine.returncode == 0, out + err
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


def test_a_killed_engine_is_started_again(data_dir: Path) -> None:
    killed = _started(data_dir)
    _address(killed)
    killed.kill()
    killed.communicate(timeout=SECONDS)
    assert (data_dir / "postgres" / "postmaster.pid").exists()

    engine = _started(data_dir)
    try:
        assert httpx.get(f"{_address(engine)}/readyz", timeout=30).status_code == 200
    finally:
        engine.send_signal(signal.SIGINT)
        engine.communicate(timeout=SECONDS)
    assert engine.returncode == 0
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


def test_billing_with_nothing_due_says_so(data_dir: Path) -> None:
    done = khata("billing", "run", env=environment(data_dir))
    assert (done.returncode, done.stdout) == (0, "nothing is due\n"), done.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("billing", "run", "--as-of", "2026-02-28"), "tenant_missing"),
        (("billing", "run", "--as-of", "x", "--tenant", "ten_0"), "invalid_date"),
        (("billing", "run", "--as-of", "2026-02-30", "--tenant", "ten_0"), "invalid_date"),
        (("up", "--host", "192.0.2.1"), "address_unknown"),
        (("billing", "run", "--tenant", "ten_0"), "not_found"),
        (("billing", "run", "--tenant", "ten_00000000000000000000000000"), "not_found"),
        (("clock", "advance", "--to", "2027-02-01"), "no_test_clock"),
        (("clock", "advance", "--to", "soon", "--tenant", "ten_" + "0" * 26), "invalid_time"),
        (
            ("clock", "advance", "--to", "2027-02-01T09:00", "--tenant", "ten_" + "0" * 26),
            "time_zone_missing",
        ),
    ],
)
def test_a_no_is_a_code_and_a_sentence(data_dir: Path, words: tuple[str, ...], code: str) -> None:
    said = khata(*words, env=environment(data_dir))
    assert said.returncode == 1
    assert said.stderr.startswith(f"{code}: ")
    assert "Traceback" not in said.stderr


def test_a_wrong_setting_is_named(data_dir: Path) -> None:
    said = khata("up", env=environment(data_dir, KHATA_PORT="many"))
    assert said.returncode == 1
    assert said.stderr.startswith("KHATA_PORT: ")


# What somebody may have set → how the line begins that says so.
UNUSABLE = {
    "KHATA_DATABASE_URL=garbage": "KHATA_DATABASE_URL: is not the address of a PostgreSQL",
    "KHATA_DATABASE_URL=mysql://a:secret@b/c": "KHATA_DATABASE_URL: is not the address of a",
    "KHATA_SECRET_KEY_FILE=/nope": "KHATA_SECRET_KEY_FILE: /nope cannot be read: No such file",
    "KHATA_SMTP_URL=http://x": "KHATA_SMTP_URL: an SMTP URL reads smtp://",
    "KHATA_MAIL_FROM=nobody": "KHATA_MAIL_FROM: is not one sender",
    "KHATA_TRUSTED_PROXIES=*": "KHATA_TRUSTED_PROXIES: '*' is neither an address",
    "KHATA_DATA_DIR=/etc/passwd": "folder_unusable: /etc/passwd",
    "KHATA_DATA_DIR=/proc/x": "folder_unusable: /proc/x",
}


@pytest.mark.parametrize("setting", UNUSABLE)
def test_what_cannot_be_used_is_a_sentence(data_dir: Path, setting: str) -> None:
    name, _, value = setting.partition("=")
    said = khata("migrate", env=environment(data_dir, **{name: value}))
    assert said.returncode == 1
    assert said.stderr.startswith(UNUSABLE[setting])
    assert "Traceback" not in said.stderr
    assert "secret" not in said.stderr.lower().replace("khata_secret_key", "")


def test_the_doctor_looks_at_a_folder_that_is_none(data_dir: Path) -> None:
    looked = khata("doctor", env=environment(data_dir, KHATA_DATA_DIR="/etc/passwd"))
    assert looked.returncode == 1
    assert "✗ data folder /etc/passwd is no folder that we may write to" in looked.stdout
    assert "Traceback" not in looked.stderr


def test_ctrl_c_while_it_loads_is_no_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("khata.cli.main.app", interrupted)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130


def test_a_misspelled_setting_is_seen(data_dir: Path) -> None:
    looked = khata("doctor", env=environment(data_dir, KHATA_PROT="9"))
    assert looked.returncode == 1
    assert "KHATA_PROT" in looked.stdout


def test_a_database_that_is_not_there_is_a_no(data_dir: Path) -> None:
    nowhere = "postgresql://khata_app:x@127.0.0.1:1/khata"
    said = khata("up", env=environment(data_dir, KHATA_DATABASE_URL=nowhere))
    assert said.returncode == 1
    assert said.stderr.startswith("operational_error: ")
    assert "Traceback" not in said.stderr


def test_the_engine_does_not_start_over_a_breached_wall(
    data_dir: Path, superuser_url: str, urls: Urls
) -> None:
    as_superuser = superuser_url.rpartition("/")[0] + "/" + urls.app.rpartition("/")[2]
    said = khata("up", "--port", "0", env=environment(data_dir, KHATA_DATABASE_URL=as_superuser))
    assert said.returncode == 1
    assert said.stderr.startswith("wall_breached: ")
    assert "superuser" in said.stderr


def test_a_tenants_clock_moves_and_its_day_is_billed(data_dir: Path) -> None:
    engine = _started(data_dir)
    try:
        address = _address(engine)
        opened = httpx.post(f"{address}/v1/accounts", json=ACCOUNT, timeout=30)
        assert opened.status_code == 201, opened.text
        test = opened.json()["test"]
    finally:
        engine.send_signal(signal.SIGTERM)
        engine.communicate(timeout=SECONDS)

    _freeze(data_dir, test["tenant"])
    env = environment(data_dir)
    moved = khata("clock", "advance", "--to", "2026-02-28", env=env)
    assert moved.returncode == 0, moved.stderr
    # midnight of Kolkata, 5:30 ahead of UTC, is 18:30 of the day before
    assert moved.stdout == f"{test['tenant']}: it is 2026-02-27T18:30:00+00:00\n"

    back = khata("clock", "advance", "--to", "2026-02-27", "--tenant", test["tenant"], env=env)
    assert (back.returncode, back.stderr.partition(":")[0]) == (1, "clock_moved_back")

    idle = khata("billing", "release", "--tenant", test["tenant"], "--code", "x", env=env)
    assert (idle.returncode, idle.stdout) == (0, "nothing is parked\n"), idle.stderr

    billed = khata("billing", "run", "--tenant", test["tenant"], "--as-of", "2026-02-28", env=env)
    assert billed.returncode == 0, billed.stderr
    assert f"{test['tenant']} as of 2026-02-28: 0 invoices, 0 parked (run_" in billed.stdout


def test_the_readmes_path_leads_to_its_end_and_says_why_not_again(
    data_dir: Path, tmp_path: Path
) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    path = readme.partition("## Ten minutes with curl")[2].partition("```sh\n")[2]
    engine = _started(data_dir)
    try:
        address = _address(engine)
        script = path.partition("```")[0].replace("http://127.0.0.1:8000", address)
        first, second = _walked(script, tmp_path), _walked(script, tmp_path)
    finally:
        engine.send_signal(signal.SIGTERM)
        engine.communicate(timeout=SECONDS)
    assert first.returncode == 0, first.stderr
    assert first.stdout.count('"object":"invoice"') >= 13
    assert first.stderr.strip() == ""  # only the ends of lines
    assert (tmp_path / "invoice.pdf").read_bytes().endswith(b"%%EOF")
    assert second.returncode != 0
    assert second.stderr.startswith("\nfounder@chai.example has an account; sign in instead\n")
    assert "Traceback" not in second.stderr
    assert second.stdout == ""


def _walked(script: str, place: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", script],
        cwd=place,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def _freeze(data_dir: Path, tenant: str) -> None:
    at = datetime(2026, 1, 31, 3, 30, tzinfo=UTC)
    with EmbeddedPostgres(data_dir) as server:
        db = Database(provision(server.url(), "khata").app)
        set_test_clock(SetTestClock(parse_id("ten", tenant), new_id(at), at), db=db)
        db.close()


def _started(data_dir: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "khata.cli", "up", "--port", "0"]
    return subprocess.Popen(
        command,
        env={**environment(data_dir), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _address(engine: subprocess.Popen[str]) -> str:
    assert engine.stdout is not None
    first = engine.stdout.readline()
    found = re.search(r"http://\S+", first)
    assert found, first + (engine.communicate(timeout=SECONDS)[1] if not first else "")
    return found.group()
