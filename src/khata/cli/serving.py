"""Serve the engine over HTTP, with its worker and its relay beside it, until somebody says stop."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from fastapi import FastAPI

from khata.api.app import create_app
from khata.dashboard.problems import HtmlProblems
from khata.dashboard.routes import router as dashboard
from khata.settings import Settings
from khata.wiring import Engine
from khata.worker.loop import run_forever
from khata.worker.processes import alive
from khata.worker.relay import run_relay

PATIENCE = 30.0  # seconds that each has to finish its batch when we stop

Loop = Callable[[Engine, threading.Event], None]


def serve(engine: Engine, listener: socket.socket, *, ready: Callable[[str], None]) -> None:
    """Answer requests and do what is due, until SIGINT or SIGTERM.

    `ready` is called with the installation's address once connections are accepted.
    Raises: whatever ended the worker or the relay.
    """
    server = uvicorn.Server(_configuration(both_doors(engine), engine.settings))
    beside = [
        _Beside("worker", run_forever, engine, server),
        _Beside("relay", run_relay, engine, server),
    ]
    for one in beside:
        one.start()
    try:
        with alive(engine, "up"):
            ready(engine.settings.base_url)
            server.run(sockets=[listener])
    except KeyboardInterrupt:
        pass  # uvicorn has finished its requests and passes the signal on
    finally:
        for one in beside:
            one.ask_to_end()
        for one in beside:
            one.join(PATIENCE)
    for one in beside:
        if one.fault is not None:
            raise one.fault


def answer_requests(
    engine: Engine, listener: socket.socket, *, ready: Callable[[str], None]
) -> None:
    """Answer requests and do nothing else, until SIGINT or SIGTERM."""
    server = uvicorn.Server(_configuration(both_doors(engine), engine.settings))
    with alive(engine, "api"), suppress(KeyboardInterrupt):
        ready(engine.settings.base_url)
        server.run(sockets=[listener])


def both_doors(engine: Engine) -> FastAPI:
    """Return the app of one process: the API, and the pages for people beside it."""
    app = create_app(engine)
    app.include_router(dashboard(engine))
    app.add_middleware(HtmlProblems)
    return app


class _Beside(threading.Thread):
    """A loop that runs beside the server; without it nothing is served either."""

    def __init__(self, name: str, loop: Loop, engine: Engine, server: uvicorn.Server) -> None:
        super().__init__(name=name)
        self.fault: Exception | None = None
        self._loop, self._engine, self._server = loop, engine, server
        self._stop_asked = threading.Event()

    def run(self) -> None:
        # An engine that answers and no longer bills would look healthy: all end together.
        try:
            self._loop(self._engine, self._stop_asked)
        except Exception as fault:
            self.fault = fault
        finally:
            self._server.should_exit = True

    def ask_to_end(self) -> None:
        """Ask it to stop after what it is in the middle of."""
        self._stop_asked.set()


def _configuration(app: FastAPI, settings: Settings) -> uvicorn.Config:
    # The app tells its requests itself, so uvicorn speaks up only when something is wrong.
    level = "debug" if settings.log_level == "debug" else "warning"
    return uvicorn.Config(
        app,
        log_config=None,  # its lines have our form: see watch/logs.py
        log_level=level,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=10,
    )
