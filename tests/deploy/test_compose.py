"""compose.yaml: valid, three kinds of containers by default, and none may do more than it must."""

import json
import os
import stat
import subprocess
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from psycopg import sql

from khata.db.embedded.binaries import FOLDERS, WHEEL
from khata.db.embedded.provision import LIMITS
from khata.db.embedded.server import EmbeddedPostgres
from tests.deploy.stack import own_services, secret_names, stack
from tests.deploy.tools import ROOT, needed

MAKE_SECRETS = ROOT / "deploy" / "compose" / "make-secrets"


def test_compose_understands_it() -> None:
    needed("check_jsonschema")
    vendored = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    checker = needed("jsonschema").Draft202012Validator(json.loads(vendored.read_text()))
    read = stack()
    assert [error.message for error in checker.iter_errors(read)] == []
    read["services"]["api"]["port"] = []
    assert len(list(checker.iter_errors(read))) == 1


def test_by_default_there_are_three_kinds_of_containers() -> None:
    read = stack()
    kinds = {s["image"].split(":")[0] for s in read["services"].values() if "profiles" not in s}
    assert kinds == {"khata", "postgres", "redis"}
    assert set(own_services(read)) == {"migrate", "api", "worker", "scheduler", "relay"}
    profiles = {p for s in read["services"].values() for p in s.get("profiles", [])}
    assert profiles == {"rabbitmq", "kafka", "observability", "mail"}


def test_no_container_may_write_its_image_or_gain_rights() -> None:
    for name, service in stack()["services"].items():
        assert service["read_only"] is (name != "kafka"), name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "cap_add" not in service or name == "postgres"
        assert "healthcheck" in service, name
    for service in own_services(stack()).values():
        assert service["volumes"] == ["files:/var/lib/khata"]
        assert service["tmpfs"] == ["/tmp:size=256m,mode=1777"]


def test_nothing_listens_to_other_machines() -> None:
    ports = [p for s in stack()["services"].values() for p in s.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_what_is_named_is_there() -> None:
    read = stack()
    for name, service in read["services"].items():
        assert set(service.get("depends_on", {})) <= set(read["services"]), name
        assert set(service["networks"]) <= set(read["networks"]), name
        assert set(secret_names(service)) <= set(read["secrets"]), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in read["volumes"] or (ROOT / source).exists(), volume
        files_named = {v for v in _values(service) if v.startswith("/run/secrets/")}
        assert files_named <= {f"/run/secrets/{s}" for s in secret_names(service)}, name


def test_only_the_migration_is_given_the_owner() -> None:
    knows = [n for n, s in stack()["services"].items() if "owner-database-url" in secret_names(s)]
    assert knows == ["migrate"]


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    subprocess.run([MAKE_SECRETS, folder], check=True, capture_output=True)
    return folder


def test_the_secrets_that_are_made_are_those_that_are_asked_for(secrets: Path) -> None:
    for broker in ("redis", "rabbitmq"):
        read = stack(KHATA_SECRETS=str(secrets), KHATA_BROKER=broker)
        asked = {Path(secret["file"]) for secret in read["secrets"].values()}
        assert asked <= set(secrets.iterdir())
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    assert {stat.S_IMODE(f.stat().st_mode) for f in secrets.iterdir()} == {0o444}


def test_secrets_are_made_once_and_are_all_different(secrets: Path) -> None:
    before = {f.name: f.read_text() for f in secrets.iterdir()}
    (secrets / "grafana-password").unlink()
    subprocess.run([MAKE_SECRETS, secrets], check=True, capture_output=True)
    after = {f.name: f.read_text() for f in secrets.iterdir()}
    assert {name for name in before if before[name] != after[name]} == {"grafana-password"}
    assert len(set(after.values())) == len(after)


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that the server's user may enter, too."""
    with TemporaryDirectory(prefix="khata-roles-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


def test_the_roles_are_those_that_the_wall_stands_on(secrets: Path, home: Path) -> None:
    """The script that the container runs, on a server of its own, with the passwords made."""
    script = (ROOT / "deploy" / "compose" / "roles.sh").read_text()
    placed = home / "roles.sh"
    placed.write_text(script.replace("/run/secrets/", f"{secrets}/"))
    server = EmbeddedPostgres(home / "server", "18", durable=False)
    try:
        superuser = server.start().url()
        _run_roles(placed, superuser)
        with psycopg.connect(superuser) as connection:
            _look_at_roles(connection)
        for role in LIMITS:
            password = (secrets / f"{role.removeprefix('khata_')}-password").read_text().strip()
            given = {"user": role, "password": password, "dbname": "khata"}
            with psycopg.connect(superuser, **given) as connection:  # type: ignore[arg-type]
                assert connection.info.user == role
    finally:
        server.stop()


def _run_roles(script: Path, superuser: str) -> None:
    with psycopg.connect(superuser) as connection:
        at = connection.info
        variables = {
            "PATH": f"{files(WHEEL) / FOLDERS['18'] / 'bin'}:{os.environ['PATH']}",
            "PGHOST": at.host,
            "PGPORT": str(at.port),
            "PGPASSWORD": at.password,
            "POSTGRES_USER": at.user,
        }
    subprocess.run(["sh", script], env=variables, check=True, capture_output=True)


def _look_at_roles(connection: psycopg.Connection) -> None:
    found = connection.execute(
        """select rolname, rolconfig, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb
           from pg_roles where rolname like 'khata_%'"""
    ).fetchall()
    assert {name: dict(c.split("=") for c in config) for name, config, _ in found} == LIMITS
    assert not any(mighty for *_, mighty in found)
    open_to_all = connection.execute(
        sql.SQL("select has_database_privilege('public', 'khata', 'connect')")
    ).fetchone()
    assert open_to_all == (False,)


def _values(service: dict[str, object]) -> list[str]:
    environment = service.get("environment", {})
    assert isinstance(environment, dict)
    return [str(value) for value in environment.values()]
