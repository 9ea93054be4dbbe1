"""Somebody who takes in webhooks, as they come over the wire."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any


@dataclass(frozen=True)
class Taken:
    headers: Mapping[str, str]  # names in lower case
    body: bytes


@dataclass
class Inbox:
    url: str = ""
    got: list[Taken] = field(default_factory=list)


@contextmanager
def receiver() -> Iterator[Inbox]:
    """Take in what comes until the block ends."""
    inbox = Inbox()

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            inbox.got.append(Taken(headers, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Taking)
    inbox.url = f"http://127.0.0.1:{server.server_port}/hooks"
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield inbox
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
