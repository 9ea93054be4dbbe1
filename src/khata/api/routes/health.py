"""/healthz, /readyz and /metrics: for whoever keeps the engine running."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from khata.api.caller import as_json, engine_of
from khata.api.problems import not_ready, request_id_of
from khata.api.schemas.health import Health, Readiness
from khata.core.refusal import Kind, Refusal
from khata.wiring import Engine
from khata.worker.figures_shown import CONTENT_TYPE, figures_text, may_see_figures
from khata.worker.readiness import checked, missing

router = APIRouter(tags=["Engine"])


@router.get("/healthz", response_model=Health)
def healthz() -> Response:
    """Say that the process lives."""
    return as_json(Health(status="ok"))


@router.get("/readyz", response_model=Readiness)
def readyz(request: Request, engine: Annotated[Engine, Depends(engine_of)]) -> Response:
    """Say whether everything is there that the work needs; 503 and what is missing while not.

    Looked at are the database, its migrations, the broker where there is one, and the folder of
    the embedded database.
    """
    found = checked(engine)
    lacking = missing(found)
    if lacking:
        return not_ready(request_id_of(request), {name: found[name] for name in lacking})
    return as_json(Readiness(status="ok", checks=dict(found)))


class MetricsClosed(Refusal):
    """The figures are for this machine, and for who holds their token."""

    kind = Kind.FORBIDDEN


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(request: Request, engine: Annotated[Engine, Depends(engine_of)]) -> Response:
    """Tell Prometheus what this process has done, and what the database knows.

    This machine may ask; others send the token that KHATA_METRICS_TOKEN sets, as
    `Authorization: Bearer`.
    """
    address = request.client.host if request.client else None
    given = request.headers.get("authorization", "")
    if not may_see_figures(address, given, token=engine.settings.metrics_token):
        raise MetricsClosed(
            "Ask from the machine itself, or send the token that KHATA_METRICS_TOKEN sets"
        )
    return Response(figures_text(request.app.state.standing), media_type=CONTENT_TYPE)
