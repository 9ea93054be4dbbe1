"""The sender of webhooks: what is judged is what is called, at every send."""

import http.client
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from email.message import Message as Head
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import Final, cast

import structlog

from khata.adapters.webhooks.deadline import Deadline, Line
from khata.adapters.webhooks.resolver import NoSuchHost, Resolve, resolve
from khata.core.addresses import Address, Network
from khata.core.refusal import Refusal
from khata.core.webhook_url import WebhookUrl, read_url, refuse_addresses
from khata.core.webhooks import Outcome
from khata.ports.webhook_sender import Message

SECONDS: Final = 15.0  # for all of it: the name, the connection, the answer
MOST_BODY: Final = 16 * 1024  # that is read of an answer
MOST_KEPT: Final = 2 * 1024  # of that, as text
_MOST_ADDRESSES: Final = 4  # that are tried

_log = structlog.get_logger(__name__)


class HostUnknown(Refusal):
    """The name of the address leads nowhere at present."""


class HttpWebhookSender:
    """Posts webhooks. `allowed` names networks of the operator's that may be reached as well."""

    def __init__(
        self,
        *,
        allowed: Sequence[Network] = (),
        resolve: Resolve = resolve,
        trust: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._allowed, self._resolve, self._seconds = allowed, resolve, seconds
        self._trust = trust or ssl.create_default_context()
        self._agent = f"khata/{version('khata')}"

    def check(self, url: str) -> None:
        wanted = read_url(url)
        try:
            self._judged(wanted, Deadline(self._seconds))
        except (NoSuchHost, TimeoutError):
            raise HostUnknown(
                f"{wanted.host} leads to no address; check how it is spelled", param="url"
            ) from None

    def send(self, message: Message) -> Outcome:
        began = time.monotonic()
        try:
            outcome = self._call(message, Deadline(self._seconds))
        except Exception as failure:
            outcome = Outcome(timedelta(), error=_word_for(failure))
        return replace(outcome, took=timedelta(seconds=time.monotonic() - began))

    def _call(self, message: Message, deadline: Deadline) -> Outcome:
        url = read_url(message.url)
        addresses = self._judged(url, deadline)
        head = {"host": url.authority, "user-agent": self._agent, **message.headers}
        with _connected(addresses, url.port, deadline) as plain:
            if url.scheme == "http":
                return _exchange(Line(plain, deadline), url, head, message.body)
            plain.settimeout(deadline.left())
            # The certificate is the name's, the line leads to the address that was judged.
            with self._trust.wrap_socket(plain, server_hostname=url.host) as trusted:
                return _exchange(Line(trusted, deadline), url, head, message.body)

    def _judged(self, url: WebhookUrl, deadline: Deadline) -> Sequence[Address]:
        addresses = list(dict.fromkeys(self._resolve(url.host, deadline.left())))
        refuse_addresses(url, addresses, allowed=self._allowed)
        return addresses


def _connected(addresses: Sequence[Address], port: int, deadline: Deadline) -> socket.socket:
    """Connect to the first of the addresses that takes it, and to no other than these."""
    tried = addresses[:_MOST_ADDRESSES]
    for place, address in enumerate(tried):
        share = deadline.left() / (len(tried) - place)  # none of them uses up all the time
        try:
            connected = socket.create_connection((str(address), port), timeout=share)
        except OSError:
            if place == len(tried) - 1:
                raise
        else:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connected
    raise NoSuchHost


def _exchange(line: Line, url: WebhookUrl, head: Mapping[str, str], body: bytes) -> Outcome:
    connection = http.client.HTTPConnection(url.host, url.port)
    connection.sock = cast(socket.socket, line)
    connection.putrequest("POST", url.target, skip_host=True, skip_accept_encoding=True)
    for name, value in {**head, "connection": "close", "content-length": str(len(body))}.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    response = connection.getresponse()
    try:
        answer = response.read(MOST_BODY)
    except http.client.IncompleteRead as broken:
        answer = broken.partial
    return Outcome(
        timedelta(),
        status_code=response.status,
        answer=answer[:MOST_KEPT].decode(errors="replace").replace("\0", ""),
        retry_after=_wish_of(response.headers),
    )


def _wish_of(head: Head) -> timedelta | None:
    """Read Retry-After: seconds, or an instant, which is compared with the answer's own Date."""
    wish = head.get("retry-after", "").strip()
    if wish.isascii() and wish.isdigit():
        return timedelta(seconds=min(int(wish[:9]), 10**9))
    try:
        wait = parsedate_to_datetime(wish) - parsedate_to_datetime(head.get("date", ""))
    except (TypeError, ValueError):
        return None
    return max(wait, timedelta())


def _word_for(failure: Exception) -> str:
    """Return the word of core/webhooks.ERRORS for what went wrong."""
    for kinds, word in _WORDS:
        if isinstance(failure, kinds):
            return word
    _log.error("webhook_not_sent", exc_info=failure)
    return "fault"


# The first that fits: some are kinds of those below them.
_WORDS: Final[tuple[tuple[tuple[type[Exception], ...], str], ...]] = (
    ((TimeoutError,), "timeout"),
    ((NoSuchHost,), "no_such_host"),
    ((Refusal,), "not_allowed"),
    ((ssl.SSLError,), "not_trusted"),
    ((http.client.RemoteDisconnected,), "not_reached"),
    ((http.client.HTTPException,), "not_http"),
    ((OSError,), "not_reached"),
)
