"""The wire to NIC's portal: one request, sent once, its answer read with doubt."""

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import httpx
import structlog

from khata.core.exports.wire_json import read, written
from khata.ports.invoice_registry import OutcomeUnknown, RegistryError, RegistryUnavailable

_log = structlog.get_logger(__name__)

CONNECT_SECONDS: Final = 5.0
TOTAL_SECONDS: Final = 30.0
LARGEST_ANSWER: Final = 8_000_000  # bytes; a signed invoice of 1,000 lines is about 1,000,000

# What a provider says when the portal behind it is down; whether it acted, nobody can tell.
_DOWN = frozenset({"GSPGSTDOWN"})
_NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """Of the program (client) and of a user of one GSTIN at the portal."""

    client_id: str
    client_secret: str
    user_name: str
    password: str
    gstin: str


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the calls are; their versions change now and then, and providers put more before."""

    auth: str = "/eivital/v1.04/auth"
    generate: str = "/eicore/v1.03/Invoice"
    by_irn: str = "/eicore/v1.03/Invoice/irn/{irn}"
    by_document: str = "/eicore/v1.03/Invoice/irnbydocdetails"
    cancel: str = "/eicore/v1.03/Invoice/Cancel"
    gstin: str = "/eivital/v1.04/Master/gstin/{gstin}"
    sync: str = "/eivital/v1.04/Master/syncgstin/{gstin}"


@dataclass(frozen=True, slots=True)
class Reply:
    """The portal's own answer: `content` as it stands in Data, or the reasons of a no."""

    content: Any
    errors: tuple[RegistryError, ...] = ()
    hints: tuple[Object, ...] = field(default=())  # InfoDtls

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(error.code for error in self.errors)


class NicClient:
    """Sends requests; threads may share it. Nothing is sent twice by itself.

    Raises on every request: RegistryUnavailable, where it certainly never left; OutcomeUnknown,
    where nobody knows what was done.
    """

    def __init__(
        self,
        base_url: str,
        *,
        seconds: float = TOTAL_SECONDS,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._seconds = seconds
        self._http = httpx.Client(
            base_url=base_url,
            timeout=httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)),
            follow_redirects=False,
            transport=transport,
            verify=_tls(),
        )

    def close(self) -> None:
        self._http.close()

    def post(self, path: str, body: Object, headers: Mapping[str, str]) -> Reply:
        content = written(body).encode()
        return self._sent(
            "POST", path, content=content, headers={"Content-Type": "application/json", **headers}
        )

    def get(
        self, path: str, headers: Mapping[str, str], query: Mapping[str, str] | None = None
    ) -> Reply:
        return self._sent("GET", path, headers=dict(headers), params=query)

    def _sent(self, method: str, path: str, **content: Any) -> Reply:
        status, body = self._read(method, path, **content)
        _log.debug("irp_answered", call=f"{method} {path}", status=status)
        if status >= 500 or status in (408, 425, 429) or 300 <= status < 400:
            raise OutcomeUnknown(f"the portal answered {status}")
        try:
            said = read(body)
        except (ValueError, RecursionError):
            raise OutcomeUnknown(f"the portal's answer ({status}) cannot be read") from None
        if not isinstance(said, dict):
            raise OutcomeUnknown(f"the portal's answer ({status}) is no object")
        reply = _reply(said)
        if reply.codes & _DOWN:
            raise OutcomeUnknown("the provider says that the portal is down")
        if not reply.errors and not 200 <= status < 300:
            raise OutcomeUnknown(f"somebody refused ({status}), and not in the portal's words")
        return reply

    def _read(self, method: str, path: str, **content: Any) -> tuple[int, bytes]:
        begun = time.monotonic()
        try:
            with self._http.stream(method, path, **content) as answer:
                body = b""
                for piece in answer.iter_bytes():
                    body += piece
                    if time.monotonic() - begun > self._seconds or len(body) > LARGEST_ANSWER:
                        raise OutcomeUnknown("the portal's answer did not end in time")
                return answer.status_code, body
        except _NEVER_LEFT as fault:
            raise RegistryUnavailable(f"nobody was reached ({type(fault).__name__})") from None
        except httpx.HTTPError as fault:
            raise OutcomeUnknown(f"the answer was lost ({type(fault).__name__})") from None


def _reply(said: Object) -> Reply:
    """Read an answer. Raises: OutcomeUnknown, where it is neither a yes nor a no."""
    status = str(said.get("Status", said.get("status", "")))
    hints = _objects(said.get("InfoDtls"))
    if status == "1" and said.get("Data") is not None:
        return Reply(said["Data"], hints=hints)
    errors = tuple(_errors(said))
    if status == "1" or not errors:
        raise OutcomeUnknown("the portal said neither yes nor no")
    return Reply(None, errors, hints)


def _errors(said: Object) -> list[RegistryError]:
    told = _objects(said.get("ErrorDetails")) or _objects(said.get("error"))
    found = []
    for one in told:
        code = one.get("ErrorCode", one.get("error_cd"))
        message = one.get("ErrorMessage", one.get("message", ""))
        if code is not None:
            found.append(RegistryError(str(code), str(message)[:500]))
    return found


def _objects(told: Any) -> tuple[Object, ...]:
    many = told if isinstance(told, list) else [told]
    return tuple(one for one in many if isinstance(one, dict))


@cache
def _tls() -> ssl.SSLContext:
    """Return what connections are trusted by: one for all, as it takes a while to read."""
    return httpx.create_ssl_context()
