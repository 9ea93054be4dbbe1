"""The one task: a message rings, and a share of the work that it names is done."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Final, TypeVar
from uuid import UUID

import psycopg
import structlog
from celery import Celery

from khata.db.stores.bells import Bell
from khata.usecases.due_work.answer_bell import AnswerBell, answer_bell
from khata.wiring import Engine
from khata.worker.about import about
from khata.worker.broker import ANSWER, Broker, BrokerAway
from khata.worker.ringing import lost_after, ring_all

PATIENCE: Final = 30  # looks, a second apart, at a database that is away

T = TypeVar("T")

log = structlog.get_logger()


class Child:
    """What one process of the worker works with: opened when it is first needed, after the fork.

    Where the database is away at that moment, the next message tries again.
    """

    def __init__(self, open: Callable[[], tuple[Engine, Broker]]) -> None:
        self._open = open
        self._opened: tuple[Engine, Broker] | None = None
        self._life = ExitStack()

    def opened(self) -> tuple[Engine, Broker]:
        """Return the engine and the broker. Raises: psycopg.OperationalError, WallBreached."""
        if self._opened is None:
            engine, broker = self._opened = self._open()
            self._life.callback(engine.close)
            self._life.callback(broker.close)
        return self._opened

    def close(self) -> None:
        """Let go of all that was opened."""
        self._life.close()
        self._opened = None


def install_tasks(app: Celery, child: Child) -> None:
    """Give the app its task; `child` holds what the task works with."""

    def answer(tenant: str, queue: str, lane: int, ring: int, **_: Any) -> None:
        engine, broker = _patiently(child.opened)
        with about(engine, UUID(tenant)):
            _answer(Bell(UUID(tenant), queue, lane, ring), engine, broker)

    app.task(answer, name=ANSWER, ignore_result=True, Request="khata.worker.heard:Heard")


def _answer(bell: Bell, engine: Engine, broker: Broker) -> None:
    command = AnswerBell(
        bell, engine.clock.now(), engine.settings.tenant_lanes, lost_after(engine.settings)
    )
    following = _patiently(lambda: answer_bell(command, tools=engine.tools))
    log.info("bell_answered", queue=bell.queue, lane=bell.lane, rings=len(following))
    try:
        ring_all(engine, broker, following)
    except BrokerAway as away:
        log.warning("cannot_ring", reason=str(away))  # the scheduler does, when it is back


def _patiently(do: Callable[[], T]) -> T:
    """Do it, and wait for a database that is away. Raises: psycopg.OperationalError.

    The message stays ours meanwhile: let go, it would be lost until the next sweep.
    """
    for _ in range(PATIENCE - 1):
        try:
            return do()
        except psycopg.OperationalError as away:
            log.warning("database_away", reason=str(away).strip())
            time.sleep(1)
    return do()
