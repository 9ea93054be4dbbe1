"""The server a pretend vendor stands behind: real sockets, so that answers can really be lost."""

import json
import socket
import time
from contextlib import suppress
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from khata.simulators.faults import DONE_BEFORE, Fault, FaultKind, Faults
from khata.simulators.pretend import Pretend, Request, Response

CONTROL = "/_sim/"  # what moves the pretend vendor itself; no vendor has such paths

_PROXY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


class SimulatorServer:
    """Serves one vendor on a port of the loopback address, until it is closed."""

    def __init__(self, vendor: Pretend, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.vendor = vendor
        handler = type("Handler", (_Handler,), {"vendor": vendor})
        self._server = ThreadingHTTPServer((host, port), handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def start(self) -> "SimulatorServer":
        self._thread.start()
        return self

    def serve(self) -> None:
        """Serve on this thread, until interrupted."""
        self._server.serve_forever()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    vendor: Pretend
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # an answer leaves as one piece, and not its head before its body

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what is asked here is read from the books."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("content-length") or 0)
        request = Request(
            self.command,
            unquote(parts.path),
            parse_qs(parts.query, keep_blank_values=True),
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(length),
        )
        if request.path.startswith(CONTROL):
            self._send(_controlled(self.vendor, request))
            return
        fault = self.vendor.faults.next_for(request.method, request.path)
        if fault is not None and fault.kind in DONE_BEFORE:
            self._fail_before(fault)
            return
        response = self.vendor.take(request)
        if response.is_lost:
            self._cut()
        elif fault is None:
            self._send(response)
        else:
            self._fail_after(fault, response)

    def _fail_before(self, fault: Fault) -> None:
        if fault.kind is FaultKind.LOST_BEFORE:
            self._cut()
        elif fault.kind is FaultKind.RATE_LIMITED:
            self._send(self.vendor.rate_limited())
        else:
            self._send(self.vendor.error_500())

    def _fail_after(self, fault: Fault, response: Response) -> None:
        if fault.kind is FaultKind.LOST_AFTER:
            self._cut()
        elif fault.kind is FaultKind.ERROR_500:
            self._send(self.vendor.error_500())
        elif fault.kind is FaultKind.HTML_502:
            self._send(Response(502, _PROXY_PAGE, {"Content-Type": "text/html"}))
        elif fault.kind is FaultKind.TRUNCATED:
            self._send(response, only=len(response.body) // 2)
        elif fault.kind is FaultKind.EMPTY:
            self._send(Response(200, b""))
        elif fault.kind is FaultKind.UNKNOWN_WORD:
            self._send(_with_unknown_word(response))
        else:
            time.sleep(fault.seconds)
            self._send(response)

    def _send(self, response: Response, *, only: int | None = None) -> None:
        """Send it; with `only` so many bytes of it, as a connection that breaks half-way does."""
        with suppress(BrokenPipeError, ConnectionResetError):
            self.send_response(response.status)
            for name, value in {"Content-Type": "application/json", **response.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            self.wfile.write(response.body if only is None else response.body[:only])
            self.wfile.flush()
        if only is not None:
            self._cut()

    def _cut(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


def _with_unknown_word(response: Response) -> Response:
    try:
        said = json.loads(response.body)
    except ValueError:
        return response
    if isinstance(said, dict) and "status" in said:
        said["status"] = "quantum_superposed"
    return Response(response.status, json.dumps(said).encode(), response.headers)


def _controlled(vendor: Pretend, request: Request) -> Response:
    """Do what moves the pretend vendor itself, and return what is asked for as JSON."""
    asked = json.loads(request.body) if request.body else {}
    what = request.path.removeprefix(CONTROL)
    said: Any = {}
    if what == "clock" and request.method == "POST":
        vendor.advance(datetime.fromisoformat(asked["now"]))
    elif what == "faults":
        _set_faults(vendor.faults, asked)
    elif what == "books":
        with vendor.lock:
            vendor.plans.do_until(vendor.clock.now())
            said = vendor.books()
    elif what != "clock":
        said = vendor.control(what, asked)
        if said is None:
            return Response(404, json.dumps({"error": f"no such control: {what}"}).encode())
    said = {"now": vendor.clock.now().isoformat(), **said}
    return Response(200, json.dumps(said, default=str).encode())


def _set_faults(faults: Faults, asked: dict[str, Any]) -> None:
    faults.set([Fault.of(one) for one in asked["faults"]], seed=asked.get("seed"))
