"""The relay: what has happened leaves the house, by every way that leads out of it."""

import threading
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from khata.wiring import Engine
from khata.worker.hints import HintDuty
from khata.worker.stream import StreamDuty
from khata.worker.webhooks import WebhookDuty

PAUSE: Final = 0.5  # seconds between two looks when there was nothing to do

Duty = Callable[[Engine, threading.Event], int]
"""Does a little of one kind of work and returns how much it did.

It comes back soon, so that the others have their turn; what takes long goes on on threads of its
own. Asked when `stop` is set, it begins nothing and comes back when all that it began has ended.
"""

log = structlog.get_logger()


def duties() -> tuple[Duty, ...]:
    """Return the duties of one relay. Any number of relays may have them at once."""
    return (HintDuty(), WebhookDuty(), StreamDuty())


def run_relay(
    engine: Engine, stop: threading.Event, *, duties_of_it: Sequence[Duty] | None = None
) -> None:
    """Ask the duties in turn until `stop` is set, and then let each end what it has begun.

    A duty that breaks is told of and asked again at the next look; the others go on.
    """
    all_of_them = duties() if duties_of_it is None else duties_of_it
    while not stop.is_set():
        if _ask_all(all_of_them, engine, stop) == 0:
            stop.wait(PAUSE)
    _ask_all(all_of_them, engine, stop)


def _ask_all(all_of_them: Sequence[Duty], engine: Engine, stop: threading.Event) -> int:
    done = 0
    for duty in all_of_them:
        try:
            done += duty(engine, stop)
        except Exception:
            log.exception("duty_broke", duty=type(duty).__name__)
    return done
