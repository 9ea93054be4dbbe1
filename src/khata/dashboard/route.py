"""How the HTML door answers a no: a page with the sentence, or the way to sign in."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from khata.core.refusal import Kind, Refusal
from khata.dashboard.page import page
from khata.dashboard.viewer import SignInNeeded

_STATUS: Final = {
    Kind.INVALID: 400,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.TOO_LARGE: 413,
    Kind.TOO_MANY: 429,
}

_HEADLINES: Final = {
    Kind.NOT_FOUND: "Not found",
    Kind.FORBIDDEN: "Not allowed",
    Kind.TOO_LARGE: "Too large",
    Kind.TOO_MANY: "Too many tries",
}


def status_of(refusal: Refusal) -> int:
    return _STATUS[refusal.kind]


def tell_when(answer: Response, refusal: Refusal) -> None:
    """Say in the header how long to wait, where that is known."""
    if refusal.seconds_to_wait is not None:
        answer.headers["Retry-After"] = str(refusal.seconds_to_wait)


class HtmlRoute(APIRoute):
    """A route whose refusals become pages; pages that can, show them beside their field."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                # Here, as a form that is too large is else taken for broken.
                request.state.sent = await request.body()
                return await handle(request)
            except SignInNeeded as needed:
                return RedirectResponse(needed.location, status_code=303)
            except Refusal as refusal:
                told = page(
                    "refusal.html",
                    code=status_of(refusal),
                    headline=_HEADLINES.get(refusal.kind, "That did not work"),
                    detail=refusal.detail,
                    inside=not request.url.path.startswith(("/i/", "/w/", "/fake/")),
                )
                tell_when(told, refusal)
                return told

        return answer
