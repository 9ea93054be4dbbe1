"""What Stripe's public specification says of the requests that khata makes, written by hand.

Source: github.com/stripe/openapi (2023-08-16), and for `allowed_payment_method_types` the
changelog of 2026-07-29. A form has only texts: `int` and `bool` say how they have to read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from khata.simulators.stripe.forms import read_form
from khata.simulators.vendor import Request

TEXT = r".{1,5000}"
INT = r"\d{1,12}"
YES = r"true|false"


@dataclass(frozen=True)
class Fields:
    """The fields of an object: their patterns, or the fields of the object or list within."""

    known: Mapping[str, "str | Fields | list[Any]"]
    required: frozenset[str] = frozenset()
    is_open: str | None = None  # any other name, with values of this pattern


def fields(required: str = "", **known: "str | Fields | list[Any]") -> Fields:
    return Fields(known, frozenset(required.split()))


METADATA = Fields({}, is_open=r".{0,500}")
CREATED = fields(gt=INT, gte=INT, lt=INT, lte=INT)
PAGED: dict[str, Any] = {"limit": r"[1-9]\d?|100", "starting_after": TEXT, "expand": [TEXT]}

SESSION = fields(
    "mode success_url",
    mode=r"payment|setup",
    customer=TEXT,
    client_reference_id=r".{1,200}",
    metadata=METADATA,
    success_url=r"https?://.{1,4990}",
    cancel_url=r"https?://.{1,4990}",
    allowed_payment_method_types=["card|upi"],
    expires_at=r"\d{10}",
    currency=r"[a-z]{3}",
    setup_intent_data=fields(metadata=METADATA),
    line_items=[
        fields(
            quantity=INT,
            price_data=fields(
                "currency product_data",
                currency=r"[a-z]{3}",
                unit_amount=INT,
                product_data=fields("name", name=TEXT),
            ),
        )
    ],
    payment_intent_data=fields(
        description=r".{1,1000}", metadata=METADATA, setup_future_usage=r"off_session|on_session"
    ),
    adaptive_pricing=fields(enabled=YES),
    submit_type=r"auto|book|donate|pay",
    payment_method_options=fields(
        upi=fields(
            mandate_options=fields(
                amount=INT, amount_type=r"fixed|maximum", description=TEXT, end_date=r"\d{10}"
            )
        )
    ),
)

ROUTES: dict[tuple[str, str], Fields] = {
    ("GET", r"/v1/account"): fields(),
    ("GET", r"/v1/payment_methods/\w+"): fields(),
    ("GET", r"/v1/setup_intents"): fields(customer=TEXT, payment_method=TEXT, **PAGED),
    ("GET", r"/v1/mandates/\w+"): fields(),
    ("GET", r"/v1/payment_intents"): fields(customer=TEXT, created=CREATED, **PAGED),
    ("GET", r"/v1/payment_intents/\w+"): fields(expand=[TEXT]),
    ("POST", r"/v1/payment_intents"): fields(
        "amount currency",
        amount=INT,
        currency=r"[a-z]{3}",
        customer=TEXT,
        payment_method=TEXT,
        allowed_payment_method_types=["card|upi|link|sepa_debit"],
        off_session=YES,
        confirm=YES,
        description=r".{1,1000}",
        metadata=METADATA,
        expand=[TEXT],
    ),
    ("POST", r"/v1/customers"): fields(
        name=r".{1,256}", email=r".{1,512}", phone=r".{1,20}", metadata=METADATA
    ),
    ("POST", r"/v1/checkout/sessions"): SESSION,
    ("GET", r"/v1/checkout/sessions"): fields(customer=TEXT, **PAGED),
    ("GET", r"/v1/checkout/sessions/\w+"): fields(expand=[TEXT]),
    ("POST", r"/v1/checkout/sessions/\w+/expire"): fields(),
    ("GET", r"/v1/payouts"): fields(
        arrival_date=CREATED, status=r"pending|paid|failed|canceled", **PAGED
    ),
    ("GET", r"/v1/balance_transactions"): fields(payout=r"po_\w+", **PAGED),
    ("GET", r"/v1/refunds"): fields(charge=TEXT, payment_intent=TEXT, **PAGED),
    ("GET", r"/v1/refunds/\w+"): fields(),
    ("POST", r"/v1/refunds"): fields(
        amount=INT, charge=TEXT, payment_intent=TEXT, metadata=METADATA, expand=[TEXT]
    ),
}


def faults_of(request: Request) -> list[str]:
    """Return what a request does that the specification does not have."""
    found = [
        form
        for (method, path), form in ROUTES.items()
        if method == request.method and re.fullmatch(path, request.path)
    ]
    if not found:
        return [f"no such endpoint: {request.method} {request.path}"]
    headers = request.headers
    faults = []
    if not re.fullmatch(r"Bearer [rs]k_test_\w+", headers.get("authorization", "")):
        faults.append("no key")
    if headers.get("stripe-version") != "2026-10-28.endive":
        faults.append("not the version that it was written for")
    if request.method == "POST":
        if headers.get("content-type") != "application/x-www-form-urlencoded":
            faults.append("not a form")
        if not 1 <= len(headers.get("idempotency-key", "")) <= 255:
            faults.append("no idempotency key of at most 255 characters")
        form = read_form(request.body.decode())
    else:
        pairs = [f"{name}={one}" for name, many in request.query.items() for one in many]
        form = read_form("&".join(pairs))
    return faults + _faults(form, found[0], request.path)


def _faults(form: Mapping[str, Any], expected: Fields, at: str) -> list[str]:
    faults = [f"{at}: {name} is missing" for name in expected.required - form.keys()]
    for name, value in form.items():
        known = expected.known.get(name, expected.is_open)
        faults += _value_faults(value, known, f"{at} {name}")
    return faults


def _value_faults(value: Any, known: "str | Fields | list[Any] | None", at: str) -> list[str]:
    if known is None:
        return [f"{at}: unknown"]
    if isinstance(known, Fields):
        return _faults(value, known, at) if isinstance(value, dict) else [f"{at}: no object"]
    if isinstance(known, list):
        if not isinstance(value, list):
            return [f"{at}: no list"]
        return [fault for one in value for fault in _value_faults(one, known[0], at)]
    if not isinstance(value, str) or not re.fullmatch(known, value, re.DOTALL):
        return [f"{at}: {value!r} is not {known}"]
    return []
