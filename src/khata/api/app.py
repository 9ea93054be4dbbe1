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
    accounting,
    accounts,
    api_keys,
    bank_transactions,
    billing_runs,
    calendars,
    coupons,
    credit,
    credit_notes,
    customer_entitlements,
    customers,
    debit_notes,
    discounts,
    disputes,
    dunning_policies,
    e_invoices,
    entitlements,
    events,
    exchange_rates,
    exemptions,
    exports,
    features,
    filings,
    gateway_accounts,
    gateway_events,
    health,
    invoice_items,
    invoices,
    ledger,
    mails,
    mandates,
    meters,
    migrations,
    oss_returns,
    parked,
    payment_links,
    payment_methods,
    payments,
    plans,
    prices,
    products,
    reconciliations,
    recovery,
    registration_rules,
    registrations,
    returns,
    revised_invoices,
    sandboxes,
    settlements,
    setup_links,
    stories,
    subscription_changes,
    subscription_lives,
    subscription_usage,
    subscriptions,
    tax_calculations,
    tax_confirmations,
    tax_ids,
    tax_provider,
    tax_rates,
    tds_receivables,
    test_clock,
    usage_events,
    vouchers,
    wallets,
    webhook_deliveries,
    webhook_endpoints,
)
from khata.wiring import Engine
from khata.worker.standing_figures import StandingFigures

ROUTERS: Final[tuple[APIRouter, ...]] = (
    accounts.router,
    api_keys.router,
    sandboxes.router,
    registrations.router,
    registration_rules.router,
    tax_rates.router,
    tax_confirmations.router,
    tax_confirmations.on_file,
    tax_provider.router,
    tax_rates.turnovers,
    e_invoices.router,
    exchange_rates.router,
    exemptions.router,
    tax_calculations.router,
    products.router,
    plans.router,
    prices.router,
    migrations.router,
    customers.router,
    credit.router,
    tax_ids.router,
    oss_returns.router,
    coupons.router,
    discounts.router,
    wallets.router,
    vouchers.router,
    meters.router,
    usage_events.router,
    features.router,
    entitlements.router,
    customer_entitlements.router,
    payment_methods.router,
    payment_links.router,
    setup_links.router,
    mandates.router,
    gateway_accounts.router,
    gateway_events.router,
    gateway_events.told,
    reconciliations.router,
    disputes.router,
    tds_receivables.router,
    settlements.router,
    bank_transactions.router,
    subscriptions.router,
    subscription_changes.router,
    stories.router,
    calendars.router,
    subscription_lives.router,
    subscription_usage.router,
    invoices.router,
    invoice_items.router,
    credit_notes.router,
    debit_notes.router,
    revised_invoices.router,
    payments.router,
    dunning_policies.router,
    recovery.router,
    mails.router,
    events.router,
    webhook_endpoints.router,
    webhook_deliveries.router,
    test_clock.router,
    billing_runs.router,
    parked.router,
    ledger.router,
    accounting.router,
    exports.router,
    returns.router,
    filings.router,
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
