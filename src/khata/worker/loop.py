"""The worker's loop: ask the database who has work due, and do it, tenant by tenant."""

import threading

import structlog

from khata.usecases.due_work.do_due_work import DoDueWork, do_due_work
from khata.usecases.tenants.live_through import live_through
from khata.wiring import Engine

PAUSE = 1.0  # seconds between two looks when there was nothing to do
MOST_TENANTS = 200  # of one look; the next look begins with those due the longest

log = structlog.get_logger()


def run_forever(engine: Engine, stop: threading.Event) -> None:
    """Do what is due until `stop` is set; between batches, never inside one.

    What fails for one tenant is told and tried again at the next look; the others go on.
    """
    while not stop.is_set():
        if run_once(engine, stop) == 0:
            stop.wait(PAUSE)


def run_once(engine: Engine, stop: threading.Event) -> int:
    """Look once, and return for how many tenants something was done."""
    due = engine.db.ask(
        "select tenant_id, advancing from tenants_with_due_work(%s, %s)",
        engine.clock.now(),
        MOST_TENANTS,
    )
    done = 0
    for tenant, advancing in due:
        if stop.is_set():
            break
        try:
            if advancing:
                done += live_through(tenant, tools=engine.tools)
            else:
                work = DoDueWork(tenant, engine.now(tenant))
                done += do_due_work(work, tools=engine.tools) > 0
        except Exception:
            log.exception("due_work_failed", tenant=str(tenant))
    return done
