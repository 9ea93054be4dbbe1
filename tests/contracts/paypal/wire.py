"""What PayPal's published specifications allow in a request: the part that khata sends.

Written by hand from Orders v2.13, Payments v2.5, Vault v3.1 and Transaction Search v1.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from khata.simulators.paypal import PayPalSimulator
from khata.simulators.paypal.hosted import PAGES
from khata.simulators.vendor import Request, Response

Rule = Callable[[Any], bool]


def text(pattern: str, longest: int, shortest: int = 1) -> Rule:
    def fits(value: Any) -> bool:
        return (
            isinstance(value, str)
            and shortest <= len(value) <= longest
            and re.fullmatch(pattern, value, re.ASCII | re.DOTALL) is not None
        )

    return fits


def one_of(*words: str) -> Rule:
    return lambda value: value in words


def shape(required: Mapping[str, Rule], optional: Mapping[str, Rule] | None = None) -> Rule:
    """An object with these fields and no others."""
    known = {**required, **(optional or {})}

    def fits(value: Any) -> bool:
        return (
            isinstance(value, dict)
            and required.keys() <= value.keys() <= known.keys()
            and all(known[name](told) for name, told in value.items())
        )

    return fits


MONEY = shape(
    {
        "currency_code": text(r"[A-Z]{3}", 3, 3),
        "value": text(r"((-?[0-9]+)|(-?([0-9]+)?[.][0-9]+))", 32),
    }
)
UNIT = shape(
    {"amount": MONEY},
    {
        "reference_id": text(r".*", 256),
        "custom_id": text(r".*", 127),
        "invoice_id": text(r".*", 127),
        "description": lambda value: isinstance(value, str) and 1 <= len(value) <= 127,
    },
)
URL = text(r"https?://.+", 4000)
# Orders v2.13, paypal_wallet and what it holds
CONTEXT = shape(
    {"return_url": URL, "cancel_url": URL},
    {
        "user_action": one_of("CONTINUE", "PAY_NOW"),
        "shipping_preference": one_of("GET_FROM_FILE", "NO_SHIPPING", "SET_PROVIDED_ADDRESS"),
        "landing_page": one_of("LOGIN", "GUEST_CHECKOUT", "NO_PREFERENCE"),
    },
)
STORED = shape(
    {"store_in_vault": one_of("ON_SUCCESS"), "usage_type": one_of("MERCHANT", "PLATFORM")},
    {"permit_multiple_payment_tokens": lambda value: isinstance(value, bool)},
)
APPROVED = shape({"experience_context": CONTEXT}, {"attributes": shape({"vault": STORED})})
ORDER = shape(
    {
        "intent": one_of("CAPTURE"),
        "purchase_units": lambda units: (
            isinstance(units, list) and 1 <= len(units) <= 10 and all(map(UNIT, units))
        ),
    },
    {"payment_source": shape({"paypal": APPROVED})},
)
# Vault v3.1, setup_token_request and payment_token_request
SETUP = shape(
    {
        "payment_source": shape(
            {
                "paypal": shape(
                    {
                        "usage_type": one_of("MERCHANT"),
                        "experience_context": shape(
                            {"return_url": URL, "cancel_url": URL},
                            {"shipping_preference": one_of("NO_SHIPPING")},
                        ),
                    },
                    {
                        "description": text(r"[a-zA-Z0-9_'\-., :;\!?\"]*", 128),
                        "permit_multiple_payment_tokens": lambda value: isinstance(value, bool),
                    },
                )
            }
        )
    },
    {"customer": shape({"id": text(r"[0-9a-zA-Z_-]+", 22)})},
)
TOKEN = shape(
    {
        "payment_source": shape(
            {"token": shape({"id": text(r".+", 255), "type": one_of("SETUP_TOKEN")})}
        )
    }
)
VAULT_ID = text(r"[0-9a-zA-Z_-]+", 255)
CARD = shape(
    {
        "vault_id": VAULT_ID,
        "stored_credential": shape(
            {
                "payment_initiator": one_of("CUSTOMER", "MERCHANT"),
                "payment_type": one_of("ONE_TIME", "RECURRING", "UNSCHEDULED"),
            },
            {"usage": one_of("FIRST", "SUBSEQUENT", "DERIVED")},
        ),
    }
)
_PATTERNS = [
    f"{when}_{how}"
    for when in "RECURRING THRESHOLD SUBSCRIPTION UNSCHEDULED INSTALLMENT".split()
    for how in ("PREPAID", "POSTPAID")
]
WALLET = shape(
    {
        "vault_id": VAULT_ID,
        "stored_credential": shape(
            {
                "payment_initiator": one_of("CUSTOMER", "MERCHANT"),
                "usage": one_of("FIRST", "SUBSEQUENT", "DERIVED"),
                "usage_pattern": one_of("IMMEDIATE", "DEFERRED", *_PATTERNS),
            }
        ),
    }
)
SOURCE = shape({}, {"card": CARD, "paypal": WALLET})
CAPTURE = shape(
    {},  # nothing of it where the payer has approved
    {"payment_source": lambda value: SOURCE(value) and len(value) == 1},
)
REFUND = shape({}, {"amount": MONEY, "custom_id": text(r".*", 127), "invoice_id": text(r".*", 127)})

CHANGE = shape({"op": one_of("replace"), "path": text(r"/.*", 4000), "value": text(r".+", 4000)})


def _are_changes(value: Any) -> bool:
    """Orders v2.13, patch_request."""
    return isinstance(value, list) and bool(value) and all(map(CHANGE, value))


_ID = r"[A-Z0-9]{1,36}"
_DISPUTE = r"/v1/customer/disputes/[A-Za-z0-9-]{1,255}"
# Customer Disputes v1.
ACCEPT = shape(
    {"note": text(r".+", 2000)},
    {"accept_claim_type": one_of("REFUND", "REFUND_WITH_RETURN", "PARTIAL_REFUND")},
)
DISPUTES: Mapping[str, Rule] = {
    "start_time": text(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", 64),
    "page_size": text(r"[1-9]|[1-4][0-9]|50", 2),
    "next_page_token": text(r".+", 255),
}
BODIES: Mapping[str, Rule] = {
    r"/v2/checkout/orders": ORDER,
    rf"/v2/checkout/orders/{_ID}/capture": CAPTURE,
    rf"/v2/payments/captures/{_ID}/refund": REFUND,
    r"/v3/vault/setup-tokens": SETUP,
    r"/v3/vault/payment-tokens": TOKEN,
    rf"{_DISPUTE}/accept-claim": ACCEPT,
}
PATHS = (
    rf"/v2/checkout/orders/{_ID}",
    rf"/v2/payments/captures/{_ID}",
    rf"/v2/payments/refunds/{_ID}",
    r"/v3/vault/payment-tokens/[0-9a-zA-Z_-]{1,255}",
    r"/v3/vault/setup-tokens/[0-9a-zA-Z_-]{1,36}",
    r"/v3/vault/payment-tokens",
    r"/v1/identity/oauth2/userinfo",
    _DISPUTE,
)
INSTANT = text(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", 64)
SEARCH: Mapping[str, Rule] = {
    "start_date": INSTANT,
    "end_date": INSTANT,
    "fields": one_of("transaction_info", "all"),
    "balance_affecting_records_only": one_of("Y", "N"),
    "page_size": text(r"[1-9][0-9]{0,2}", 3),
    "page": text(r"[1-9][0-9]*", 10),
    "transaction_currency": text(r"[A-Z]{3}", 3, 3),
    "transaction_amount": text(r"[0-9]+ TO [0-9]+", 64),
}


def fault_of(request: Request) -> str | None:
    """Say what is wrong with a request, by the specification; None: nothing."""
    if request.path == "/v1/oauth2/token":
        return None if request.body == b"grant_type=client_credentials" else "token body"
    if request.path in PAGES:
        return None  # of a payer's browser
    if request.method == "GET" and request.path.startswith("/v1/notifications/certs/"):
        return None  # of whoever wants to prove a webhook, without being let in
    if not request.headers.get("authorization", "").startswith("Bearer "):
        return "no bearer"
    if request.method == "GET":
        return _fault_of_query(request)
    if request.method == "DELETE":  # Vault v3.1
        known = re.fullmatch(r"/v3/vault/payment-tokens/[0-9a-zA-Z_-]{1,255}", request.path)
        return None if known else f"no such call: DELETE {request.path}"
    if request.method == "PATCH" and re.fullmatch(rf"/v2/checkout/orders/{_ID}", request.path):
        return None if _are_changes(json.loads(request.body)) else "body of a change"
    if re.fullmatch(rf"{_DISPUTE}/provide-evidence", request.path):
        kind = request.headers.get("content-type", "")
        return None if kind.startswith("multipart/form-data") else "evidence not in parts"
    rules = [rule for path, rule in BODIES.items() if re.fullmatch(path, request.path)]
    if request.method != "POST" or len(rules) != 1:
        return f"no such call: {request.method} {request.path}"
    if request.headers.get("content-type") != "application/json":
        return "not sent as JSON"
    if not 1 <= len(request.headers.get("paypal-request-id", "")) <= 108:
        return "no request id"
    if request.headers.get("prefer") not in ("return=representation", "return=minimal"):
        return "no preference"
    return None if rules[0](json.loads(request.body)) else f"body of {request.path}"


def _fault_of_query(request: Request) -> str | None:
    if request.path == "/v1/reporting/transactions":
        wrong = [
            name
            for name, told in request.query.items()
            if name not in SEARCH or len(told) != 1 or not SEARCH[name](told[0])
        ]
        missing = {"start_date", "end_date"} - request.query.keys()
        return f"search: {wrong} {missing}" if wrong or missing else None
    if request.path == "/v1/customer/disputes":
        odd = [
            name
            for name, told in request.query.items()
            if name not in DISPUTES or len(told) != 1 or not DISPUTES[name](told[0])
        ]
        return f"disputes: {odd}" if odd else None
    known = any(re.fullmatch(path, request.path) for path in PATHS)
    return None if known else f"no such call: GET {request.path}"


class Inspected(PayPalSimulator):
    """The pretend PayPal, which notes each request that it got and each that breaks the rules."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.got: list[Request] = []
        self.faults_found: list[str] = []

    def answer(self, request: Request) -> Response:
        self.got.append(request)
        fault = fault_of(request)
        if fault is not None:
            self.faults_found.append(fault)
        return super().answer(request)
