"""Hints: what has happened a moment ago is rung for at once, not at the scheduler's next look."""

import threading

from khata.wiring import Engine
from khata.worker.broker import Broker, BrokerAway
from khata.worker.scheduler import ring_once

KINDS = ("events",)


class HintDuty:
    """The relay's duty to ring for events that nobody has reacted to."""

    def __init__(self) -> None:
        self._broker: Broker | None = None

    def __call__(self, engine: Engine, stop: threading.Event) -> int:
        """Return how many bells were rung; without a broker there is nobody to hear one."""
        url = engine.settings.broker_url
        if url is None or stop.is_set():
            self._close()
            return 0
        self._broker = self._broker or Broker(url)
        try:
            return ring_once(engine, self._broker, KINDS)
        except BrokerAway:
            return 0  # the scheduler says so, and rings when it is back

    def _close(self) -> None:
        if self._broker is not None:
            self._broker.close()
            self._broker = None
