"""What Razorpay's documents allow in a request: the part that khata sends, written by hand.

Sources: razorpay.com/docs/api (orders, recurring payments, refunds), the request types of the
official libraries.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from khata.simulators.razorpay import RazorpaySimulator
from khata.simulators.vendor import Request, Response

Rule = Callable[[Any], bool]


def text(longest: int, pattern: str = r".+") -> Rule:
    def fits(value: Any) -> bool:
        whole = re.compile(pattern, re.ASCII | re.DOTALL)
        return isinstance(value, str) and len(value) <= longest and bool(whole.fullmatch(value))

    return fits


def whole(least: int) -> Rule:
    return lambda value: type(value) is int and value >= least


def shape(required: Mapping[str, Rule], optional: Mapping[str, Rule]) -> Rule:
    """An object with these fields and no others."""
    known = {**required, **optional}

    def fits(value: Any) -> bool:
        return (
            isinstance(value, dict)
            and required.keys() <= value.keys() <= known.keys()
            and all(known[name](told) for name, told in value.items())
        )

    return fits


def notes(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and len(value) <= 15
        and all(isinstance(told, str) and len(told) <= 256 for told in value.values())
    )


_NAME = r"\w{1,64}"
_CURRENCY = text(3, r"[A-Z]{3}")

ORDER = shape(
    {"amount": whole(100), "currency": _CURRENCY},
    {
        "receipt": text(40),
        "payment_capture": lambda value: value is True,
        "notes": notes,
        "notification": shape(
            {"token_id": text(64, rf"token_{_NAME}"), "payment_after": whole(1)}, {}
        ),
    },
)
RECURRING = shape(
    {
        "email": text(320, r"[^@\s]+@[^@\s]+"),
        "contact": text(20, r"\+?[0-9]{7,15}"),
        "amount": whole(100),
        "currency": _CURRENCY,
        "order_id": text(64, rf"order_{_NAME}"),
        "customer_id": text(64, rf"cust_{_NAME}"),
        "token": text(64, rf"token_{_NAME}"),
        "recurring": lambda value: value in (True, 1, "1"),
    },
    {"description": text(255), "notes": notes},
)
REFUND = shape(
    {},
    {
        "amount": whole(1),
        "speed": lambda value: value in ("normal", "optimum"),
        "notes": notes,
        "receipt": text(40),
    },
)


def flag(value: Any) -> bool:
    return isinstance(value, bool)


def empty(value: Any) -> bool:
    return isinstance(value, dict) and not value


CUSTOMER = shape(
    {},
    {
        "name": text(50, r"[A-Za-z0-9 .'()]{3,50}"),
        "email": text(64, r"[^@\s]+@[^@\s]+"),
        "contact": text(15, r"\+?[0-9]{7,15}"),
    },
)
# From the vendor's own types: PaymentLinkCreate; and the documents on registration links.
PAYMENT_LINK = shape(
    {"amount": whole(100), "customer": CUSTOMER},
    {
        "currency": _CURRENCY,
        "reference_id": text(40),
        "description": text(2048),
        "notify": shape({}, {"sms": flag, "email": flag, "whatsapp": flag}),
        "reminder_enable": flag,
        "accept_partial": flag,
        "expire_by": whole(1),
        "callback_url": text(2048, r"https?://.+"),
        "callback_method": lambda value: value == "get",
        "notes": notes,
        "upi_link": flag,
    },
)
_REGISTRATION = shape(
    {"method": lambda value: value in ("card", "upi", "emandate")},
    {
        "max_amount": whole(100),
        "expire_at": whole(1),
        "frequency": text(20, r"[a-z_]+"),
        "auth_type": text(20, r"[a-z]+"),
    },
)
REGISTRATION_LINK = shape(
    {
        "customer": CUSTOMER,
        "type": lambda value: value == "link",
        "amount": whole(0),
        "currency": _CURRENCY,
        "subscription_registration": _REGISTRATION,
    },
    {
        "description": text(2048),
        "receipt": text(40),
        "expire_by": whole(1),
        "sms_notify": flag,
        "email_notify": flag,
        "callback_url": text(2048, r"https?://.+"),
        "callback_method": lambda value: value == "get",
        "notes": notes,
    },
)

_DOCUMENT = text(64, rf"doc_{_NAME}")


def documents(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_DOCUMENT, value))


# razorpay.com/docs/api/disputes/contest
CONTEST = shape(
    {"action": lambda value: value in ("draft", "submit")},
    {
        "amount": whole(1),
        "summary": text(1000),
        "shipping_proof": documents,
        "billing_proof": documents,
        "cancellation_proof": documents,
        "customer_communication": documents,
        "proof_of_service": documents,
        "explanation_letter": documents,
        "refund_confirmation": documents,
        "access_activity_log": documents,
        "refund_cancellation_policy": documents,
        "term_and_conditions": documents,
        "others": lambda value: all(
            map(shape({"type": text(60), "document_ids": documents}, {}), value)
        ),
    },
)
_DISPUTE = rf"/v1/disputes/disp_{_NAME}"

BODIES: Mapping[str, Rule] = {
    "/v1/payment_links": PAYMENT_LINK,
    rf"/v1/payment_links/plink_{_NAME}/cancel": empty,
    "/v1/subscription_registration/auth_links": REGISTRATION_LINK,
    rf"/v1/invoices/inv_{_NAME}/cancel": empty,
    rf"{_DISPUTE}/accept": shape({}, {}),
    rf"{_DISPUTE}/contest": CONTEST,
    "/v1/orders": ORDER,
    "/v1/payments/create/recurring": RECURRING,
    rf"/v1/payments/pay_{_NAME}/refund": REFUND,
}
_PAGES = {"count": r"[1-9][0-9]?|100", "skip": r"[0-9]{1,9}"}
_SPAN = _PAGES | {"from": r"[0-9]{1,11}", "to": r"[0-9]{1,11}"}
QUERIES: Mapping[str, Mapping[str, str]] = {
    "/v1/orders": _SPAN | {"receipt": r".{1,40}"},
    rf"/v1/orders/order_{_NAME}": {},
    rf"/v1/orders/order_{_NAME}/payments": {},
    "/v1/payments": _SPAN,
    rf"/v1/payments/pay_{_NAME}": {},
    rf"/v1/payments/pay_{_NAME}/refunds": _SPAN,
    rf"/v1/refunds/rfnd_{_NAME}": {},
    "/v1/disputes": _SPAN,
    _DISPUTE: {},
    "/v1/settlements": _SPAN,
    "/v1/settlements/recon/combined": {
        "year": r"[0-9]{4}",
        "month": r"[0-9]{2}",
        "day": r"[0-9]{2}",
        "count": r"[1-9][0-9]{0,2}|1000",
        "skip": r"[0-9]{1,9}",
    },
    rf"/v1/customers/cust_{_NAME}": {},
    "/v1/payment_links": {"reference_id": r".{1,40}"},
    rf"/v1/payment_links/plink_{_NAME}": {},
    "/v1/invoices": _PAGES | {"receipt": r".{1,40}"},
    rf"/v1/invoices/inv_{_NAME}": {},
    rf"/v1/customers/cust_{_NAME}/tokens/token_{_NAME}": {},
}


def fault_of(request: Request) -> str | None:
    """Say what is wrong with a request, by the documents; None: nothing."""
    scheme, _, coded = request.headers.get("authorization", "").partition(" ")
    if scheme != "Basic" or b":" not in base64.b64decode(coded):
        return "no key"
    if request.method == "GET":
        return _fault_of_query(request)
    if request.method == "DELETE":  # razorpay.com/docs/api/tokens
        known = re.fullmatch(rf"/v1/customers/cust_{_NAME}/tokens/token_{_NAME}", request.path)
        return None if known else f"no such call: DELETE {request.path}"
    rules = [rule for path, rule in BODIES.items() if re.fullmatch(path, request.path)]
    if (request.method, request.path) == ("POST", "/v1/documents"):
        kind = request.headers.get("content-type", "")
        purpose = b'name="purpose"\r\n\r\ndispute_evidence' in request.body
        return None if kind.startswith("multipart/form-data") and purpose else "no document"
    verb = "PATCH" if request.path.endswith("/contest") else "POST"
    if request.method != verb or len(rules) != 1:
        return f"no such call: {request.method} {request.path}"
    if request.headers.get("content-type") != "application/json":
        return "not sent as JSON"
    key = request.headers.get("x-refund-idempotency", "")
    if request.path.endswith("/refund") and not re.fullmatch(r"[A-Za-z0-9_-]{10,}", key):
        return "no key of the refund"
    return None if rules[0](json.loads(request.body)) else f"body of {request.path}"


def _fault_of_query(request: Request) -> str | None:
    known = [names for path, names in QUERIES.items() if re.fullmatch(path, request.path)]
    if len(known) != 1:
        return f"no such call: GET {request.path}"
    wrong = [
        name
        for name, told in request.query.items()
        if name not in known[0] or len(told) != 1 or not re.fullmatch(known[0][name], told[0])
    ]
    return f"query of {request.path}: {wrong}" if wrong else None


class Inspected(RazorpaySimulator):
    """The pretend Razorpay, which notes each request that it got and each that breaks the rules."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.got: list[Request] = []
        self.faults_found: list[str] = []

    def answer(self, request: Request) -> Response:
        self.got.append(request)
        is_payer = request.path.startswith("/l/")
        fault = None if is_payer else fault_of(request)
        if fault is not None:
            self.faults_found.append(fault)
        return super().answer(request)
