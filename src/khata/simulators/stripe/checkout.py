"""Checkout Sessions: made, shown, expired, and what a payer brings about on their page.

Source: docs.stripe.com/api/checkout/sessions.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from khata.simulators.stripe import methods, objects
from khata.simulators.stripe.accounts import Account, Object
from khata.simulators.stripe.asked import Asked
from khata.simulators.stripe.fates import Fate, fate_named, is_fate, past_of
from khata.simulators.stripe.forms import metadata, needed, only, whole
from khata.simulators.stripe.intents import LEAST
from khata.simulators.stripe.objects import seconds
from khata.simulators.stripe.refusals import invalid
from khata.simulators.stripe.settling import decline, succeed

_CREATE = (
    "adaptive_pricing allowed_payment_method_types cancel_url client_reference_id currency "
    "customer expand expires_at line_items metadata mode payment_intent_data "
    "payment_method_options setup_intent_data submit_type success_url"
)
_SHORTEST, _LONGEST = timedelta(minutes=30), timedelta(hours=24)


def create(asked: Asked) -> Object:
    only(asked.form, _CREATE)
    account, form = asked.account, asked.form
    mode = needed(form, "mode")
    if mode not in ("payment", "setup"):
        raise invalid("The simulator has payment and setup only", param="mode")
    for name in ("success_url", "cancel_url"):
        if not urlsplit(needed(form, name)).scheme.startswith("http"):
            raise invalid("Not a valid URL", code="url_invalid", param=name)
    ends_at = _end(form, asked.at)
    customer = form.get("customer")
    if customer is not None:
        account.get(customer, "customer", param="customer")
    types = form.get("allowed_payment_method_types") or ["card"]
    if not isinstance(types, list) or not set(types) <= {"card", "upi"}:
        raise invalid("Unknown payment method type", param="allowed_payment_method_types")
    amount, currency, words = _priced(form, mode)
    _check_options(form, types, currency)
    session = objects.session(
        account,
        asked,
        ends_at,
        mode=mode,
        customer=customer,
        currency=currency,
        amount=amount,
        types=types,
        _words=words,
        _intent=_within(form, "payment_intent_data"),
        _setup=_within(form, "setup_intent_data"),
    )
    session["metadata"] = metadata(form)
    account.add(session)
    if mode == "setup":
        setup = methods.setup_of(account, asked, customer, metadata(session["_setup"]))
        setup["payment_method_types"] = types
        session["setup_intent"] = account.add(setup)["id"]
    asked.plans.add(ends_at, lambda at: _end_at(asked, session, at))
    return session


def expire(asked: Asked, id: str) -> Object:
    only(asked.form, "expand")
    session = asked.account.get(id, "checkout.session")
    if session["status"] != "open":
        raise invalid(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout '
            f"Session has a status of {session['status']}."
        )
    _expire(asked, session)
    return session


def choose(asked: Asked, session: Object, token: str) -> str | None:
    """Let the payer pay with, or save, what a ready-made name stands for; why not, or None.

    Raises: StripeNo, where the page does not offer it or has ended.
    """
    if session["status"] != "open":
        raise invalid("This page can no longer be used.")
    if not is_fate(token):
        raise invalid("There is no such way to pay.")
    kept = _metadata_of(asked.account, session)
    fate = fate_named(token, past_of(asked.account, token, kept))
    if fate.type not in session["payment_method_types"]:
        raise invalid("This page does not offer that way to pay.")
    if session["mode"] == "setup":
        return _saved(asked, session, token, fate)
    return _paid(asked, session, token, fate)


def _paid(asked: Asked, session: Object, token: str, fate: Fate) -> str | None:
    intent = _intent_of(asked, session)
    saves = intent["setup_future_usage"] == "off_session"
    method = methods.made_on_page(
        asked, token, session["customer"] if saves else None, has_mandate=_has_mandate(session)
    )
    intent["_tried_with"], intent["_fate"] = token, fate
    if fate.slow is not None:
        intent |= {"status": "processing", "payment_method": method["id"]}
        _complete(asked, session, "unpaid")
        asked.told("payment_intent.processing", intent)
        asked.plans.add(asked.at + fate.slow, lambda at: _end_slow(asked, session, method, at))
        return None
    if fate.decline is not None and fate.decline.code != "authentication_required":
        error = decline(asked, intent, method, fate.decline)
        return str(error["message"])
    succeed(asked, intent, method, fate)
    if saves:
        asked.told("payment_method.attached", method)
    _complete(asked, session, "paid")
    return None


def _saved(asked: Asked, session: Object, token: str, fate: Fate) -> str | None:
    setup = asked.account.objects[session["setup_intent"]]
    if fate.decline is not None and fate.decline.code != "authentication_required":
        error = {
            "code": fate.decline.code,
            "decline_code": fate.decline.decline_code,
            "message": fate.decline.message,
            "type": "card_error",
        }
        setup["last_setup_error"] = {name: said for name, said in error.items() if said}
        asked.told("setup_intent.setup_failed", setup)
        return fate.decline.message
    method = methods.made_on_page(
        asked, token, session["customer"], has_mandate=_has_mandate(session)
    )
    setup |= {"payment_method": method["id"], "status": "succeeded", "last_setup_error": None}
    setup["mandate"] = asked.account.mandates.get(method["id"])
    asked.told("payment_method.attached", method)
    asked.told("setup_intent.succeeded", setup)
    _complete(asked, session, "no_payment_required")
    return None


def _intent_of(asked: Asked, session: Object) -> Object:
    """Return the page's payment, which is made when the payer first tries."""
    account, given = asked.account, session["_intent"]
    if session["payment_intent"] is None:
        intent = objects.payment_intent(
            account,
            asked.at,
            amount=session["amount_total"],
            currency=session["currency"],
            customer=session["customer"],
            description=given.get("description"),
            metadata=metadata(given),
            payment_method_types=session["payment_method_types"],
            setup_future_usage=given.get("setup_future_usage"),
            _tried_with=None,
        )
        session["payment_intent"] = account.add(intent)["id"]
        asked.told("payment_intent.created", intent)
    return account.objects[session["payment_intent"]]


def _end_slow(asked: Asked, session: Object, method: Object, at: datetime) -> None:
    later = Asked(asked.account, {}, at, None, asked.plans, asked.tell)
    intent = asked.account.objects[session["payment_intent"]]
    fate: Fate = intent["_fate"]
    if fate.decline is None:
        succeed(later, intent, method, fate)
        session["payment_status"] = "paid"
        later.told("checkout.session.async_payment_succeeded", session)
    else:
        decline(later, intent, method, fate.decline)
        later.told("checkout.session.async_payment_failed", session)


def _complete(asked: Asked, session: Object, payment_status: str) -> None:
    session |= {"status": "complete", "payment_status": payment_status, "url": None}
    asked.told("checkout.session.completed", session)


def _end_at(asked: Asked, session: Object, at: datetime) -> None:
    if session["status"] == "open":
        _expire(Asked(asked.account, {}, at, None, asked.plans, asked.tell), session)


def _expire(asked: Asked, session: Object) -> None:
    """End it, and cancel the payment that was begun on it."""
    session |= {"status": "expired", "url": None}
    intent = asked.account.objects.get(session["payment_intent"] or "")
    if intent is not None:
        intent |= {"status": "canceled", "canceled_at": seconds(asked.at)}
        intent["cancellation_reason"] = "automatic"
        asked.told("payment_intent.canceled", intent)
    asked.told("checkout.session.expired", session)


def _end(form: Object, at: datetime) -> datetime:
    asked = whole(form, "expires_at")
    if asked is None:
        return at + _LONGEST
    ends_at = datetime.fromtimestamp(asked, UTC)
    # A second's grace, since the form has whole ones.
    if not _SHORTEST - timedelta(seconds=1) <= ends_at - at <= _LONGEST:
        raise invalid(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout "
            "Session creation.",
            param="expires_at",
        )
    return ends_at


def _priced(form: Object, mode: str) -> tuple[int | None, str, str]:
    """Return what is asked for, in which currency, and for what."""
    if mode == "setup":
        if "line_items" in form or "payment_intent_data" in form:
            raise invalid("Not in setup mode", param="line_items")
        return None, needed(form, "currency"), "Save a way to pay"
    items = form.get("line_items")
    if not isinstance(items, list) or len(items) != 1:
        raise invalid("The simulator sells one thing at a time", param="line_items")
    price = _within(items[0], "price_data")
    words = needed(_within(price, "product_data"), "name")
    amount, currency = whole(price, "unit_amount"), needed(price, "currency")
    if items[0].get("quantity") != "1" or amount is None or len(words) > 250:
        raise invalid("Invalid line item", param="line_items")
    if amount < LEAST.get(currency, 1):
        raise invalid("The total amount due is too small", code="amount_too_small")
    return amount, currency, words


def _check_options(form: Object, types: list[str], currency: str) -> None:
    """Refuse what a page cannot do: card mandates, and UPI in another currency than rupees."""
    options = _within(form, "payment_method_options")
    only(options, "card upi")
    only(_within(options, "card"), "setup_future_usage request_three_d_secure")
    upi = _within(options, "upi")
    only(upi, "mandate_options setup_future_usage")
    only(_within(upi, "mandate_options"), "amount amount_type description end_date")
    if "upi" in types and currency != "inr":
        raise invalid("UPI is in INR only", param="currency")


def _has_mandate(session: Object) -> bool:
    """Say whether an Indian bank registers a mandate: of UPI always, of a card on no page."""
    return "upi" in session["payment_method_types"]


def _metadata_of(account: Account, session: Object) -> dict[str, str]:
    return metadata(session["_intent"] or session["_setup"])


def _within(form: Any, name: str) -> Object:
    found = form.get(name) if isinstance(form, dict) else None
    if found is not None and not isinstance(found, dict):
        raise invalid("Invalid object", param=name)
    return found or {}
