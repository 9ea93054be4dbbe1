"""Observed: logs, traces and figures of one process, from its start to its end."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from typing import Final, Literal

import structlog

from khata.settings import Settings
from khata.watch.figures import build_is
from khata.watch.logs import set_up_logs
from khata.watch.traces import end_traces, set_up_traces
from khata.wiring import Engine
from khata.worker.standing_figures import StandingFigures
from khata.worker.watch_server import watch_server

Process = Literal["api", "worker", "scheduler", "relay", "up"]

# These have a web server of their own, and answer there.
_SERVING: Final = frozenset({"api", "up"})
# Whoever does not serve, and of whom there are few, tells what the database knows.
_KNOWS_ALL: Final = frozenset({"scheduler"})

_log = structlog.get_logger(__name__)


def told_as(process: Process | Literal["command"], settings: Settings) -> None:
    """Write this process's lines as the settings say."""
    set_up_logs(process, level=settings.log_level, format=settings.log_format)


@contextmanager
def observed(engine: Engine, process: Process) -> Iterator[None]:
    """Let the process be watched until the block ends.

    Its lines have one form, its pieces of traces go to the collector that the environment names,
    and where KHATA_METRICS_PORT is set it answers /healthz, /readyz and /metrics there, unless it
    answers them already as a web server.
    """
    told_as(process, engine.settings)
    release = version("khata")
    set_up_traces(process, release)
    build_is(release, process)
    with ExitStack() as ending:
        ending.callback(end_traces)
        port = engine.settings.metrics_port
        if port is not None and process not in _SERVING:
            standing = StandingFigures(engine) if process in _KNOWS_ALL else None
            host, taken = ending.enter_context(watch_server(engine, port, standing))
            _log.info("watch_server_up", host=host, port=taken)
        yield
