"""A route whose JSON body is read strictly before anything else looks at it."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from khata.api.strict_json import parse_json
from khata.core.refusal import Refusal


class NotJson(Refusal):
    """The body is not said to be JSON."""


class StrictRoute(APIRoute):
    """Reads the body by strict_json; the raw bytes stay at hand for the idempotency key."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def read_strictly(request: Request) -> Response:
            raw = await request.body()
            request.state.raw_body = raw
            if raw:
                _must_say_json(request)
                request._json = parse_json(raw)
            return await handle(request)

        return read_strictly


def _must_say_json(request: Request) -> None:
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said != "application/json":
        raise NotJson("Send the body with Content-Type: application/json")
