"""Methods: HEAD wherever GET answers, and all that an address can be asked with."""

from collections.abc import MutableMapping
from typing import Any, Final

from starlette.requests import Request
from starlette.routing import Match

_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")

Scope = MutableMapping[str, Any]


def routed(scope: Scope) -> Scope:
    """Return the request as the routes see it: HEAD is a GET whose body is not sent.

    Source: RFC 9110, 9.3.2.
    """
    return {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope


def allowed(request: Request) -> str:
    """Return the `Allow` header of an address: the methods of all routes that have its path."""
    found = []
    for method in _METHODS:
        asked = {
            "type": "http",
            "method": method,
            "path": request.scope["path"],
            "root_path": request.scope.get("root_path", ""),
            "headers": [],
        }
        if any(route.matches(asked)[0] is Match.FULL for route in request.app.router.routes):
            found.append(method)
    return ", ".join(["GET", "HEAD", *found[1:]] if found[:1] == ["GET"] else found)
