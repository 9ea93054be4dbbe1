"""A process that is watched: whether it is ready, its figures, and who may see them."""

import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from khata.adapters.broker.sight import BrokerAway, BrokerSight, Release
from khata.db.embedded.provision import Urls
from khata.db.reads.figures import START, Figure, Walked
from khata.db.transaction import Database
from khata.settings import Settings
from khata.watch import figures
from khata.wiring import Engine
from khata.worker import standing_figures
from khata.worker.observed import observed
from khata.worker.readiness import checked, missing
from khata.worker.standing_figures import StandingFigures
from khata.worker.watch_server import watch_server
from tests.api.stand_in import engine_on
from tests.log_lines import log_lines
from tests.worker.conftest import HandClock


def with_settings(engine: Engine, **different: Any) -> Engine:
    return replace(engine, settings=engine.settings.model_copy(update=different))


@pytest.fixture
def away() -> Iterator[str]:
    """The address of a broker that is not there: a port that is taken and refuses."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"redis://:canary@127.0.0.1:{taken.getsockname()[1]}/0"


def test_everything_is_there(engine: Engine) -> None:
    assert checked(engine) == {"database": "ok", "migrations": "ok"}


@pytest.mark.parametrize(
    ("version", "state"),
    [("0001_spine", "behind"), ("9999_not_yet", "ok"), (None, "missing")],
)
def test_migrations(
    version: str | None, state: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Newer tables serve us: this was looked at when we started."""

    def ask(sql: str, *_: object) -> list[list[object]]:
        if "alembic_version" in sql and version is None:
            raise psycopg.errors.UndefinedTable("no such table")
        return [[version]]

    monkeypatch.setattr(engine.db, "ask", ask)
    found = checked(engine)
    assert found["migrations"] == state
    assert missing(found) == ([] if state == "ok" else ["migrations"])


def test_a_broker_that_is_away_is_missing(engine: Engine, away: str) -> None:
    assert checked(with_settings(engine, broker_url=away))["broker"] == "away"


def test_a_broker_that_answers_is_there(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BrokerSight, "release", lambda _: Release("Redis", "7.2.4"))
    assert checked(with_settings(engine, broker_url="redis://there/0"))["broker"] == "ok"


def test_the_folder_of_the_embedded_database(engine: Engine, tmp_path: Path) -> None:
    embedded = with_settings(engine, database_url=None, data_dir=tmp_path)
    assert checked(embedded)["folder"] == "missing"
    (tmp_path / "postgres").mkdir()
    assert checked(embedded)["folder"] == "ok"


def ask(engine: Engine, path: str, **headers: str) -> httpx.Response:
    with watch_server(engine, 0, StandingFigures(engine)) as (host, port):
        return httpx.get(f"http://{host}:{port}{path}", headers=headers, timeout=30)


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/healthz", 200, {"status": "ok"}),
        ("/readyz", 200, {"status": "ok", "checks": {"database": "ok", "migrations": "ok"}}),
        ("/readyz?verbose", 200, None),
        ("/nowhere", 404, {"status": "unknown_route"}),
        ("/v1/products", 404, None),
    ],
)
def test_a_process_without_a_door_answers_who_watches_it(
    path: str, status: int, body: dict[str, Any] | None, engine: Engine
) -> None:
    answer = ask(engine, path)
    assert answer.status_code == status
    assert body is None or answer.json() == body
    assert answer.headers["cache-control"] == "no-store"


def test_what_is_missing_is_told_by_name_and_no_more(engine: Engine, away: str) -> None:
    answer = ask(with_settings(engine, broker_url=away), "/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "not_ready",
        "checks": {"database": "ok", "migrations": "ok", "broker": "away"},
    }


def test_its_figures_are_counted_by_itself_and_known_to_the_database(
    untouched_urls: Urls,
) -> None:
    """On a database of its own: other stories falsify books, and that would be told here."""
    figures.task_runtimes.took(0.2, "billing")
    with closing(Database(untouched_urls.app)) as db, engine_on(db, untouched_urls) as engine:
        answer = ask(engine, "/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    for line in (
        'celery_task_runtime_seconds_count{queue="billing"}',
        "khata_database_up 1.0",
        "ledger_imbalance 0.0",
        "billing_run_lag_seconds",
        "process_resident_memory_bytes",
    ):
        assert line in answer.text


@pytest.mark.parametrize(("token", "status"), [("a token for figures", 200), ("another", 403)])
def test_figures_ask_for_the_token_that_is_sent(token: str, status: int, engine: Engine) -> None:
    told = with_settings(engine, metrics_token="a token for figures")
    assert ask(told, "/metrics", Authorization=f"Bearer {token}").status_code == status


def test_what_the_database_knows_is_asked_for_four_times_a_minute_at_most(
    engine: Engine, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def count(_: object, at: datetime) -> list[Figure]:
        asked.append(at)
        return []

    monkeypatch.setattr(standing_figures, "figures_known", count)
    standing = StandingFigures(engine)
    for _ in range(20):
        list(standing.collect())
    assert len(asked) == 1
    clock.at += timedelta(seconds=15)
    list(standing.collect())
    clock.at -= timedelta(hours=1)  # a clock that was set back must not silence us for an hour
    list(standing.collect())
    assert len(asked) == 3


def test_how_much_waits_at_the_broker(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BrokerSight, "lengths", lambda _, queues: {q: len(q) for q in queues})
    text = ask(with_settings(engine, broker_url="redis://there/0"), "/metrics").text
    assert 'celery_queue_length{queue_name="billing"} 7.0' in text
    assert 'celery_queue_length{queue_name="khata.dead"} 10.0' in text
    assert "khata_broker_up 1.0" in text


def test_a_broker_that_is_away_hides_no_other_figure(engine: Engine, away: str) -> None:
    with log_lines() as logged:
        text = ask(with_settings(engine, broker_url=away), "/metrics").text
    assert "khata_broker_up 0.0" in text
    assert "celery_queue_length{" not in text
    assert "khata_database_up 1.0" in text
    [line] = [one for one in logged.lines if one["event"] == "broker_away"]
    assert "127.0.0.1" in line["error"]
    assert "canary" not in logged.text


def test_nobody_hears_the_password_of_a_broker(away: str) -> None:
    with pytest.raises(BrokerAway) as told:
        BrokerSight(away).release()
    assert "canary" not in str(told.value)


def test_books_that_are_off_are_told_until_a_walk_finds_them_right(
    engine: Engine, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = (START, START)
    steps = iter(
        [
            Walked(0, 1000, place),
            Walked(700, 1, None),  # the end of the first walk
            Walked(0, 1000, place),
            Walked(0, 1, None),  # the second found nothing
            Walked(0, 1000, place),
        ]
    )
    monkeypatch.setattr(standing_figures, "books_checked", lambda *_, **__: next(steps))
    standing = StandingFigures(engine)
    told = []
    with log_lines() as logged:
        for _ in range(5):
            told += [
                family.samples[0].value
                for family in standing.collect()
                if family.name == "ledger_imbalance"
            ]
            clock.at += timedelta(seconds=15)
    assert told == [0, 700, 700, 700, 0]
    assert {line["event"] for line in logged.lines} == {"books_off"}


@pytest.mark.parametrize(
    ("process", "serves"), [("scheduler", True), ("relay", True), ("up", False)]
)
def test_a_process_is_watched_from_its_start_to_its_end(
    process: Any, serves: bool, engine: Engine
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    watched = with_settings(engine, metrics_port=port, log_format="json")
    with log_lines():  # puts the log back afterwards
        with observed(watched, process):
            assert answers(port) is serves
            if serves:
                text = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text
                assert f'khata_build_info{{process="{process}"' in text
                assert ("khata_database_up" in text) is (process == "scheduler")
        assert not answers(port)


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=30).status_code == 200
    except httpx.ConnectError:
        return False


@pytest.mark.parametrize(
    "url",
    [
        "redis://localhost:6379/0",
        "redis://localhost",
        "rediss://:p%40ss@cache:6380/1",
        "amqp://guest:guest@localhost:5672//",
        "amqps://me:pw@mq/vhost",
        "sqs://key:secret@",
        "sentinel://a:26379;sentinel://b:26379",
    ],
)
def test_an_address_of_a_broker(url: str) -> None:
    assert Settings(broker_url=url).broker_url == url


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("localhost:6379", "without a scheme such as redis://"),
        ("http://canary:canary@host", "http:// is no address of a broker; write redis://host"),
        ("kafka9://host", "kafka9:// is no address"),
        ("redis://", "names no host"),
        ("redis://:canary@/0", "names no host"),
        ("redis://host:canary/0", "names no host, or a port that is none"),
        ("amqp://me:canary@host:99999//", "names no host, or a port that is none"),
        ("redis://host:6379/canary", "the database of a Redis is a number"),
    ],
)
def test_an_address_of_no_broker_is_told_in_a_sentence(url: str, sentence: str) -> None:
    with pytest.raises(ValueError) as told:
        Settings(broker_url=url)
    assert sentence in str(told.value)
    assert "canary" not in str(told.value)
