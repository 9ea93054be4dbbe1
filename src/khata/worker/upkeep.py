"""Upkeep: what has served its time goes, a batch for each who has some. Any number may run."""

import threading

import structlog

from khata.usecases.upkeep.forget_ended_sign_ins import ForgetEndedSignIns, forget_ended_sign_ins
from khata.usecases.upkeep.forget_old_keys import KEPT, ForgetOldKeys, forget_old_keys
from khata.wiring import Engine

MOST_TENANTS = 200  # of one call; the next begins with those who keep the oldest

log = structlog.get_logger()


def do_upkeep(engine: Engine, stop: threading.Event) -> int:
    """Do one batch for each who needs it, in the machine's time, and return how many rows went.

    More than none means that there may be more. What fails for one tenant hinders no other.
    """
    at = engine.clock.now()
    gone = forget_ended_sign_ins(ForgetEndedSignIns(at), db=engine.db)
    rows = engine.db.ask(
        "select tenant_id from tenants_with_upkeep_due(%s, %s)", at - KEPT, MOST_TENANTS
    )
    for (tenant,) in rows:
        if stop.is_set():
            break
        try:
            gone += forget_old_keys(ForgetOldKeys(tenant, at), db=engine.db)
        except Exception:
            log.exception("upkeep_failed", tenant=str(tenant))
    return gone
