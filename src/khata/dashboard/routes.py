"""All pages of the HTML door, for the app that serves it."""

from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter

from khata.dashboard import assets
from khata.dashboard.pages import (
    bank_statement,
    books,
    clock,
    coupons,
    credit_notes,
    customers,
    disputes,
    dunning_policies,
    e_invoices,
    fake_visits,
    gateway_events,
    gateway_routes,
    gateways,
    hosted,
    invoices,
    mails,
    month_end,
    overview,
    parked,
    paying,
    payments,
    reconciliations,
    recovery,
    return_files,
    returns,
    sandboxes,
    saving,
    settings,
    settlements,
    sign_in,
    statements,
    subscription_acts,
    subscriptions,
    tds,
    wallets,
    webhooks,
)
from khata.usecases.tenants.make_entry import MakeEntry, make_entry
from khata.wiring import Engine

PAGES: Final = (
    sign_in,
    overview,
    invoices,
    credit_notes,
    customers,
    statements,
    wallets,
    subscriptions,
    subscription_acts,
    coupons,
    payments,
    recovery,
    dunning_policies,
    disputes,
    settlements,
    bank_statement,
    tds,
    e_invoices,
    parked,
    mails,
    month_end,
    return_files,
    returns,
    webhooks,
    gateway_routes,
    gateways,
    gateway_events,
    reconciliations,
    books,
    settings,
    sandboxes,
    clock,
    hosted,
    paying,
    saving,
    fake_visits,
)


def router(engine: Engine) -> APIRouter:
    """Return every route of the dashboard, its assets, and the hosted invoice pages."""
    routes = APIRouter(include_in_schema=False)
    for module in PAGES:
        routes.include_router(module.router(engine))
    routes.include_router(assets.router())
    return routes


def entry_link(engine: Engine, user_id: UUID, tenant: UUID) -> str:
    """Return an address that signs the user in to the tenant once, within 30 minutes.

    Raises: NotFound, when the user may not enter the tenant.
    """
    token = make_entry(MakeEntry(user_id, tenant, engine.clock.now()), db=engine.db)
    return f"{engine.settings.base_url}/dashboard/enter?{urlencode({'token': token})}"
