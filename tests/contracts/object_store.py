"""A little of S3 on loopback: enough to keep, read, find and remove an object, or to be away."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Bucket(ThreadingHTTPServer):
    """`answers` is what it says to everything, instead of doing it; `objects` is what it keeps."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.objects: dict[str, bytes] = {}
        self.answers: int | None = None
        self.seen: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def bucket_served() -> Iterator[Bucket]:
    """Serve an empty bucket until the block ends."""
    bucket = Bucket()
    serving = threading.Thread(target=bucket.serve_forever, args=(0.05,))
    serving.start()
    try:
        yield bucket
    finally:
        bucket.shutdown()
        serving.join()
        bucket.server_close()


class _Request(BaseHTTPRequestHandler):
    server: Bucket
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if not self._is_answered():
            self.server.objects[self.path] = content
            self._say(200, b"", ETag='"kept"')

    def do_GET(self) -> None:
        if not self._is_answered():
            self._tell()

    do_HEAD = do_GET

    def do_POST(self) -> None:
        """Remove what a list of keys names, which is how S3 is asked to remove even one."""
        asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if not self._is_answered():
            bucket = self.path.partition("?")[0]
            keys = re.findall("<Key>(.*?)</Key>", asked)
            for key in keys:
                self.server.objects.pop(f"{bucket}/{key}", None)
            gone = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
            self._say(200, f"<DeleteResult>{gone}</DeleteResult>".encode())

    def _is_answered(self) -> bool:
        self.server.seen.append(f"{self.command} {self.path}")
        if self.server.answers is not None:
            self._say(self.server.answers, b"<Error><Code>Told</Code></Error>")
            return True
        return False

    def _tell(self) -> None:
        found = self.server.objects.get(self.path)
        if found is None:
            self._say(404, b"<Error><Code>NoSuchKey</Code></Error>")
            return
        modified = "Wed, 01 Jan 2025 00:00:00 GMT"
        self._say(200, found, **{"ETag": '"kept"', "Last-Modified": modified})

    def _say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing: the tests ask `seen`."""
