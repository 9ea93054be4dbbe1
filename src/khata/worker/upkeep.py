"""Upkeep: what has served its time goes, a batch for each who has some. Any number may run."""

import threading
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from khata.core.queues import Queue
from khata.usecases.upkeep.forget_ended_sign_ins import ForgetEndedSignIns, forget_ended_sign_ins
from khata.usecases.upkeep.forget_event_bodies import ForgetEventBodies, forget_event_bodies
from khata.usecases.upkeep.forget_old_keys import KEPT, ForgetOldKeys, forget_old_keys
from khata.wiring import Engine
from khata.worker.broker import Rings
from khata.worker.ringing import lost_after, ring_all

MOST_TENANTS = 200  # of one call; the next begins with those who keep the oldest
UPKEEP_EVERY = timedelta(minutes=1)

log = structlog.get_logger()


class NowAndThen:
    """Says when it is time again, by the clock of whoever asks."""

    def __init__(self, every: timedelta) -> None:
        self._every = every
        self._next: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Say whether it is time, and if so count from now; the first time it always is."""
        if self._next is not None and now < self._next:
            return False
        self._next = now + self._every
        return True


def ring_for_upkeep(engine: Engine, broker: Rings) -> None:
    """Do what belongs to no tenant, and ring for each who keeps what is too old.

    Raises: BrokerAway.
    """
    at = engine.clock.now()
    forget_ended_sign_ins(ForgetEndedSignIns(at), db=engine.db)
    rung, lost_before = [], at - lost_after(engine.settings)
    for tenant in _who_needs_it(engine, at):
        with engine.db.transaction(tenant) as uow:
            rung.append(uow.bells.ring(Queue.EXPORTS, 1, at, lost_before=lost_before))
    ring_all(engine, broker, [bell for bell in rung if bell is not None])


def do_upkeep(engine: Engine, stop: threading.Event) -> int:
    """Do one batch for each who needs it, in the machine's time, and return how many rows went.

    More than none means that there may be more. What fails for one tenant hinders no other.
    """
    at = engine.clock.now()
    gone = forget_ended_sign_ins(ForgetEndedSignIns(at), db=engine.db)
    for tenant in _who_needs_it(engine, at):
        if stop.is_set():
            break
        try:
            gone += forget_old_keys(ForgetOldKeys(tenant, at), db=engine.db)
            bodies = ForgetEventBodies(tenant, at, engine.settings.gateway_event_days)
            gone += forget_event_bodies(bodies, db=engine.db)
        except Exception:
            log.exception("upkeep_failed", tenant=str(tenant))
    return gone


def _who_needs_it(engine: Engine, at: datetime) -> list[UUID]:
    keys = engine.db.ask(
        "select tenant_id from tenants_with_upkeep_due(%s, %s)", at - KEPT, MOST_TENANTS
    )
    received_before = at - timedelta(days=engine.settings.gateway_event_days)
    bodies = engine.db.ask(
        "select tenant_id from tenants_with_old_event_bodies(%s, %s)", received_before, MOST_TENANTS
    )
    return list(dict.fromkeys(row[0] for row in (*keys, *bodies)))
