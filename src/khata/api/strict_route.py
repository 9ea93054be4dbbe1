"""A route whose body and query are read strictly before anything else looks at them."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from khata.api.strict_json import parse_json
from khata.core.refusal import Refusal


class NotJson(Refusal):
    """The body is not said to be JSON."""


class UnknownField(Refusal):
    """There is no field, or parameter of the address, with this name."""


class WrongType(Refusal):
    """A body is a JSON object."""


class ParameterTwice(Refusal):
    """The address names one parameter twice, so that it could mean two things."""


class StrictRoute(APIRoute):
    """Reads the body by strict_json; the raw bytes stay at hand for the idempotency key.

    Also where a route takes no body, or no query: what is sent and not read would be lost silently.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        takes_body = self.body_field is not None
        takes_query = bool(self.dependant.query_params)  # then its model refuses by name

        async def read_strictly(request: Request) -> Response:
            _check_query(request, takes_query)
            raw = await request.body()
            request.state.raw_body = raw
            if raw:
                _must_say_json(request)
                request._json = parse_json(raw)
                if not takes_body:
                    _must_be_empty(request._json)
            return await handle(request)

        return read_strictly


def _check_query(request: Request, takes_query: bool) -> None:
    seen: set[str] = set()
    for name, _ in request.query_params.multi_items():
        param = name[:100].encode(errors="replace").decode()
        if not takes_query:
            raise UnknownField(f"{param}: This address takes no parameters", param=param)
        if name in seen:
            raise ParameterTwice(f"{param}: The parameter is there twice", param=param)
        seen.add(name)


def _must_be_empty(body: Any) -> None:
    if not isinstance(body, dict):
        raise WrongType("Nothing, or an empty object {}, is asked for")
    for name in body:
        param = name[:100]
        raise UnknownField(f"{param}: There is no such field; nothing is asked for", param=param)


def _must_say_json(request: Request) -> None:
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said != "application/json":
        raise NotJson("Send the body with Content-Type: application/json")
