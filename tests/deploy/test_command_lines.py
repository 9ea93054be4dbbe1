"""The command lines of the chart and of compose, run: as the user of the image, read-only, in their
environment, on a real PostgreSQL, Redis and RabbitMQ. Only ports and the secrets' texts are ours.
"""

import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import psycopg
import pytest
from psycopg import sql

from khata.db.embedded.provision import Urls, provision
from tests.deploy.chart import pods
from tests.deploy.container import Container, may_be_made
from tests.deploy.stack import own_services, secret_names, stack
from tests.deploy.test_image import HEALTHY
from tests.deploy.tools import CHART, missing
from trials.brokers import RabbitMQ, Redis, rabbitmq, redis
from trials.ports import free_port

PATIENCE = 120.0
TOKEN = "read-the-figures-please"


@dataclass(frozen=True)
class Process:
    """One process as a manifest describes it, with the paths that its secrets have there."""

    words: list[str]
    environment: dict[str, str]
    secrets: list[str]


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="khata-containers-") as made:
        Path(made).chmod(0o711)  # RabbitMQ's user has to walk through
        yield Path(made)


@pytest.fixture
def empty(superuser_url: str, worker_id: str) -> Iterator[Urls]:
    """A database as docs/operations.md makes it: three roles, and no table."""
    name = f"khata-containers-{worker_id}-{free_port()}"
    yield provision(superuser_url, name)
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        drop = sql.SQL("drop database if exists {} with (force)")
        connection.execute(drop.format(sql.Identifier(name)))


@pytest.mark.parametrize("setup", ["minimal", "redis", "rabbitmq-keda", "compose"])
def test_what_is_written_down_starts_serves_and_stops(
    setup: str, empty: Urls, folder: Path
) -> None:
    may_be_made()
    processes = _of_compose() if setup == "compose" else _of_chart(setup)
    with _broker(setup, folder) as broker_url:
        texts = _texts(empty, broker_url)
        made = [_container(p, texts, folder / f"{n}") for n, p in enumerate(processes)]
        [migrate] = [c for c in made if c.name == "migrate"]
        assert migrate.run("khata", "migrate") == 0, migrate.said
        assert "applied 0001" in migrate.said
        serving = [c for c in made if c is not migrate]
        with ExitStack() as running:
            for container in serving:
                running.enter_context(container.running())
            _look_at(serving, is_split=broker_url is not None)
            codes = {c.name: c.stop(PATIENCE) for c in serving}
            assert codes == dict.fromkeys(codes, 0)
    assert [c.said for c in made if "unknown_setting" in c.said] == []


def test_the_file_system_is_read_only_and_the_user_is_nobody(folder: Path) -> None:
    may_be_made()
    container = Container(["up"], {}, secrets={"/run/secrets/khata/key": "x"}, folder=folder)
    look = """
        test "$(id -u):$(id -g)" = 10001:10001
        test "$(cat /run/secrets/khata/key)" = x
        grep -q '^CapEff:\t0*$' /proc/self/status
        grep -q '^NoNewPrivs:\t1$' /proc/self/status
        touch /tmp/may /var/lib/khata/may
        for place in / /etc /usr /run /run/secrets/khata /var/lib /var/tmp /root; do
            if touch "$place/may-not" 2>/dev/null; then echo "wrote to $place"; exit 1; fi
        done
    """
    assert container.run("sh", "-euc", look) == 0, container.said


def _look_at(serving: list[Container], *, is_split: bool) -> None:
    for container in serving:
        _wait_until_ready(container)
        assert container.run("python", str(HEALTHY)) == 0
        assert container.run("python", str(HEALTHY), "/readyz") == 0
    if not is_split:
        return
    [scheduler] = [c for c in serving if c.name == "scheduler"]
    figures = _answer(_port(scheduler), "/metrics", token=TOKEN)
    assert "celery_queue_length{" in figures  # it knows the broker
    assert "khata_database_up 1.0" in figures
    assert not re.search(r"^workers_alive 0", figures, re.MULTILINE)


def _wait_until_ready(container: Container) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert not container.has_ended(), f"{container.name}: {container.said}"
        with suppress(URLError, OSError):
            _answer(_port(container), "/readyz")
            return
        time.sleep(0.1)
    pytest.fail(f"{container.name} is not ready: {container.said}")


def _answer(port: str, path: str, token: str = "") -> str:
    asked = Request(f"http://127.0.0.1:{port}{path}", headers={"Authorization": f"Bearer {token}"})
    with urlopen(asked, timeout=10) as answer:
        text: str = answer.read().decode()
    return text


def _port(container: Container) -> str:
    serves = container.name.split()[0] in ("api", "up")
    return container.environment["KHATA_PORT" if serves else "KHATA_METRICS_PORT"]


def _of_chart(flavour: str) -> list[Process]:
    return [
        Process(pod.words, pod.environment, _named(pod.environment))
        for pod in pods(CHART / "ci" / f"{flavour}.yaml")
    ]


def _of_compose() -> list[Process]:
    return [
        Process(
            service["command"],
            service["environment"],
            [f"/run/secrets/{name}" for name in secret_names(service)],
        )
        for service in own_services(stack()).values()
    ]


def _named(environment: dict[str, str]) -> list[str]:
    return [value for name, value in environment.items() if name.endswith("_FILE")]


def _container(process: Process, texts: dict[str, str], folder: Path) -> Container:
    folder.mkdir()
    secrets = {path: texts[Path(path).name] for path in process.secrets}
    ports = {"KHATA_PORT": str(free_port()), "KHATA_METRICS_PORT": str(free_port())}
    return Container(process.words, process.environment | ports, secrets=secrets, folder=folder)


def _texts(urls: Urls, broker_url: str | None) -> dict[str, str]:
    return {
        "database-url": urls.app,
        "owner-database-url": urls.owner,
        "secret-key": "0123456789abcdef" * 4 + "\n",
        "smtp-url": f"smtp://127.0.0.1:{free_port()}",
        "broker-url": broker_url or "",
        "metrics-token": TOKEN,
    }


@contextmanager
def _broker(setup: str, folder: Path) -> Iterator[str | None]:
    if setup == "minimal":
        yield None
        return
    kind, started = (RabbitMQ, rabbitmq) if setup.startswith("rabbitmq") else (Redis, redis)
    if not kind.is_here():
        missing(f"no {kind.name} on this machine")
    with started(folder) as broker:
        yield broker.url
