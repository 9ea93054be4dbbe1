"""The one task: a message rings, and a share of the work that it names is done."""

import time
from typing import Any, Final
from uuid import UUID

import psycopg
import structlog
from celery import Celery

from khata.db.stores.bells import Bell
from khata.usecases.due_work.answer_bell import AnswerBell, answer_bell
from khata.wiring import Engine
from khata.worker.about import about
from khata.worker.broker import ANSWER, Broker, BrokerAway
from khata.worker.scheduler import ring_all

PATIENCE: Final = 30  # looks, a second apart, at a database that is away

log = structlog.get_logger()


def install_tasks(app: Celery, process: "Opened") -> None:
    """Give the app its task; `process` holds what the task works with."""

    def answer(tenant: str, queue: str, lane: int, ring: int, **_: Any) -> None:
        assert process.engine is not None
        with about(process.engine, UUID(tenant)):
            _answer(Bell(UUID(tenant), queue, lane, ring), process)

    app.task(answer, name=ANSWER, ignore_result=True, Request="khata.worker.heard:Heard")


class Opened:
    """The engine and the broker of one process of the worker, opened after it has forked."""

    def __init__(self) -> None:
        self.engine: Engine | None = None
        self.broker: Broker | None = None


def _answer(bell: Bell, process: Opened) -> None:
    engine, broker = process.engine, process.broker
    assert engine is not None
    assert broker is not None
    command = AnswerBell(bell, engine.clock.now(), lanes=engine.settings.tenant_lanes)
    for looked in range(PATIENCE):
        try:
            following = answer_bell(command, tools=engine.tools)
            break
        except psycopg.OperationalError as away:
            # The message stays ours meanwhile: let go, it would be lost until the next sweep.
            if looked == PATIENCE - 1:
                raise
            log.warning("database_away", reason=str(away).strip())
            time.sleep(1)
    try:
        ring_all(engine, broker, following)
    except BrokerAway as away:
        log.warning("cannot_ring", reason=str(away))  # the scheduler does, when it is back
