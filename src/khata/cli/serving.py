"""Serve the engine over HTTP, with its worker beside it, until somebody says stop."""

import socket
import threading
from collections.abc import Callable

import uvicorn

from khata.api.app import create_app
from khata.cli.terminal import fail
from khata.settings import Settings
from khata.wiring import Engine
from khata.worker.loop import run_forever

PATIENCE = 30.0  # seconds that the worker has to finish its batch when we stop


def serve(engine: Engine, settings: Settings, *, ready: Callable[[str], None]) -> None:
    """Answer requests and do what is due, until SIGINT or SIGTERM.

    `ready` is called with the installation's address once connections are accepted.
    """
    listener = _listen(settings.host, settings.port)
    port = listener.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(engine),
            log_level=settings.log_level if settings.log_level != "info" else "warning",
            access_log=settings.log_level == "debug",
            server_header=False,
            timeout_graceful_shutdown=10,
        )
    )
    worker = _Worker(engine, server)
    worker.start()
    try:
        ready(settings.public_url or f"http://{_host(settings.host)}:{port}")
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        pass  # uvicorn has finished its requests and passes the signal on
    finally:
        worker.end()
        listener.close()
    if worker.fault is not None:
        raise worker.fault


class _Worker(threading.Thread):
    """The loop that does what is due; without it nothing is served either."""

    def __init__(self, engine: Engine, server: uvicorn.Server) -> None:
        super().__init__(name="worker")
        self.fault: Exception | None = None
        self._engine, self._server = engine, server
        self._stop_asked = threading.Event()

    def run(self) -> None:
        # An engine that answers and no longer bills would look healthy: both end together.
        try:
            run_forever(self._engine, self._stop_asked)
        except Exception as fault:
            self.fault = fault
        finally:
            self._server.should_exit = True

    def end(self) -> None:
        """Ask it to stop after the batch it is in, and wait for that."""
        self._stop_asked.set()
        self.join(PATIENCE)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as taken:
        fail(
            "address_taken",
            f"cannot listen on {host} port {port}: {taken.strerror}; choose another with --port",
        )


def _host(host: str) -> str:
    if host in ("0.0.0.0", "::"):
        return "localhost"
    return f"[{host}]" if ":" in host else host
