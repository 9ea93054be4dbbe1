"""The doctor's look at what is outside: a broker that is old, forgetful, away or full of dead."""

import socket
import ssl
from typing import Any

import pytest

from khata.adapters.broker.sight import BrokerAway, BrokerSight, Release
from khata.cli.doctor import outside
from khata.cli.doctor.finding import Finding
from khata.settings import Settings

URL = "amqp://me:canary@mq.example:5672//"


def look(
    monkeypatch: pytest.MonkeyPatch, release: Release | BrokerAway, dead: int = 0
) -> list[Finding]:
    def told(_: BrokerSight) -> Release:
        if isinstance(release, BrokerAway):
            raise release
        return release

    monkeypatch.setattr(BrokerSight, "release", told)
    monkeypatch.setattr(BrokerSight, "lengths", lambda _, queues: dict.fromkeys(queues, dead))
    return list(outside.broker(Settings(broker_url=URL)))


@pytest.mark.parametrize(
    ("release", "seen"),
    [
        (Release("Redis", "7.2.4"), "Redis 7.2.4 at amqp://mq.example:5672"),
        (Release("RabbitMQ", "4.1.0"), "RabbitMQ 4.1.0 at amqp://mq.example:5672"),
        (Release("RabbitMQ", "3.10.8-1"), "RabbitMQ 3.10.8-1 at amqp://mq.example:5672"),
        (Release("SQS", ""), "SQS at amqp://mq.example:5672"),
    ],
)
def test_a_broker_that_is_well(
    release: Release, seen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert look(monkeypatch, release) == [Finding("broker", seen)]


@pytest.mark.parametrize(
    ("release", "remedy"),
    [
        (Release("RabbitMQ", "3.9.29"), "upgrade it to 3.10 or newer"),
        (Release("Redis", "5.0.14"), "upgrade it to 6 or newer"),
        (Release("Redis", "7.2.4", evicts=True), "set its maxmemory-policy to noeviction"),
        (BrokerAway("amqp://mq.example:5672: refused"), "check KHATA_BROKER_URL"),
    ],
)
def test_a_broker_that_is_not(
    release: Release | BrokerAway, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    [found] = look(monkeypatch, release)
    assert remedy in found.remedy
    assert "canary" not in found.seen + found.remedy


def test_dead_letters_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    _, dead = look(monkeypatch, Release("RabbitMQ", "4.1.0"), dead=3)
    assert "3 in the queue khata.dead" in dead.seen
    assert not dead.is_well


def test_without_a_broker_all_is_well() -> None:
    [found] = outside.broker(Settings())
    assert found.is_well


def test_a_real_broker_that_is_away_is_a_line_without_its_password() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        for scheme in ("redis", "amqp"):
            [found] = outside.broker(
                Settings(broker_url=f"{scheme}://me:canary@127.0.0.1:{port}/0")
            )
            assert not found.is_well
            assert f"{scheme}://127.0.0.1:{port}" in found.seen
            assert "canary" not in found.seen


@pytest.mark.parametrize(
    ("authorities", "answer", "seen", "is_well"),
    [
        (144, socket.gaierror(socket.EAI_NONAME, "no such name"), "certificates are checked", True),
        (144, socket.gaierror(socket.EAI_AGAIN, "try again"), "no resolver of names", True),
        (144, OSError(1, "not permitted"), "names cannot be looked up: not permitted", True),
        (0, socket.gaierror(socket.EAI_NONAME, ""), "no certificate authority", False),
    ],
)
def test_the_way_out(
    authorities: int,
    answer: OSError,
    seen: str,
    is_well: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def look_up(*_: Any) -> None:
        raise answer

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(
        ssl.SSLContext, "cert_store_stats", lambda _: {"x509_ca": authorities, "x509": 0, "crl": 0}
    )
    found = outside.way_out()
    assert seen in found.seen
    assert found.is_well is is_well
