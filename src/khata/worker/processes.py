"""Processes that are alive say so, for whoever counts them."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

import psycopg

from khata.wiring import Engine

EVERY: Final = 10.0  # seconds
FORGOTTEN_AFTER: Final = timedelta(days=1)


@contextmanager
def alive(engine: Engine, kind: str, queues: Sequence[str] = ()) -> Iterator[None]:
    """Say every few seconds that this process lives, until the block ends."""
    id, stop = uuid4(), threading.Event()
    thread = threading.Thread(
        target=_say, args=(engine, id, kind, list(queues), stop), name="alive", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(EVERY)
        with suppress(psycopg.Error), engine.db.before_the_wall() as connection:
            connection.execute("delete from processes where id = %s", [id])


def _say(engine: Engine, id: UUID, kind: str, queues: list[str], stop: threading.Event) -> None:
    started = engine.clock.now()
    while True:
        now = engine.clock.now()
        with suppress(psycopg.Error), engine.db.before_the_wall() as connection:
            connection.execute(
                """insert into processes (id, kind, queues, host, started_at, seen_at)
                   values (%s, %s, %s, %s, %s, %s)
                   on conflict (id) do update set seen_at = excluded.seen_at""",
                [id, kind, queues, socket.gethostname(), started, now],
            )
            connection.execute("delete from processes where seen_at < %s", [now - FORGOTTEN_AFTER])
        if stop.wait(EVERY):
            return
