"""The app: routes, problems and the edge, standing on one engine."""

from importlib.metadata import version
from typing import Final

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from khata.api.asyncapi import install_asyncapi
from khata.api.edge import Edge
from khata.api.openapi import install_openapi
from khata.api.problems import install_problems
from khata.api.reference import install_reference
from khata.api.routes import (
    accounts,
    api_keys,
    billing_runs,
    customers,
    events,
    health,
    invoices,
    ledger,
    mails,
    parked,
    payment_methods,
    payments,
    plans,
    products,
    registrations,
    subscriptions,
    test_clock,
    webhook_deliveries,
    webhook_endpoints,
)
from khata.wiring import Engine
from khata.worker.standing_figures import StandingFigures

ROUTERS: Final[tuple[APIRouter, ...]] = (
    accounts.router,
    api_keys.router,
    registrations.router,
    products.router,
    plans.router,
    customers.router,
    payment_methods.router,
    subscriptions.router,
    invoices.router,
    payments.router,
    mails.router,
    events.router,
    webhook_endpoints.router,
    webhook_deliveries.router,
    test_clock.router,
    billing_runs.router,
    parked.router,
    ledger.router,
    health.router,
)


def create_app(engine: Engine) -> FastAPI:
    """Return the JSON API of this engine, as an ASGI app."""
    app = FastAPI(
        version=version("khata"),
        separate_input_output_schemas=False,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_named,
    )
    app.state.engine = engine
    app.state.standing = StandingFigures(engine)
    for router in ROUTERS:
        app.include_router(router)
    install_problems(app)
    install_openapi(app)
    install_asyncapi(app)
    install_reference(app)
    app.add_middleware(Edge)
    return app


def _named(route: APIRoute) -> str:
    """Name an operation for generated clients: customers_create, plans_list_all."""
    group = str(route.tags[0]) if route.tags else "pages"
    return f"{group}_{route.name}".lower().replace(" ", "_")
