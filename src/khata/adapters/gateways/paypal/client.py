"""The wire to PayPal: one account's requests, with a token that is fetched and renewed here."""

import json
import logging
import re
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, Final

import httpx
import structlog

from khata.adapters.gateways.paypal.tokens import Granted, Tokens
from khata.ports.gateway import AnswerLost, NotReached

_log = structlog.get_logger(__name__)

CONNECT_SECONDS: Final = 5.0
TOTAL_SECONDS: Final = 30.0
LARGEST_ANSWER: Final = 8_000_000  # bytes; a full page of 500 listed payments is about one million

# What was saved for a payer stands in an address, and addresses stand in logs.
_HIDDEN: Final = re.compile(r"(?<=/payment-tokens/)[^/?]+|(?<=/setup-tokens/)[^/?]+")
_MASK: Final = "***"

# The connection was never made, so nothing can have been sent.
_NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)

_ISSUE = re.compile(r"[A-Z0-9_]{1,80}", re.ASCII)


class LetNobodyIn(Exception):
    """PayPal does not know this client id and secret."""


class BrokenOff(AnswerLost):
    """The connection broke, or what came is no answer of PayPal's; at least it came soon."""


@dataclass(frozen=True, slots=True)
class Reply:
    """PayPal's own answer, with its status: a JSON object; never a page of somebody in between.

    `at` is PayPal's time; None: it does not say.
    """

    status: int
    said: Mapping[str, Any]
    at: datetime | None = None

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    @property
    def issue(self) -> str:
        """The word that says why it was refused: that of the first detail, else the name."""
        details = self.said.get("details")
        first = details[0] if isinstance(details, list) and details else None
        for place in (first, self.said):
            for field in ("issue", "name", "error"):
                word = place.get(field) if isinstance(place, dict) else None
                if isinstance(word, str) and _ISSUE.fullmatch(word.upper()):
                    return word.upper()
        return f"HTTP_{self.status}"


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    client_id: str
    client_secret: str


class PayPalClient:
    """Speaks for one account. Threads may share it; `tokens` is kept for all of them.

    Raises on every request: NotReached (nothing was sent), AnswerLost (something may have been
    done), LetNobodyIn. An answer of 4xx that is PayPal's own is returned, not raised.
    """

    def __init__(
        self,
        credentials: Credentials,
        base_url: str,
        *,
        tokens: Tokens | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._credentials = credentials
        self._tokens = tokens or Tokens()
        self._http = httpx.Client(
            base_url=base_url,
            timeout=httpx.Timeout(TOTAL_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=False,
            transport=transport,
            verify=_tls(),
            headers={"Accept": "application/json"},
        )

    def close(self) -> None:
        self._http.close()

    def granted(self) -> Mapping[str, Any]:
        """Return what comes with a token: its scopes, the app's id."""
        return self._tokens.current(self._ask_for_token).said

    def get(self, path: str, **query: str) -> Reply:
        return self._sent("GET", path, params=query)

    def post(self, path: str, body: Mapping[str, Any], *, request_id: str) -> Reply:
        """Post once for a request id: PayPal answers the same again for the same id."""
        return self._sent(
            "POST",
            path,
            json=body,
            headers={"PayPal-Request-Id": request_id, "Prefer": "return=representation"},
        )

    def patch(self, path: str, changes: Sequence[Mapping[str, str]]) -> Reply:
        """Change an object; the same change twice is no second one."""
        return self._sent("PATCH", path, json=changes)

    def delete(self, path: str) -> Reply:
        return self._sent("DELETE", path)

    def post_parts(
        self, path: str, parts: Sequence[tuple[str, tuple[str | None, bytes, str]]]
    ) -> Reply:
        """Post texts and files side by side, each with its name, bytes and media type."""
        return self._sent("POST", path, files=parts)

    def _sent(self, method: str, path: str, **content: Any) -> Reply:
        token = self._tokens.current(self._ask_for_token).token
        reply = self._sent_with(token, method, path, **content)
        if reply.status == 401:
            # The token ended early, or was withdrawn. Nothing was done: a 401 comes first.
            token = self._tokens.current(self._ask_for_token, refused=token).token
            reply = self._sent_with(token, method, path, **content)
        if reply.status == 401:
            raise LetNobodyIn("PayPal does not accept the token that it gave")
        return reply

    def _sent_with(self, token: str, method: str, path: str, **content: Any) -> Reply:
        headers = {**content.pop("headers", {}), "Authorization": f"Bearer {token}"}
        return _read(self._http, method, path, headers=headers, **content)

    def _ask_for_token(self) -> Granted:
        keys = (self._credentials.client_id, self._credentials.client_secret)
        asked = {"grant_type": "client_credentials"}
        try:
            reply = _read(self._http, "POST", "/v1/oauth2/token", data=asked, auth=keys)
        except AnswerLost as lost:
            # Only a token was asked for: what the token was meant for has certainly not left.
            raise NotReached(f"PayPal gave no token: {lost}") from None
        if reply.status in (400, 401):
            raise LetNobodyIn("PayPal does not know this client id and secret")
        token, lasts = reply.said.get("access_token"), reply.said.get("expires_in")
        if not reply.is_good or not isinstance(token, str) or not isinstance(lasts, int):
            raise NotReached(f"PayPal gave no token ({reply.status})")
        return Granted(token, lasts, reply.said)


def _read(http: httpx.Client, method: str, path: str, **content: Any) -> Reply:
    """Send one request and return the answer, if it is a whole one and PayPal's own."""
    begun = time.monotonic()
    try:
        with http.stream(method, path, **content) as answer:
            body = b""
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > LARGEST_ANSWER or time.monotonic() - begun > TOTAL_SECONDS:
                    raise AnswerLost("PayPal's answer did not end in time")
            status, debug_id = answer.status_code, answer.headers.get("paypal-debug-id")
            dates = answer.headers.get_list("date")
    except _NEVER_LEFT as fault:
        raise NotReached(f"PayPal could not be reached ({type(fault).__name__})") from None
    except httpx.HTTPError as fault:
        kind = AnswerLost if isinstance(fault, httpx.TimeoutException) else BrokenOff
        raise kind(f"PayPal's answer was lost ({type(fault).__name__})") from None
    reply = _reply(status, body, _instant(dates))
    _log.debug(
        "paypal_answered",
        call=f"{method} {_HIDDEN.sub(_MASK, path)}",
        status=status,
        debug_id=debug_id,
    )
    return reply


def _reply(status: int, body: bytes, at: datetime | None) -> Reply:
    if status == 429:
        raise NotReached("PayPal asks for patience: nothing was done (429)")
    if status >= 500 or 300 <= status < 400:
        raise BrokenOff(f"PayPal answered {status}")
    if status == 204:
        return Reply(status, {}, at)
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise BrokenOff(f"PayPal's answer ({status}) cannot be read") from None
    if not isinstance(said, dict):
        raise AnswerLost(f"PayPal's answer ({status}) is not an object")
    return Reply(status, said, at)


def _instant(dates: Sequence[str]) -> datetime | None:
    """Read when an answer was given; of several dates the last, which is the first server's."""
    try:
        return parsedate_to_datetime(dates[-1])
    except (IndexError, ValueError):
        return None


class _TokensHidden(logging.Filter):
    """Hides, in the lines that the library writes about each request, what was saved.

    Lines of all who use the library pass here: what holds no secret of ours is left as it is.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(map(_hidden, record.args))
        return True


def _hidden(told: object) -> object:
    if isinstance(told, httpx.URL | str) and _HIDDEN.search(str(told)):
        return _HIDDEN.sub(_MASK, str(told))
    return told


logging.getLogger("httpx").addFilter(_TokensHidden())


@cache
def _tls() -> ssl.SSLContext:
    """Return what connections are trusted by: one for all accounts, as it takes a while to read."""
    return httpx.create_ssl_context()
