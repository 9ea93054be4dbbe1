"""All pages of the HTML door, for the app that serves it."""

from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter

from khata.dashboard import assets
from khata.dashboard.pages import (
    books,
    clock,
    closeups,
    hosted,
    lists,
    mail,
    overview,
    parked,
    settings,
    sign_in,
)
from khata.usecases.tenants.make_entry import MakeEntry, make_entry
from khata.wiring import Engine


def router(engine: Engine) -> APIRouter:
    """Return every route of the dashboard, its assets, and the hosted invoice pages."""
    routes = APIRouter(include_in_schema=False)
    pages = (sign_in, overview, lists, closeups, mail, parked, books, settings, clock, hosted)
    for module in pages:
        routes.include_router(module.router(engine))
    routes.include_router(assets.router())
    return routes


def entry_link(engine: Engine, user_id: UUID, tenant: UUID) -> str:
    """Return an address that signs the user in to the tenant once, within 30 minutes.

    Raises: NotFound, when the user may not enter the tenant.
    """
    token = make_entry(MakeEntry(user_id, tenant, engine.clock.now()), db=engine.db)
    return f"{engine.settings.base_url}/dashboard/enter?{urlencode({'token': token})}"
