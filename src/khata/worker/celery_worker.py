"""The worker: Celery with our queues, whose processes each open an engine of their own."""

import os
import signal
import threading
from collections.abc import Sequence
from typing import Any

from celery.signals import (
    setup_logging,
    task_postrun,
    task_prerun,
    worker_process_init,
    worker_process_shutdown,
    worker_shutting_down,
)

from khata.db.embedded.provision import Urls
from khata.settings import Settings
from khata.wiring import open_engine
from khata.worker import task_figures
from khata.worker.broker import Broker, celery_app
from khata.worker.tasks import Child, install_tasks


def work_forever(settings: Settings, urls: Urls, queues: Sequence[str], concurrency: int) -> None:
    """Take from the queues until SIGTERM; then finish within the grace, or hand back."""
    url = settings.broker_url
    assert url is not None
    app = celery_app(url)
    child = Child(lambda: (open_engine(settings, urls), Broker(url)))
    install_tasks(app, child)
    task_figures.before_children()
    connected = _connect(child, settings)
    try:
        app.worker_main(
            [
                "worker",
                f"--queues={','.join(queues)}",
                f"--concurrency={concurrency}",
                f"--loglevel={settings.log_level}",
                "--without-gossip",
                "--without-mingle",
                "--without-heartbeat",
            ]
        )
    finally:
        for sender, listener in connected:
            sender.disconnect(listener)


def _connect(child: Child, settings: Settings) -> list[tuple[Any, Any]]:
    """Tie our beginnings and ends to Celery's moments; it keeps weak references only."""

    def forked(**_: object) -> None:
        task_figures.in_child()

    def ending(**_: object) -> None:
        child.close()

    def shutting_down(**_: object) -> None:
        # What has not finished by then is handed back: the broker gives it to another worker.
        hurry = threading.Timer(settings.grace_seconds, os.kill, (os.getpid(), signal.SIGQUIT))
        hurry.daemon = True
        hurry.start()

    def lines_as_they_are(**_: object) -> None:
        """Keep Celery from writing lines in a form of its own (see watch/logs.py)."""

    pairs: list[tuple[Any, Any]] = [
        (setup_logging, lines_as_they_are),
        (task_prerun, task_figures.begun),
        (task_postrun, task_figures.ended),
        (worker_process_init, forked),
        (worker_process_shutdown, ending),
        (worker_shutting_down, shutting_down),
    ]
    for sender, listener in pairs:
        sender.connect(listener)
    return pairs
