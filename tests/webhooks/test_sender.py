"""The sender on the wire: bad receivers do it no harm, and it reaches nothing that is inside."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import pytest
import trustme

from khata.adapters.webhooks import HostUnknown, HttpWebhookSender
from khata.adapters.webhooks.resolver import NoSuchHost, Resolve, resolve
from khata.core.addresses import Address, read_address, read_networks
from khata.core.refusal import Refusal
from khata.core.webhook_url import AddressNotPublic
from khata.core.webhooks import ERRORS
from khata.ports.webhook_sender import Message
from tests.webhooks.receiver import answering, receiving

HERE = read_networks("127.0.0.0/8")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
PATIENT = 60.0  # seconds, where an answer comes: a busy machine may be slow to give it
OUT_OF_PATIENCE = 0.4  # where none comes

Speaks = Callable[[socket.socket], None]


def to(url: str) -> Message:
    return Message(url, {"webhook-id": "evt_1"}, b'{"type":"invoice.paid"}')


def leads_to(*addresses: str) -> Resolve:
    def found(host: str, seconds: float) -> Sequence[Address]:
        return [read_address(address) for address in addresses]

    return found


def says(*parts: bytes) -> Speaks:
    def answer(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)

    return answer


def sender(**different: object) -> HttpWebhookSender:
    return HttpWebhookSender(**{"allowed": HERE, "seconds": PATIENT} | different)  # type: ignore[arg-type]


def test_a_message_arrives_as_it_was_signed() -> None:
    with receiving() as receiver:
        outcome = sender().send(to(receiver.url + "?a=b"))
        assert (outcome.status_code, outcome.error, outcome.succeeded) == (204, None, True)
        [one] = receiver.received
        assert (one.path, one.body) == ("/hooks?a=b", b'{"type":"invoice.paid"}')
        assert one.headers["webhook-id"] == "evt_1"
        assert one.headers["user-agent"].startswith("khata/")
        assert one.headers["host"] == receiver.url.split("/")[2]


@pytest.mark.parametrize(
    ("speaks", "status", "answer"),
    [
        (says(OK), 200, "ok"),
        (says(b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1/\r\n\r\n"), 301, ""),
        (says(b"HTTP/1.1 410 Gone\r\n\r\n"), 410, ""),
        (says(b"HTTP/1.1 500 Oops\r\n\r\nat line 7"), 500, "at line 7"),
        (says(b"HTTP/1.0 200 OK\r\n\r\na\0b\xff"), 200, "ab\ufffd"),
        (says(b"HTTP/1.1 100 Continue\r\n\r\n", OK), 200, "ok"),
        (says(b"HTTP/1.1 500 Oops\r\nX: " + b"y" * 1_000_000), 500, ""),
        # It says more than it sends, or less.
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort"), 200, "short"),
        (says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nzz"), 200, "ok"),
    ],
)
def test_what_is_answered_is_told(speaks: Speaks, status: int, answer: str) -> None:
    with answering(speaks) as (port, asked):
        outcome = sender().send(to(f"http://127.0.0.1:{port}/"))
        assert (outcome.status_code, outcome.answer) == (status, answer)
        assert len(asked) == 1  # a redirect is not followed


def test_a_redirect_leads_nowhere() -> None:
    with answering(says(OK)) as (canary, hits):
        moved = f"HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:{canary}/\r\n\r\n".encode()
        with answering(says(moved)) as (port, _):
            assert sender().send(to(f"http://127.0.0.1:{port}/")).status_code == 307
        assert hits == []


def drips(head: bytes) -> Speaks:
    """Send the head, then a byte at a time for ever: no pause is ever long."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(head)
        pause = threading.Event()
        while not pause.wait(OUT_OF_PATIENCE / 20):
            connection.sendall(b"x")

    return answer


def hangs(connection: socket.socket) -> None:
    while connection.recv(65536):  # until the other side gives up
        pass


@pytest.mark.parametrize(
    ("speaks", "error"),
    [
        (hangs, "timeout"),
        (drips(b""), "timeout"),
        (drips(b"HTTP/1.1 200 OK\r\nX: "), "timeout"),
        (drips(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"), "timeout"),
        (says(b""), "not_reached"),  # it hangs up
        (says(b"SSH-2.0-OpenSSH_9\r\n"), "not_http"),
        (says(b"HTTP/1.1 99999 No\r\n\r\n"), "not_http"),
        (says(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n"), "not_http"),
    ],
)
def test_who_does_not_answer_is_left(speaks: Speaks, error: str) -> None:
    seconds = OUT_OF_PATIENCE if error == "timeout" else PATIENT
    with answering(speaks) as (port, _):
        outcome = sender(seconds=seconds).send(to(f"http://127.0.0.1:{port}/"))
    assert (outcome.status_code, outcome.error) == (None, error)
    assert error in ERRORS


def test_of_100_mb_only_16_kb_are_read_and_2_kept() -> None:
    sent = []

    def floods(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n")
        for _ in range(1600):
            connection.sendall(b"y" * 65536)
            sent.append(1)

    with answering(floods) as (port, _):
        outcome = sender().send(to(f"http://127.0.0.1:{port}/"))
    assert (outcome.status_code, outcome.answer) == (200, "y" * 2048)
    assert len(sent) < 200  # it was cut off; what was sent lies in the buffers of the line


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
    assert sender().send(to(f"http://127.0.0.1:{port}/")).error == "not_reached"


@pytest.mark.parametrize(
    ("headers", "wish"),
    [
        (b"Retry-After: 120", 120),
        (b"Retry-After: 0", 0),
        (b"Retry-After: 99999999999999999999", 999999999),
        (
            b"Date: Sat, 31 Jan 2026 03:30:00 GMT\r\nRetry-After: Sat, 31 Jan 2026 03:31:30 GMT",
            90,
        ),
        (b"Date: Sat, 31 Jan 2026 03:30:00 GMT\r\nRetry-After: Sat, 31 Jan 2026 03:00:00 GMT", 0),
        (b"Retry-After: Sat, 31 Jan 2026 03:31:30 GMT", None),
        (b"Retry-After: soon", None),
        (b"Retry-After: -5", None),
        (b"X: y", None),
    ],
)
def test_a_wish_to_be_left_in_peace_is_understood(headers: bytes, wish: int | None) -> None:
    answer = b"HTTP/1.1 503 Busy\r\n" + headers + b"\r\nContent-Length: 0\r\n\r\n"
    with answering(says(answer)) as (port, _):
        outcome = sender().send(to(f"http://127.0.0.1:{port}/"))
    assert outcome.retry_after == (None if wish is None else timedelta(seconds=wish))


# Names that lead inside, and one that leads outside and inside.
INSIDE = [
    ["127.0.0.1"],
    ["169.254.169.254"],
    ["::1"],
    ["fd00::1"],
    ["fd00:ec2::254"],
    ["::ffff:127.0.0.1"],
    ["64:ff9b::7f00:1"],
    ["0.0.0.0"],
    ["100.100.100.200"],
    ["1.1.1.1", "127.0.0.1"],
]


@pytest.mark.parametrize("addresses", INSIDE, ids=",".join)
def test_a_name_that_leads_inside_is_refused_and_never_called(addresses: list[str]) -> None:
    with answering(says(OK)) as (port, hits):
        careful = sender(allowed=(), resolve=leads_to(*addresses))
        url = f"https://innocent.example:{port}/"
        with pytest.raises(AddressNotPublic):
            careful.check(url)
        assert careful.send(to(url)).error == "not_allowed"
        assert hits == []


@pytest.mark.parametrize(
    "host",
    "127.0.0.1 2130706433 0x7f000001 0177.0.0.1 127.1 localhost [::1] [::ffff:127.0.0.1] "
    "0 0.0.0.0".split(),
)
def test_this_machine_by_all_its_names(host: str) -> None:
    """With the system's own resolver, which reads numbers in ways of its own."""
    with answering(says(OK)) as (port, hits):
        careful = sender(allowed=())
        for url in (f"https://{host}:{port}/", f"http://{host}:{port}/"):
            with pytest.raises(Refusal):
                careful.check(url)
            outcome = careful.send(to(url))
            assert (outcome.status_code, outcome.error) in (
                (None, "not_allowed"),
                (None, "no_such_host"),
            )
        assert hits == []


def test_a_name_that_changes_is_judged_at_each_send(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rebinding: public when it is checked, inside when it is called."""
    answers = iter([["1.1.1.1"], ["127.0.0.1"], ["1.1.1.1", "::1"]])
    called: list[object] = []

    def changing(host: str, seconds: float) -> Sequence[Address]:
        return [read_address(address) for address in next(answers)]

    monkeypatch.setattr(socket, "create_connection", lambda where, **_: called.append(where))
    careful = sender(allowed=(), resolve=changing)
    careful.check("https://rebinding.example/")
    assert careful.send(to("https://rebinding.example/")).error == "not_allowed"
    assert careful.send(to("https://rebinding.example/")).error == "not_allowed"
    assert called == []


def test_the_judged_address_is_called_and_the_name_is_asked_once() -> None:
    asked = []

    def counting(host: str, seconds: float) -> Sequence[Address]:
        asked.append(host)
        return [read_address("127.0.0.1")]

    with answering(says(OK)) as (port, hits):
        outcome = sender(resolve=counting).send(to(f"http://hooks.chai.example:{port}/"))
        assert outcome.status_code == 200
        assert asked == ["hooks.chai.example"]
        assert f"host: hooks.chai.example:{port}".encode() in hits[0].lower()


def test_the_next_address_is_tried_where_the_first_is_down() -> None:
    with answering(says(OK)) as (port, hits):
        two = sender(resolve=leads_to("127.0.0.2", "127.0.0.1"))
        assert two.send(to(f"http://chai.example:{port}/")).status_code == 200
        assert len(hits) == 1


def test_a_name_that_leads_nowhere() -> None:
    def nowhere(host: str, seconds: float) -> Sequence[Address]:
        raise NoSuchHost(host)

    lost = sender(resolve=nowhere)
    with pytest.raises(HostUnknown):
        lost.check("https://typo.example/")
    assert lost.send(to("https://typo.example/")).error == "no_such_host"


def test_a_resolver_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: let_go.wait(60) and [])
    with pytest.raises(TimeoutError):
        resolve("slow.example", 0.05)
    assert sender(seconds=0.05).send(to("https://slow.example/")).error == "timeout"
    let_go.set()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls_port(authority: trustme.CA) -> Iterator[int]:
    """A server with a certificate for hooks.chai.example."""
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("hooks.chai.example").configure_cert(own)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
                with own.wrap_socket(connection, server_side=True) as trusted:
                    trusted.recv(65536)
                    trusted.sendall(OK)
            except ssl.SSLError:
                continue
            except OSError:
                return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def test_the_certificate_is_the_names(authority: trustme.CA, tls_port: int) -> None:
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    secure = sender(trust=trust, resolve=leads_to("127.0.0.1"))
    assert secure.send(to(f"https://hooks.chai.example:{tls_port}/")).status_code == 200
    assert secure.send(to(f"https://other.chai.example:{tls_port}/")).error == "not_trusted"


def test_a_certificate_that_nobody_vouches_for(tls_port: int) -> None:
    careful = sender(resolve=leads_to("127.0.0.1"))
    assert careful.send(to(f"https://hooks.chai.example:{tls_port}/")).error == "not_trusted"


def test_who_speaks_no_tls() -> None:
    with answering(says(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as (port, _):
        assert sender().send(to(f"https://127.0.0.1:{port}/")).error == "not_trusted"


def test_a_handshake_that_hangs() -> None:
    with answering(hangs) as (port, _):
        assert (
            sender(seconds=OUT_OF_PATIENCE).send(to(f"https://127.0.0.1:{port}/")).error
            == "timeout"
        )
