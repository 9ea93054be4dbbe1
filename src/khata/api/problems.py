"""A refusal becomes `application/problem+json`: the only place that knows HTTP's statuses.

Source: RFC 9457 (problem details), with `code`, `param`, `errors` and `request_id` beside it.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from psycopg import OperationalError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from khata.api.faults import faults_of
from khata.api.idempotency import IdempotencyKeyInUse
from khata.api.methods import allowed
from khata.api.strict_json import MalformedJson
from khata.api.strict_route import NotJson
from khata.core.refusal import Kind, Refusal
from khata.ports.files import FilesAway
from khata.ports.gateway_vendor import NotSigned

STATUS: Final[Mapping[Kind, int]] = {
    Kind.INVALID: 422,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.TOO_LARGE: 413,
    Kind.TOO_MANY: 429,
}

# Where HTTP has a word of its own for a refusal of this door.
OWN_STATUS: Final[Mapping[type[Refusal], int]] = {MalformedJson: 400, NotJson: 415, NotSigned: 400}

HEADERS: Final[Mapping[int | type[Refusal], Mapping[str, str]]] = {
    401: {"WWW-Authenticate": 'Bearer realm="khata"'},
    503: {"Retry-After": "1"},
    IdempotencyKeyInUse: {"Retry-After": "1"},
}

_log = structlog.get_logger("khata.api")


def install_problems(app: FastAPI) -> None:
    """Let every no, of ours, of the framework's or unforeseen, leave as a problem."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _ill_formed)
    app.add_exception_handler(HTTPException, _no_route)
    app.add_exception_handler(OperationalError, _busy)
    app.add_exception_handler(FilesAway, _files_away)


def problem(
    request_id: str,
    status: int,
    code: str,
    title: str,
    detail: str,
    *,
    param: str | None = None,
    errors: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the problem as a response. Nothing in it comes from inside the machine."""
    body = {
        "type": f"urn:khata:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "param": param,
        "errors": list(errors) or [{"code": code, "param": param, "detail": detail}],
        "request_id": request_id,
    }
    return Response(
        json.dumps(body),
        status_code=status,
        media_type="application/problem+json",
        headers={**HEADERS.get(status, {}), **(headers or {})},
    )


def problem_of(refusal: Refusal, request_id: str) -> Response:
    """Return the problem that tells this refusal."""
    kind = type(refusal)
    title = (kind.__doc__ or kind.code).strip().splitlines()[0].rstrip(".")
    return problem(
        request_id,
        OWN_STATUS.get(kind, STATUS[kind.kind]),
        kind.code,
        title,
        refusal.detail,
        param=refusal.param,
        headers={**HEADERS.get(kind, {}), **_when(refusal)},
    )


def _when(refusal: Refusal) -> Mapping[str, str]:
    seconds = refusal.seconds_to_wait
    return {} if seconds is None else {"Retry-After": str(seconds)}


def unforeseen(request_id: str) -> Response:
    """Return the answer to what nobody foresaw: the request's id, and nothing else."""
    return problem(
        request_id,
        500,
        "internal_error",
        "Something failed on our side",
        "Nothing was lost: what was not finished was undone. "
        f"Ask again; if it fails again, report the request {request_id}.",
    )


def not_ready(request_id: str, lacking: Mapping[str, str]) -> Response:
    """Return the answer of a process that cannot do its work: the name of each thing it lacks."""
    return problem(
        request_id,
        503,
        "not_ready",
        "Something is missing that the work needs",
        f"Not ready: {', '.join(lacking)}",
        errors=[
            {"code": state, "param": name, "detail": f"The {name} is {state}"}
            for name, state in lacking.items()
        ],
    )


async def _refused(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    return problem_of(refusal, request_id_of(request))


async def _ill_formed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = faults_of(error.errors())
    first = faults[0]
    return problem(
        request_id_of(request),
        422,
        first["code"],
        "The request does not have the form that is asked for",
        first["detail"],
        param=first["param"],
        errors=faults,
    )


async def _no_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code, title, detail = _WORDS.get(
        error.status_code, ("refused", "The request was refused", str(error.detail))
    )
    return problem(
        request_id_of(request),
        error.status_code,
        code,
        title,
        detail.format(method=request.method),
        headers={"Allow": allowed(request)} if error.status_code == 405 else error.headers,
    )


async def _busy(request: Request, error: Exception) -> Response:
    _log.warning("database busy", error=str(error))
    return problem(
        request_id_of(request),
        503,
        "busy",
        "The database cannot be reached, or is too busy",
        "Ask again in a moment, with the same Idempotency-Key: "
        "what was done already is then not done twice.",
    )


async def _files_away(request: Request, error: Exception) -> Response:
    _log.error("files_away", request_id=request_id_of(request), reason=str(error))
    return problem(
        request_id_of(request),
        503,
        "files_away",
        "The file store cannot be reached",
        "Documents can be neither read nor kept for the moment. Ask again later.",
    )


_WORDS: Final = {
    404: ("unknown_route", "There is nothing at this address", "No route has this path"),
    405: (
        "method_not_allowed",
        "The address has no such method",
        "This path cannot be asked with {method}",
    ),
}


def request_id_of(request: Request) -> str:
    """Return the id that every answer and log line of this request carries."""
    return getattr(request.state, "request_id", "req_unknown")
