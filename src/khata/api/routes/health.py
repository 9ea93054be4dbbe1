"""/healthz, /readyz and /metrics: for whoever keeps the engine running."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

from khata.api.caller import as_json, engine_of
from khata.api.schemas.health import Health
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


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(request: Request) -> Response:
    """Tell Prometheus what this process has done."""
    registry = request.app.state.figures.registry
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
