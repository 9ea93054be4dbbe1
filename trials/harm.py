"""Harm: what a trial does to the machines while they work, and puts right again."""

import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from khata.db.embedded.server import EmbeddedPostgres
from trials.brokers import Broker, Redis
from trials.machines import Machine


@dataclass(frozen=True)
class Scene:
    """All that can be hurt. `seconds` is how long the harm goes on."""

    workers: Sequence[Machine]
    broker: Broker
    postgres: EmbeddedPostgres
    data: Path  # the server's folder
    seconds: float


Harm = Callable[[Scene, threading.Event], None]


def nothing(scene: Scene, done: threading.Event) -> None:
    """Leave all as it is."""


def kill_workers(scene: Scene, done: threading.Event) -> None:
    """Kill one worker after the other with -9, every 3 s, and start it again."""
    until, turn = time.monotonic() + scene.seconds, 0
    while time.monotonic() < until and not done.wait(3):
        worker = scene.workers[turn % len(scene.workers)]
        worker.kill()
        worker.start()
        turn += 1


def restart_broker(scene: Scene, done: threading.Event) -> None:
    """Restart the broker, and a little later stop it for as long as the harm lasts."""
    done.wait(2)
    scene.broker.stop()
    scene.broker.start()
    done.wait(5)
    scene.broker.stop()
    done.wait(scene.seconds)
    scene.broker.start()


def empty_broker(scene: Scene, done: threading.Event) -> None:
    """Empty Redis twice: every message in it is gone."""
    assert isinstance(scene.broker, Redis)
    for _ in range(2):
        done.wait(2)
        scene.broker.flush()


def kill_postgres(scene: Scene, done: threading.Event) -> None:
    """Kill PostgreSQL in the midst of it, twice, and start it again after a moment."""
    for _ in range(2):
        done.wait(3)
        pid = (scene.data / "postgres" / "postmaster.pid").read_text().split()[0]
        os.kill(int(pid), signal.SIGKILL)
        done.wait(2)
        scene.postgres.start()


HARMS: dict[str, Harm] = {
    "nothing": nothing,
    "a worker killed every 3 s": kill_workers,
    "broker restarted, then away": restart_broker,
    "PostgreSQL killed twice": kill_postgres,
    "broker emptied": empty_broker,
}
