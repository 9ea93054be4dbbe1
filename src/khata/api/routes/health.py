"""/healthz, /readyz and /metrics: for whoever keeps the engine running."""

import hmac
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

from khata.api.caller import as_json, engine_of
from khata.api.schemas.health import Health
from khata.core.networks import is_loopback
from khata.core.refusal import Kind, Refusal
from khata.wiring import Engine

router = APIRouter(tags=["Engine"])


@router.get("/healthz", response_model=Health)
def healthz() -> Response:
    """Say that the process lives."""
    return as_json(Health(status="ok"))


@router.get("/readyz", response_model=Health)
def readyz(engine: Annotated[Engine, Depends(engine_of)]) -> Response:
    """Say that the database answers; 503 while it does not."""
    engine.db.ask("select 1")
    return as_json(Health(status="ok"))


class MetricsClosed(Refusal):
    """The figures are for this machine, and for who holds their token."""

    kind = Kind.FORBIDDEN


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(request: Request, engine: Annotated[Engine, Depends(engine_of)]) -> Response:
    """Tell Prometheus what this process has done.

    This machine may ask; others send the token that KHATA_METRICS_TOKEN sets, as
    `Authorization: Bearer`.
    """
    if not _may_see_figures(request, engine.settings.metrics_token):
        raise MetricsClosed(
            "Ask from the machine itself, or send the token that KHATA_METRICS_TOKEN sets"
        )
    registry = request.app.state.figures.registry
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _may_see_figures(request: Request, token: str | None) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if token is not None and scheme.lower() == "bearer":
        return hmac.compare_digest(given.strip().encode(), token.encode())
    return request.client is not None and is_loopback(request.client.host)
