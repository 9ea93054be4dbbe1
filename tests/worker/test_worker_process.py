"""A worker as an operator runs it: its lines, its readiness, and what its children count."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from trials.brokers import Redis
from trials.machines import Machine, running
from trials.ports import free_port, wait_for_port
from trials.shops import open_shops

pytestmark = pytest.mark.skipif(
    not Redis.is_here() and not os.environ.get("KHATA_CI"), reason="no redis-server here"
)

SECONDS = 120


@contextmanager
def redis() -> Iterator[tuple[str, Path]]:
    """A Redis of this test's own, and a folder."""
    with tempfile.TemporaryDirectory(prefix="khata-watched-") as folder:
        started = Redis(Path(folder))
        started.start()
        try:
            yield started.url, Path(folder)
        finally:
            started.stop()


def test_what_children_do_is_told_by_the_worker(untouched_urls: Urls) -> None:
    db = Database(untouched_urls.app)
    open_shops(db, 2, 5)
    db.close()
    port = free_port()
    with redis() as (url, folder):
        shared = {
            "KHATA_DATABASE_URL": untouched_urls.app,
            "KHATA_BROKER_URL": url,
            "KHATA_DATA_DIR": str(folder / "state"),
            "KHATA_LOG_FORMAT": "json",
            "PYTHONUNBUFFERED": "1",
        }
        worker = Machine(
            ["worker", "--concurrency", "2"],
            {**shared, "KHATA_METRICS_PORT": str(port)},
            folder / "worker.log",
        )
        scheduler = Machine(["scheduler"], shared, folder / "scheduler.log")
        with running([worker, scheduler]):
            wait_for_port(port, SECONDS)
            ready = httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=30)
            assert ready.json()["checks"] == {
                "database": "ok",
                "migrations": "ok",
                "broker": "ok",
            }
            text = figures_when(
                port,
                "invoices_finalized_total 10.0",
                'payment_attempts_total{gateway="fake",outcome="succeeded"} 10.0',
            )
            assert worker.stop() == 0
        lines = told(folder / "worker.log")
    assert 'celery_task_runtime_seconds_count{queue="billing"}' in text
    assert 'gateway_request_duration_seconds_count{gateway="fake"}' in text
    assert {line["process"] for line in lines} == {"worker"}
    assert {line["logger"] for line in lines} >= {"khata.worker.observed", "celery.apps.worker"}
    assert "Traceback" not in str(lines)


def figures_when(port: int, *signs: str) -> str:
    """The figures, once they hold every sign; asked again and again until then."""
    for _ in range(SECONDS * 5):
        text = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text
        if all(sign in text for sign in signs):
            return text
        wait_for_port(port, 1)
    raise AssertionError(f"never came to {signs}:\n{text}")


def told(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
