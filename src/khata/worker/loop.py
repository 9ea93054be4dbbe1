"""The loop of `khata up`: ask the database who has work due, and do a share of it for each."""

import threading
from uuid import UUID

import structlog

from khata.usecases.due_work.do_share import DoShare, do_share
from khata.usecases.tenants.live_through import Journey, live_through
from khata.watch.traces import piece
from khata.wiring import Engine
from khata.worker.about import about
from khata.worker.rests import Rests
from khata.worker.upkeep import UPKEEP_EVERY, NowAndThen, do_upkeep

PAUSE = 1.0  # seconds between two looks when there was nothing to do
MOST_ROUNDS = 50  # of a test clock that is on its way: then the others have their turn
MOST_TENANTS = 200  # of one look; the next look begins with those due the longest

log = structlog.get_logger()


def run_forever(engine: Engine, stop: threading.Event) -> None:
    """Do what is due until `stop` is set; between shares, never inside one.

    A look gives each tenant one share, so that one with much to do delays no other.
    What fails for one tenant is told and tried again at a later look; the others go on.
    """
    rests, upkeep = Rests(), NowAndThen(UPKEEP_EVERY)
    while not stop.is_set():
        if upkeep.is_due(engine.clock.now()):
            do_upkeep(engine, stop)
        if run_once(engine, stop, rests) == 0:
            stop.wait(PAUSE)


def run_once(engine: Engine, stop: threading.Event, rests: Rests | None = None) -> int:
    """Look once, and return for how many tenants something was done."""
    rests = rests or Rests()
    due = engine.db.ask(
        "select tenant_id, advancing from tenants_with_due_work(%s, %s, %s)",
        engine.clock.now(),
        MOST_TENANTS,
        rests.resting(),
    )
    done = 0
    for tenant, advancing in due:
        if stop.is_set():
            break
        with about(engine, tenant):
            try:
                with piece("due work"):
                    done += _work_for(tenant, advancing, engine)
            except Exception:
                log.exception("due_work_failed")
                rests.failed(tenant)
            else:
                rests.went_well(tenant)
    return done


def _work_for(tenant: UUID, advancing: bool, engine: Engine) -> bool:
    if advancing:
        lived = live_through(tenant, tools=engine.tools, most_rounds=MOST_ROUNDS)
        return lived is not Journey.HELD_UP
    return do_share(DoShare(tenant, engine.now(tenant)), tools=engine.tools) > 0
