"""Figures that a process counts itself; what the database knows is asked for elsewhere.

No id of a tenant, a customer or an invoice is ever a label: the number of series stays bounded.
The children of a process (a Celery worker has some) tell theirs to it, through a pipe.
"""

import contextlib
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

REGISTRY: Final = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

_REQUESTS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_GATEWAYS: Final = (*_REQUESTS, 30, 60)
_TASKS: Final = (0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900)
_PAGES: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5)

_known: Final[dict[str, "Counted | Timed"]] = {}
_parent: int | None = None  # the pipe to the process that is asked for our figures


class Counted:
    """A figure that only grows."""

    def __init__(self, name: str, says: str, *labels: str) -> None:
        self.name = name
        self._counter = Counter(name, says, labels, registry=REGISTRY)
        _known[name] = self

    def happened(self, *labels: str, times: float = 1) -> None:
        """Count what has happened, once or several times."""
        if not _told_to_parent(self.name, labels, times):
            self.take(labels, times)

    def take(self, labels: tuple[str, ...], value: float) -> None:
        (self._counter.labels(*labels) if labels else self._counter).inc(value)


class Timed:
    """How long something took, in seconds."""

    def __init__(self, name: str, says: str, *labels: str, steps: tuple[float, ...]) -> None:
        self.name = name
        self._histogram = Histogram(name, says, labels, buckets=steps, registry=REGISTRY)
        _known[name] = self

    @contextmanager
    def timing(self, *labels: str) -> Iterator[list[str]]:
        """Time the block, however it ends; its labels may be filled in before the end."""
        given = list(labels)
        begun = perf_counter()
        try:
            yield given
        finally:
            self.took(perf_counter() - begun, *given)

    def took(self, seconds: float, *labels: str) -> None:
        """Count something that took so long."""
        if not _told_to_parent(self.name, labels, seconds):
            self.take(labels, seconds)

    def take(self, labels: tuple[str, ...], value: float) -> None:
        (self._histogram.labels(*labels) if labels else self._histogram).observe(value)


requests: Final = Timed(
    "http_server_request_duration_seconds",
    "Time to answer a request, by method, route and class of status",
    *("method", "route", "status"),
    steps=_REQUESTS,
)
webhook_deliveries: Final = Counted(
    "webhook_deliveries_total", "Tries to deliver a webhook, by what became of them", "outcome"
)
invoices_finalized: Final = Counted(
    "invoices_finalized_total", "Invoices that got their number and were reacted to"
)
payment_attempts: Final = Counted(
    "payment_attempts_total",
    "Calls that were to take money, by gateway and by what was heard",
    *("gateway", "outcome"),
)
gateway_events: Final = Counted(
    "gateway_events_total",
    "What gateways told by themselves, by gateway and by whether it was kept, repeated or refused",
    *("gateway", "outcome"),
)
gateway_requests: Final = Timed(
    "gateway_request_duration_seconds",
    "Time that a gateway took to answer",
    "gateway",
    steps=_GATEWAYS,
)
pdf_renders: Final = Timed("pdf_render_seconds", "Time to set a document in type", steps=_PAGES)
task_runtimes: Final = Timed(
    "celery_task_runtime_seconds", "Time that a task ran, by its queue", "queue", steps=_TASKS
)
_build: Final = Gauge(
    "khata_build_info",
    "1, with the version and the process as labels",
    ["version", "process"],
    registry=REGISTRY,
)


def build_is(version: str, process: str) -> None:
    """Tell which khata this is."""
    _build.clear()
    _build.labels(version, process).set(1)


def open_to_children() -> int:
    """Count from now on what children tell, and return the pipe that they are to tell it to."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    threading.Thread(target=listen, args=[read], name="figures", daemon=True).start()
    return write


def tell_parent(pipe: int) -> None:
    """Tell what this process counts to the one that it was forked from, and keep none of it."""
    global _parent
    _parent = pipe


def _told_to_parent(name: str, labels: tuple[str, ...], value: float) -> bool:
    if _parent is None:
        return False
    line = json.dumps([name, labels, value]).encode() + b"\n"
    # Short enough to arrive whole (PIPE_BUF). A parent that does not listen costs a figure: work
    # is never held up by being counted.
    with contextlib.suppress(OSError):
        os.write(_parent, line)
    return True


def listen(pipe: int) -> None:
    """Count what is told through a pipe until nobody holds its other end."""
    with os.fdopen(pipe, "rb") as lines:
        for line in lines:
            name, labels, value = json.loads(line)
            _known[name].take(tuple(labels), value)
