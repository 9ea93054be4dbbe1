"""The scheduler: ask the database who has work due, and ring for it. Any number may run."""

import threading
from collections.abc import Sequence

import psycopg
import structlog

from khata.core.queues import QUEUE_OF
from khata.db.stores.bells import Bell
from khata.wiring import Engine
from khata.worker.broker import BrokerAway, Rings
from khata.worker.ringing import lost_after, ring_all
from khata.worker.upkeep import UPKEEP_EVERY, NowAndThen, ring_for_upkeep

PAUSE = 1.0  # seconds between two looks that found little
LONGEST_PAUSE = 8.0  # while the broker or the database is away
MOST_BELLS = 500  # of one look; the next begins with those due the longest

log = structlog.get_logger()


def schedule_forever(engine: Engine, broker: Rings, stop: threading.Event) -> None:
    """Look and ring until `stop` is set; what is away is told once, and waited for."""
    pause, was_away = PAUSE, False
    upkeep = NowAndThen(UPKEEP_EVERY)
    while not stop.is_set():
        try:
            rung = ring_once(engine, broker)
            if upkeep.is_due(engine.clock.now()):
                ring_for_upkeep(engine, broker)
        except (BrokerAway, psycopg.OperationalError) as away:
            if not was_away:
                log.error("cannot_ring", reason=str(away).strip())
            was_away, pause = True, min(2 * pause, LONGEST_PAUSE)
        else:
            if was_away:
                log.info("rings_again")
            was_away, pause = False, 0.0 if rung == MOST_BELLS else PAUSE
        stop.wait(pause)


def ring_once(engine: Engine, broker: Rings, kinds: Sequence[str] = tuple(QUEUE_OF)) -> int:
    """Ring for work of these kinds that is due and that nobody has been rung for.

    Returns how many bells were rung. Raises: BrokerAway; the next look rings for the rest.
    """
    now = engine.clock.now()
    rows = engine.db.ask(
        "select tenant_id, queue, lane, ring from ring_bells(%s, %s, %s, %s, %s)",
        now,
        now - lost_after(engine.settings),
        list(kinds),
        [QUEUE_OF[kind].value for kind in kinds],
        MOST_BELLS,
    )
    ring_all(engine, broker, [Bell(*row) for row in rows])
    return len(rows)
