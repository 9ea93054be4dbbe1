"""Which request goes where."""

import re
from collections.abc import Callable

from khata.simulators.stripe import checkout, disputes, intents, methods, payouts, refunds
from khata.simulators.stripe.accounts import Object
from khata.simulators.stripe.asked import Asked
from khata.simulators.stripe.lists import listed, page
from khata.simulators.stripe.refusals import invalid

Endpoint = Callable[..., Object]


def _account(asked: Asked) -> Object:
    account = asked.account
    return {
        "id": account.id,
        "object": "account",
        "business_type": "company",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "country": account.country,
        "created": 1_700_000_000,
        "default_currency": account.currency,
        "details_submitted": True,
        "email": "owner@example.com",
        "metadata": {},
        "payouts_enabled": True,
        "type": "standard",
    }


def _get(kind: str) -> Endpoint:
    return lambda asked, id: asked.account.get(id, kind)


def _list(kind: str, path: str, filters: str) -> Endpoint:
    return lambda asked: listed(asked, kind, f"/v1/{path}", filters=filters)


def _method(asked: Asked, id: str) -> Object:
    return methods.method_of(asked.account, id, asked)


def _methods_of(asked: Asked, customer: str) -> Object:
    found = [one for one in asked.account.all("payment_method") if one["customer"] == customer]
    url = f"/v1/customers/{customer}/payment_methods"
    return page(asked.account, found, asked.form, url)


_SESSIONS = "customer payment_intent status"
_ID = r"([A-Za-z0-9_]+)"
_ROUTES: list[tuple[str, str, Endpoint]] = [
    ("GET", "account", _account),
    ("POST", "customers", methods.create_customer),
    ("GET", "customers", _list("customer", "customers", "email")),
    ("GET", f"customers/{_ID}", _get("customer")),
    ("POST", f"customers/{_ID}", methods.change_customer),
    ("GET", f"customers/{_ID}/payment_methods", _methods_of),
    ("POST", "payment_methods", methods.create_method),
    ("GET", "payment_methods", _list("payment_method", "payment_methods", "customer type")),
    ("GET", f"payment_methods/{_ID}", _method),
    ("POST", f"payment_methods/{_ID}/attach", methods.attach),
    ("POST", f"payment_methods/{_ID}/detach", methods.detach),
    ("POST", "setup_intents", methods.create_setup),
    ("GET", "setup_intents", _list("setup_intent", "setup_intents", "customer payment_method")),
    ("GET", f"setup_intents/{_ID}", _get("setup_intent")),
    ("POST", f"setup_intents/{_ID}/confirm", methods.confirm_setup),
    ("GET", f"mandates/{_ID}", _get("mandate")),
    ("POST", "payment_intents", intents.create),
    ("GET", "payment_intents", _list("payment_intent", "payment_intents", "customer")),
    ("GET", f"payment_intents/{_ID}", _get("payment_intent")),
    ("POST", f"payment_intents/{_ID}/confirm", intents.confirm),
    ("POST", f"payment_intents/{_ID}/cancel", intents.cancel),
    ("POST", "checkout/sessions", checkout.create),
    ("GET", "checkout/sessions", _list("checkout.session", "checkout/sessions", _SESSIONS)),
    ("GET", f"checkout/sessions/{_ID}", _get("checkout.session")),
    ("POST", f"checkout/sessions/{_ID}/expire", checkout.expire),
    ("GET", "charges", _list("charge", "charges", "customer payment_intent")),
    ("GET", f"charges/{_ID}", _get("charge")),
    ("GET", "payouts", payouts.listed_payouts),
    ("GET", f"payouts/{_ID}", _get("payout")),
    ("GET", "balance_transactions", payouts.listed_transactions),
    ("GET", f"balance_transactions/{_ID}", _get("balance_transaction")),
    ("POST", "refunds", refunds.create),
    ("GET", "refunds", _list("refund", "refunds", "charge payment_intent")),
    ("GET", f"refunds/{_ID}", _get("refund")),
    ("POST", f"refunds/{_ID}/cancel", refunds.cancel),
    ("GET", "disputes", _list("dispute", "disputes", "charge payment_intent")),
    ("GET", f"disputes/{_ID}", _get("dispute")),
    ("POST", f"disputes/{_ID}", disputes.answer),
    ("POST", f"disputes/{_ID}/close", disputes.close),
    ("POST", "files", disputes.upload),
    ("GET", "events", _list("event", "events", "type")),
    ("GET", f"events/{_ID}", _get("event")),
]


def answer(asked: Asked, method: str, path: str) -> Object:
    """Do what a request asks for, and return the object or list. Raises: StripeNo."""
    for verb, pattern, endpoint in _ROUTES:
        found = re.fullmatch(f"/v1/{pattern}", path)
        if verb == method and found is not None:
            return endpoint(asked, *found.groups())
    raise invalid(f"Unrecognized request URL ({method}: {path}).", status=404)
