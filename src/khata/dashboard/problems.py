"""Pages for people where the app answers with a problem: no such page, a form that is none."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from khata.dashboard.page import page

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

# Headline and sentence of what never came as far as a page; the rest is told by the page itself.
_UNREADABLE: Final = (
    "The form could not be read",
    "Go back, load the page again, and try once more.",
)
_TOLD: Final = {
    400: _UNREADABLE,
    404: ("Not found", "There is no such page. Check the address."),
    405: ("Not like this", "This address is no page to open, or not one to send a form to."),
    413: ("Too large", "The form holds more than 1,000,000 bytes; send less."),
    415: _UNREADABLE,
    422: _UNREADABLE,
    431: ("Too large", "Your browser sent too much along; delete the cookies of this site."),
    503: (
        "Busy",
        "The database or the file store cannot be reached, or is too busy. Try again in a moment.",
    ),
}
_FAILED: Final = (
    "Something failed on our side",
    "Nothing was lost: what was not finished was undone. Try again.",
)
_KEPT: Final = frozenset({b"allow", b"retry-after", b"request-id"})


class HtmlProblems:
    """Stands around the whole app, and puts a page in the place of a problem on people's paths."""

    def __init__(self, app: Asgi) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_for_people(scope["path"]):
            await self._app(scope, receive, send)
            return
        replaced = False

        async def send_page(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and _is_problem(message):
                replaced = True
                await _send_instead(message, scope, send)
            elif not replaced:
                await send(message)

        await self._app(scope, receive, send_page)


def _is_for_people(path: str) -> bool:
    return path == "/dashboard" or path.startswith(("/dashboard/", "/i/", "/w/", "/fake/"))


def _is_problem(message: Message) -> bool:
    headers = {name.lower(): value for name, value in message.get("headers", [])}
    return bool(headers.get(b"content-type", b"").startswith(b"application/problem+json"))


async def _send_instead(message: Message, scope: Scope, send: Send) -> None:
    status = message["status"]
    headline, detail = _TOLD.get(status, _FAILED)
    inside = scope["path"].startswith("/dashboard")
    told = page("refusal.html", code=status, headline=headline, detail=detail, inside=inside)
    kept = [(name, value) for name, value in message["headers"] if name.lower() in _KEPT]
    body = b"" if scope["method"] == "HEAD" else bytes(told.body)
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [*told.raw_headers, *kept],
        }
    )
    await send({"type": "http.response.body", "body": body})
