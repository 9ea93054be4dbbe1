"""The wire to Razorpay: one account's requests, each sent once and each answer read with doubt."""

import json
import logging
import re
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import httpx
import structlog

from khata.ports.gateway import AnswerLost, CredentialsRefused, NotReached

_log = structlog.get_logger(__name__)

CONNECT_SECONDS: Final = 5.0
TOTAL_SECONDS: Final = 30.0
LARGEST_ANSWER: Final = 8_000_000  # bytes; a page of 100 payments is about 200,000
PAGE: Final = (
    100  # Razorpay's largest page. Source: razorpay.com/docs/api/payments/fetch-all-payments
)
MOST_PAGES: Final = 10_000

Object = Mapping[str, Any]

# The connection was never made, so nothing can have been sent.
_NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)
_WORD = re.compile(r"[a-z][a-z0-9_]{1,79}", re.ASCII)
# What was saved for a payer stands in an address, and addresses stand in logs.
_TOKEN = re.compile(r"(?<=/tokens/)[^/?]+")


class LetNobodyIn(CredentialsRefused):
    """Razorpay does not know this key: it looks at that first, so nothing was done."""


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """A key of an account."""

    key_id: str
    key_secret: str


@dataclass(frozen=True, slots=True)
class Reply:
    """Razorpay's own answer: an object, good or refused; never a page of somebody in between."""

    status: int
    said: Object

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    @property
    def error(self) -> Object:
        told = self.said.get("error")
        return told if isinstance(told, dict) else {}

    @property
    def reason(self) -> str:
        """The word that says why it was refused: the reason, else the code, in small letters."""
        for field in ("reason", "code"):
            word = self.error.get(field)
            if isinstance(word, str) and word != "NA" and _WORD.fullmatch(word.lower()):
                return word.lower()
        return f"http_{self.status}"


class RazorpayClient:
    """Speaks for one account; threads may share it. Nothing is sent twice by itself.

    Raises on every request: NotReached (nothing was done), LetNobodyIn (which is one), AnswerLost
    (something may have been done). Any other refusal that is Razorpay's own is returned.
    """

    def __init__(
        self,
        credentials: Credentials,
        base_url: str,
        *,
        seconds: float = TOTAL_SECONDS,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._seconds = seconds
        self._http = httpx.Client(
            base_url=base_url,
            auth=(credentials.key_id, credentials.key_secret),
            timeout=httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)),
            follow_redirects=False,
            transport=transport,
            verify=_tls(),
            headers={"Accept": "application/json"},
        )

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, **query: str | int) -> Reply:
        return self._sent("GET", path, params=query)

    def post(self, path: str, body: Object, *, headers: Mapping[str, str] | None = None) -> Reply:
        return self._sent("POST", path, json=body, headers=headers)

    def patch(self, path: str, body: Object) -> Reply:
        return self._sent("PATCH", path, json=body)

    def delete(self, path: str) -> Reply:
        return self._sent("DELETE", path)

    def post_file(
        self, path: str, fields: Mapping[str, str], file: tuple[str, bytes, str]
    ) -> Reply:
        """Upload a file: its name, bytes and media type."""
        return self._sent("POST", path, data=fields, files={"file": file})

    def listed(self, path: str, **query: str | int) -> Iterator[Object]:
        """Yield every item of a list, page by page until one is not full.

        What was made meanwhile moves others to the next page: the same item may come twice, and
        is yielded once. Raises: AnswerLost, also where the list does not end.
        """
        seen: set[str] = set()
        for page in range(MOST_PAGES):
            items = items_of(self.get(path, **query, count=PAGE, skip=page * PAGE))
            for item in items:
                id = item.get("id")
                if not isinstance(id, str):
                    raise AnswerLost("Razorpay listed something without an id")
                if id not in seen:
                    seen.add(id)
                    yield item
            if len(items) < PAGE:
                return
        raise AnswerLost("Razorpay's list does not end")

    def _sent(self, method: str, path: str, **content: Any) -> Reply:
        status, body = self._read(method, path, **content)
        if status == 401:
            raise LetNobodyIn("Razorpay does not know this key")
        if status == 429:
            raise NotReached("Razorpay asks for patience: nothing was done (429)")
        if status in (408, 425) or status >= 500 or status < 200 or 300 <= status < 400:
            raise AnswerLost(f"Razorpay answered {status}")
        try:
            said = json.loads(body)
        except (ValueError, RecursionError):
            raise AnswerLost(f"Razorpay's answer ({status}) cannot be read") from None
        if not isinstance(said, dict):
            raise AnswerLost(f"Razorpay's answer ({status}) is not an object")
        reply = Reply(status, said)
        if not reply.is_good and (not reply.error or reply.reason == "server_error"):
            raise AnswerLost(f"Somebody refused ({status}), and not in Razorpay's words")
        return reply

    def _read(self, method: str, path: str, **content: Any) -> tuple[int, bytes]:
        begun = time.monotonic()
        try:
            with self._http.stream(method, path, **content) as answer:
                body = b""
                for piece in answer.iter_bytes():
                    body += piece
                    late = time.monotonic() - begun > self._seconds
                    if late or len(body) > LARGEST_ANSWER:
                        raise AnswerLost("Razorpay's answer did not end in time")
                status = answer.status_code
        except _NEVER_LEFT as fault:
            raise NotReached(f"Razorpay could not be reached ({type(fault).__name__})") from None
        except httpx.HTTPError as fault:
            raise AnswerLost(f"Razorpay's answer was lost ({type(fault).__name__})") from None
        _log.debug("razorpay_answered", call=f"{method} {_TOKEN.sub('***', path)}", status=status)
        return status, body


def items_of(reply: Reply) -> Sequence[Object]:
    """Return the items of a collection. Raises: AnswerLost, where it is not a whole one."""
    items = reply.said.get("items")
    whole = isinstance(items, list) and all(isinstance(item, dict) for item in items)
    if not reply.is_good or not whole:
        raise AnswerLost(f"Razorpay listed nothing that can be read ({reply.status})")
    assert isinstance(items, list)
    return items


class _TokensHidden(logging.Filter):
    """Hides, in the lines that the library writes about each request, what was saved.

    Other vendors hide theirs in the same lines: what is not ours is left as it is, and an address
    that another has made a text of is looked at all the same.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(map(_hidden, record.args))
        return True


def _hidden(told: object) -> object:
    if isinstance(told, httpx.URL | str) and _TOKEN.search(str(told)):
        return _TOKEN.sub("***", str(told))
    return told


logging.getLogger("httpx").addFilter(_TokensHidden())


@cache
def _tls() -> ssl.SSLContext:
    """Return what connections are trusted by: one for all accounts, as it takes a while to read."""
    return httpx.create_ssl_context()
