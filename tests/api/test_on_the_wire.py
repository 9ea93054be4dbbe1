"""Bytes as a socket brings them: what no client library would send, and what breaks off."""

import json
import socket
import threading
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from fastapi import FastAPI

from tests.api.seller import Seller

Send = Callable[[bytes], tuple[int, bytes]]
BIG = b"".join(b"10000\r\n" + b"x" * 65_536 + b"\r\n" for _ in range(40)) + b"0\r\n\r\n"


@pytest.fixture(scope="module")
def port(app: FastAPI) -> Iterator[int]:
    """The app behind a real server; connections queue until it has started."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    thread = threading.Thread(target=lambda: server.run(sockets=[listener]))
    thread.start()
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join()


@pytest.fixture
def send(port: int, standing: Seller) -> Send:
    """Send a request line, our key and the rest as they are; return status and body."""

    def ask(raw: bytes) -> tuple[int, bytes]:
        first, rest = raw.split(b"\r\n", 1)
        key = f"Host: x\r\nConnection: close\r\nAuthorization: Bearer {standing.key}\r\n"
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(first + b"\r\n" + key.encode() + rest)
            answer = b"".join(iter(lambda: connection.recv(65_536), b""))
        head, _, body = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]), body

    return ask


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"GET /v1/products/%ff%00 HTTP/1.1\r\n\r\n", 404),
        (b"GET /v1/products/%ed%a0%80 HTTP/1.1\r\n\r\n", 404),
        (b"GET /v1/products/" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n", 404),
        (b"GET //v1/products HTTP/1.1\r\n\r\n", 404),
        (b"GET /v1/products?limit=%ff HTTP/1.1\r\n\r\n", 422),
        (b"GET /v1/products HTTP/1.1\r\nX-Long: " + b"x" * 30_000 + b"\r\n\r\n", 431),
        (b"OPTIONS /v1/products HTTP/1.1\r\n\r\n", 405),
    ],
)
def test_strange_bytes_are_refused(raw: bytes, status: int, send: Send) -> None:
    assert send(raw)[0] == status


POST = b"POST /v1/products HTTP/1.1\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("rest", "status", "code"),
    [
        (b"Transfer-Encoding: chunked\r\n\r\n" + BIG, 413, "body_too_large"),
        (b"Content-Length: 2000000\r\n\r\n" + b"x" * 2_000_000, 413, "body_too_large"),
        (b"Content-Length: 99999999999999999999\r\n\r\n", 413, "body_too_large"),
        (
            b'Transfer-Encoding: chunked\r\n\r\n2\r\n{"\r\n1\r\nx\r\n0\r\n\r\n',
            400,
            "malformed_json",
        ),
        (b"Idempotency-Key: \xe9\r\nContent-Length: 2\r\n\r\n{}", 422, None),
        (b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b", 400, "malformed_json"),
    ],
)
def test_strange_bodies_are_refused(rest: bytes, status: int, code: str | None, send: Send) -> None:
    answered, body = send(POST + rest)
    assert answered == status
    assert code is None or json.loads(body)["code"] == code


def test_a_caller_who_leaves_harms_nobody(
    port: int, standing: Seller, send: Send, capsys: pytest.CaptureFixture[str]
) -> None:
    for part in (b"", b"\r\n", b"Content-Length: 100\r\n\r\n{"):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(POST + part)
    assert send(b"GET /healthz HTTP/1.1\r\n\r\n")[0] == 200
    assert "unforeseen" not in capsys.readouterr().out
