"""The published description of the API: OpenAPI 3.1, with a problem as every other answer."""

import inspect
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from khata.api.schemas.lists import ListOf
from khata.api.schemas.problem import Problem

_ABOUT = """
Bill customers by subscription: products, plans, customers, subscriptions, invoices, payments.

**Keys.** `Authorization: Bearer sk_test_…` works in test mode, `sk_live_…` in live mode. The two
never see each other's objects.

**Money** is a whole number of minor units beside a `currency`: 100000 in INR is ₹ 1,000.00.
**Days** are `YYYY-MM-DD`, **instants** RFC 3339 in UTC, **rates** decimal texts in percent.

**Once.** Send an `Idempotency-Key` with a POST: sent again with the same body it takes effect
once and is answered the same, with `Idempotent-Replayed: true`. Another body under the same key
is refused (422); while the first is still running the answer is 409 with `Retry-After`.

**Lists** come newest first, `limit` at a time; the next page is `starting_after` the last id.

**A no** is `application/problem+json` with a `code` that never changes, the `param` at fault and
the `request_id`, which every answer also has in the header `Request-Id`.
"""

TAGS = [
    {"name": "Account", "description": "A business, in test and in live mode"},
    {"name": "API keys", "description": "Secret keys, told once"},
    {"name": "Sandboxes", "description": "More places to try things in, each behind its own wall"},
    {"name": "Registrations", "description": "Under which name and tax number it sells"},
    {"name": "Products", "description": "What is sold"},
    {"name": "Plans", "description": "Named offers, with a price in each currency"},
    {"name": "Customers", "description": "To whom"},
    {"name": "Credit balances", "description": "What is owed to them, spent on what they owe"},
    {"name": "Coupons", "description": "Codes that make invoices lower, and their terms"},
    {"name": "Discounts", "description": "Coupons that were redeemed, and what they lower"},
    {"name": "Vouchers", "description": "Advances on which tax is paid, received and given back"},
    {"name": "Wallets", "description": "Prepaid money and granted credit, spent before gateways"},
    {"name": "Meters", "description": "How usage is counted"},
    {"name": "Usage events", "description": "What was used: sent in batches, once for each id"},
    {"name": "Features", "description": "What plans may give"},
    {"name": "Entitlements", "description": "What each plan gives of a feature"},
    {"name": "Customer entitlements", "description": "What a customer may use now"},
    {"name": "Payment methods", "description": "How they pay"},
    {"name": "Payment links", "description": "Pages where an invoice is paid"},
    {"name": "Setup links", "description": "Pages where a way to pay is saved"},
    {"name": "Mandates", "description": "Standing permissions to debit, and what becomes of them"},
    {"name": "Gateway accounts", "description": "Your accounts with those who move the money"},
    {"name": "Gateway events", "description": "What gateways told, and what came of it"},
    {"name": "Reconciliations", "description": "Days beside the gateway's own list"},
    {"name": "Settlements", "description": "What gateways paid out, line by line"},
    {"name": "Bank transactions", "description": "The bank's statement, beside those payouts"},
    {"name": "Subscriptions", "description": "Standing agreements, billed period by period"},
    {"name": "Calendars", "description": "What will be due in the next twelve months"},
    {"name": "Invoices", "description": "What is owed: numbered, taxed, collected"},
    {"name": "Payments", "description": "The will to collect, and each attempt"},
    {"name": "Dunning", "description": "What is done about payments that fail, and what it brings"},
    {"name": "Disputes", "description": "What payers' banks take back, and what you say to it"},
    {"name": "TDS", "description": "Tax that customers withheld, and its certificates"},
    {"name": "Mails", "description": "What customers were told, word for word"},
    {"name": "Events", "description": "What has happened"},
    {"name": "Webhook endpoints", "description": "Who is told, as it happens"},
    {"name": "Webhook deliveries", "description": "What was sent to them, and what they answered"},
    {"name": "Test clock", "description": "Time as a toy: any distance in one call"},
    {"name": "Billing runs", "description": "What the engine bills by itself, asked for by hand"},
    {"name": "Parked work", "description": "Set aside with its reason until a person looks"},
    {"name": "Ledger", "description": "The books: every fact posts, debits equal credits"},
    {"name": "Accounting", "description": "What an accountant asks for, and files to take away"},
    {"name": "Returns", "description": "GSTR-1 and GSTR-3B, checked, filed, and amended"},
    {"name": "Engine", "description": "For whoever keeps it running"},
]


def install_openapi(app: FastAPI) -> None:
    """Let the app describe itself; the description is made once, when it is first asked for."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def _described(app: FastAPI) -> dict[str, Any]:
    schema = get_openapi(
        title="khata",
        version=app.version,
        summary="Billing and subscriptions that a startup runs itself",
        description=_ABOUT,
        routes=app.routes,
        tags=TAGS,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    components = schema.setdefault("components", {}).setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    components |= problem.pop("$defs")
    components["Problem"] = problem
    for unused in ("HTTPValidationError", "ValidationError"):
        components.pop(unused, None)
    for name, component in components.items():
        if name.startswith("ListOf"):  # a generic's own sentence is not handed down
            component["description"] = inspect.getdoc(ListOf)
        _describe_names(component)
    for path in schema["paths"].values():
        for operation in path.values():
            _complete(operation)
    return schema


def _describe_names(component: dict[str, Any]) -> None:
    """Say of every object what its id and its kind are; here once, not in each schema."""
    fields = component.get("properties", {})
    id, kind = fields.get("id"), fields.get("object")
    if id and "description" not in id and id.get("examples"):
        prefix = id["examples"][0].partition("_")[0]
        id["description"] = f"Names it for good; begins with {prefix}_"
    if kind and "description" not in kind and "const" in kind:
        kind["description"] = f"What it is: always {kind['const']}"


def _complete(operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path" and parameter["name"] == "id":
            parameter.setdefault("description", "The id of what is asked about")
    responses = operation["responses"]
    responses.pop("422", None)
    responses["default"] = {
        "description": "A problem",
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }
    for response in responses.values():
        response.setdefault("headers", {})["Request-Id"] = {
            "description": "Names this request",
            "schema": {"type": "string"},
        }
