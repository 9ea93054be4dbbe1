"""The edge: a request's id, its bounds, its line in the log and its place in the figures."""

from collections.abc import Awaitable, Callable, MutableMapping
from traceback import format_exception
from typing import Any, Final
from uuid import uuid4

import structlog
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from khata.api.methods import routed
from khata.api.problems import problem, problem_of, unforeseen
from khata.core.ids import public_id
from khata.core.refusal import Kind, Refusal
from khata.watch import figures
from khata.watch.circumstances import inside
from khata.watch.traces import Marked, piece, read_traceparent

LARGEST_BODY: Final = 1_000_000  # bytes
LARGER_BODIES: Final = {"/v1/usage_events": 5_000_000}  # what comes in great numbers
LARGEST_HEADERS: Final = 16_384
MOST_THROWN_AWAY: Final = 16_000_000

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

# What is counted by its name: a caller who makes up methods must not make up figures.
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_log = structlog.get_logger("khata.api")


class BodyTooLarge(Refusal):
    """The body has more than 1,000,000 bytes, or of a batch of usage more than 5,000,000."""

    kind = Kind.TOO_LARGE


class Edge:
    """The outermost layer: nothing leaves without a request id, and no exception leaves at all."""

    def __init__(self, app: Asgi) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = public_id("req", uuid4())
        scope.setdefault("state", {})["request_id"] = request_id
        answer = _Answer(send, request_id, without_body=scope["method"] == "HEAD")
        came = _traceparent(scope)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        with (
            inside(request_id=request_id, **_named(came)),
            piece(method, kind="server", after=came, khata__request_id=request_id) as part,
            figures.requests.timing() as labels,
        ):
            try:
                await self._answered(scope, receive, answer, request_id)
            finally:
                route = getattr(scope.get("route"), "path", "none")
                labels += [method, route, answer.status_class]
                _say(part, method, route, answer.status)
                status = str(answer.status)
                _log.info("request", method=scope["method"], route=route, status=status)

    async def _answered(
        self, scope: Scope, receive: Receive, answer: "_Answer", request_id: str
    ) -> None:
        refused = _out_of_bounds(scope, request_id)
        if refused is not None:
            await refused(scope, receive, answer)
            return
        try:
            inner = routed(scope)
            try:
                await self._app(inner, _Bounded(receive, _largest(scope)), answer)
            finally:
                scope["route"] = inner.get("route")
        except ClientDisconnect:
            _log.info("caller left")
        except Exception as error:
            # Frames and the error, without the values in them: those may be secrets.
            told = "".join(format_exception(error))
            _log.error("unforeseen", traceback=told)
            if answer.status is None:
                await unforeseen(request_id)(scope, receive, answer)


def _traceparent(scope: Scope) -> str | None:
    """Return the caller's place in its trace, where it tells one. Source: W3C Trace Context."""
    given: bytes = dict(scope["headers"]).get(b"traceparent", b"")
    text = given.decode("latin-1").strip()
    return text if read_traceparent(text) else None


def _named(came: str | None) -> dict[str, str]:
    read = read_traceparent(came) if came else None
    return {} if read is None else {"trace_id": read[0]}


def _say(part: Marked, method: str, route: str, status: int | None) -> None:
    """Tell the trace what OpenTelemetry's conventions for HTTP ask for."""
    part.update_name(f"{method} {route}")
    part.set_attribute("http.request.method", method)
    part.set_attribute("http.route", route)
    if status is not None:
        part.set_attribute("http.response.status_code", status)


class _Answer:
    """Sends on what the app sends, with the headers that every answer has."""

    def __init__(self, send: Send, request_id: str, *, without_body: bool) -> None:
        self._send = send
        self._request_id = request_id
        self._without_body = without_body
        self.status: int | None = None

    @property
    def status_class(self) -> str:
        """2xx, 4xx and so on; none where nothing was answered, as the caller had left."""
        return "none" if self.status is None else f"{self.status // 100}xx"

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [*message.get("headers", []), (b"request-id", self._request_id.encode())]
            if not any(name.lower() == b"cache-control" for name, _ in headers):
                headers.append((b"cache-control", b"no-store"))
            message = {**message, "headers": headers}
        elif self._without_body:
            message = {**message, "body": b""}
        await self._send(message)


class _Bounded:
    """Receives the body, and refuses to go on past the largest: also where no length was told.

    The rest is read and thrown away first, as far as that is bearable: who is still sending
    when the connection closes would lose the answer.
    """

    def __init__(self, receive: Receive, largest: int) -> None:
        self._receive = receive
        self._largest = largest
        self._bytes = 0

    async def __call__(self) -> Message:
        message = await self._counted()
        if self._bytes <= self._largest:
            return message
        while message.get("more_body") and self._bytes <= MOST_THROWN_AWAY:
            message = await self._counted()
        raise _too_large(self._largest)

    async def _counted(self) -> Message:
        message = await self._receive()
        self._bytes += len(message.get("body", b""))
        return message


def _out_of_bounds(scope: Scope, request_id: str) -> Response | None:
    size = sum(len(name) + len(value) for name, value in scope["headers"])
    if size > LARGEST_HEADERS:
        return problem(
            request_id,
            431,
            "headers_too_large",
            "The headers are too large",
            f"The headers have more than {LARGEST_HEADERS:,} bytes",
        )
    length = dict(scope["headers"]).get(b"content-length", b"0")
    if length.isdigit() and (len(length) > 12 or int(length) > MOST_THROWN_AWAY):
        return problem_of(_too_large(_largest(scope)), request_id)
    return None


def _largest(scope: Scope) -> int:
    return LARGER_BODIES.get(scope["path"], LARGEST_BODY)


def _too_large(largest: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than {largest:,} bytes")
