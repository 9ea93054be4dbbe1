"""Figures that stand in the database and at the broker: asked for when Prometheus asks, and kept
for a while, so that no number of askers loads the database."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import psycopg
import structlog
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from psycopg_pool import PoolTimeout

from khata.adapters.broker.sight import BrokerAway, BrokerSight
from khata.core.queues import DEAD, Queue
from khata.db.reads.figures import (
    START,
    Figure,
    books_checked,
    figures_known,
    new_books_checked,
)
from khata.wiring import Engine

KEPT: Final = timedelta(seconds=15)
AT_A_STEP: Final = 1000  # invoices whose books are compared each time
QUEUES: Final = (*(queue.value for queue in Queue), DEAD)

# What a figure of the database says, and the name of its label if it has parts.
_SAYS: Final[dict[str, tuple[str, str]]] = {
    "billing_run_lag_seconds": ("How long the subscription that waits longest has been due", ""),
    "dunning_open": ("Payments that have failed and are tried again", ""),
    "outbox_pending": ("Events that nobody has reacted to, counted up to 100,000", ""),
    "outbox_oldest_seconds": ("Age of the oldest event that nobody has reacted to", ""),
    "parked_work": ("Work set aside until a person looks", "kind"),
    "stream_pending": ("Events that wait for the stream", ""),
    "stream_oldest_seconds": ("How long the oldest of them has waited", ""),
    "webhook_oldest_pending_seconds": ("How long the oldest webhook has waited to leave", ""),
    "webhook_endpoints_disabled": ("Endpoints that are not sent to any more", ""),
    "workers_alive": ("Processes that do due work and said so within a minute", ""),
}

_log = structlog.get_logger(__name__)


class StandingFigures(Collector):
    """What the database and the broker know, as gauges."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._books = _Books(engine)
        self._one_at_a_time = threading.Lock()
        self._asked_at: datetime | None = None
        self._kept: Sequence[Metric] = ()
        self.registry = CollectorRegistry()
        self.registry.register(self)

    def describe(self) -> Iterable[Metric]:
        """Name nothing in advance: what would be asked for that is not known yet."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Return what is known, at most a quarter of a minute old."""
        with self._one_at_a_time:
            at = self._engine.clock.now()
            if self._asked_at is None or not timedelta(0) <= at - self._asked_at < KEPT:
                self._kept = [*self._of_database(at), *self._of_broker()]
                self._asked_at = at
            return self._kept

    def _of_database(self, at: datetime) -> Iterator[Metric]:
        try:
            found = figures_known(self._engine.db, at)
            off = self._books.off(at)
        except (psycopg.Error, PoolTimeout) as failure:
            _log.warning("figures_not_known", error=str(failure))
            yield _gauge("khata_database_up", "Whether the database answers", 0)
            return
        yield _gauge("khata_database_up", "Whether the database answers", 1)
        yield from families(found)
        yield _gauge(
            "ledger_imbalance",
            "How far the books are off what the invoices say, in minor units: must be 0",
            off,
        )
        yield _gauge(
            "ledger_checked_invoices", "Invoices compared on the present walk", self._books.walked
        )

    def _of_broker(self) -> Iterator[Metric]:
        url = self._engine.settings.broker_url
        if url is None:
            return
        try:
            lengths = BrokerSight(url).lengths(QUEUES)
        except BrokerAway as away:
            _log.warning("broker_away", error=str(away))
            yield _gauge("khata_broker_up", "Whether the broker answers", 0)
            return
        yield _gauge("khata_broker_up", "Whether the broker answers", 1)
        waiting = GaugeMetricFamily(
            "celery_queue_length", "Messages that wait in a queue", labels=["queue_name"]
        )
        for queue, length in lengths.items():
            waiting.add_metric([queue], length)
        yield waiting


class _Books:
    """A walk through the books of all tenants, a step at a time, and then again from the start.

    What a step finds off is told until the next walk has come past the end; what was made in the
    last minute is looked at each time, so that a fault of today is seen today.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._place: tuple[UUID, UUID] = (START, START)
        self._off = self._off_before = 0
        self.walked = 0

    def off(self, at: datetime) -> int:
        db = self._engine.db
        step = books_checked(db, self._place, at_most=AT_A_STEP)
        self._off += step.off
        self.walked += step.invoices
        told = max(self._off, self._off_before, new_books_checked(db, at, at_most=AT_A_STEP))
        if told:
            _log.error("books_off", minor_units=told)
        if step.place is None:
            self._off_before, self._off, self.walked = self._off, 0, 0
        self._place = step.place or (START, START)
        return told


def families(found: Sequence[Figure]) -> Iterator[Metric]:
    """Spell what the database has told for Prometheus; what has no name here is left out."""
    for name, (says, label) in _SAYS.items():
        family = GaugeMetricFamily(name, says, labels=[label] if label else [])
        for figure in found:
            if figure.name == name:
                family.add_metric([figure.label] if label else [], figure.value)
        yield family


def _gauge(name: str, says: str, value: float) -> Metric:
    family = GaugeMetricFamily(name, says)
    family.add_metric([], value)
    return family
