"""The relay's duty towards the stream: what waits for it is published, tenant by tenant."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import structlog

from khata.ports.event_stream import EventStream
from khata.usecases.stream.publish_waiting import PublishWaiting, publish_waiting
from khata.wiring import Engine

BATCH = 1000  # events of one tenant, published and removed together
MOST_TENANTS = 200  # of one look; the next begins with those that wait the longest

log = structlog.get_logger()


class StreamDuty:
    """Publishes on a thread of its own: a stream that is away holds nobody up."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="stream")
        self._round: Future[int] | None = None

    def __call__(self, engine: Engine, stop: threading.Event) -> int:
        """Return what the last round published, and begin another; once stopped, wait for it."""
        if engine.stream is None:
            return 0
        done = 0
        if self._round is not None and (stop.is_set() or self._round.done()):
            round, self._round = self._round, None
            done = round.result()
        if self._round is None and not stop.is_set():
            self._round = self._thread.submit(publish_round, engine, engine.stream, stop)
        return done


def publish_round(
    engine: Engine, stream: EventStream, stop: threading.Event, *, batch: int = BATCH
) -> int:
    """Publish until nothing waits that others do not hold, the stream is away, or `stop` is set."""
    published, done_now = 0, 1
    while done_now:
        done_now = 0
        for (tenant,) in engine.db.ask("select tenant_id from tenants_to_stream(%s)", MOST_TENANTS):
            if stop.is_set():
                return published
            try:
                command = PublishWaiting(tenant, limit=batch)
                done = publish_waiting(command, db=engine.db, stream=stream)
            except Exception:
                log.exception("publishing_failed", tenant=str(tenant))
                continue
            done_now += done.kept
            if done.is_away:
                return published + done_now  # the next look tries again
        published += done_now
    return published
