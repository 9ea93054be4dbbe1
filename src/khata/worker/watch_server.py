"""The watch server of a process that answers nobody else: /healthz, /readyz and /metrics."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import structlog

from khata.watch.circumstances import inside
from khata.wiring import Engine
from khata.worker.figures_shown import CONTENT_TYPE, figures_text, may_see_figures
from khata.worker.readiness import checked, missing
from khata.worker.standing_figures import StandingFigures

_log = structlog.get_logger(__name__)

SECONDS = 10  # that a caller has to say what it wants
JSON = "application/json"


@contextmanager
def watch_server(
    engine: Engine, port: int, standing: StandingFigures | None
) -> Iterator[tuple[str, int]]:
    """Answer on this port, 0 for a free one, until the block ends; the block gets the address."""
    server = _Server(engine, port, standing)
    thread = threading.Thread(target=server.serve_forever, name="watch", daemon=True)
    thread.start()
    try:
        host, taken = server.server_address[:2]
        yield str(host), int(taken)
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, engine: Engine, port: int, standing: StandingFigures | None) -> None:
        host = engine.settings.host
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.engine, self.standing = engine, standing
        super().__init__((host, port), _Answering)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log what broke while answering, in the form of every other line."""
        _log.exception("watch_server_failed")


class _Answering(BaseHTTPRequestHandler):
    timeout = SECONDS
    server_version = "khata"
    sys_version = ""

    def do_GET(self) -> None:
        with inside(door="watch"):
            status, type, body = self._answer()
        self.send_response(status)
        self.send_header("Content-Type", type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET

    def _answer(self) -> tuple[int, str, bytes]:
        server = cast(_Server, self.server)
        path = self.path.partition("?")[0]
        if path == "/healthz":
            return 200, JSON, _json(status="ok")
        if path == "/readyz":
            found = checked(server.engine)
            lacking = missing(found)
            status = "not_ready" if lacking else "ok"
            return 503 if lacking else 200, JSON, _json(status=status, checks=found)
        if path == "/metrics":
            return self._figures(server)
        return 404, JSON, _json(status="unknown_route")

    def _figures(self, server: _Server) -> tuple[int, str, bytes]:
        given = self.headers.get("Authorization", "")
        token = server.engine.settings.metrics_token
        if not may_see_figures(self.client_address[0], given, token=token):
            return 403, JSON, _json(status="metrics_closed")
        return 200, CONTENT_TYPE, figures_text(server.standing)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a probe comes every few seconds."""


def _json(**said: Any) -> bytes:
    return json.dumps(said).encode()
