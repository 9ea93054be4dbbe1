"""PaymentIntents: made, confirmed with or without the customer, and ended at once or later."""

from datetime import datetime

from khata.simulators.stripe import objects
from khata.simulators.stripe.accounts import Account, Object
from khata.simulators.stripe.asked import Asked, shown
from khata.simulators.stripe.fates import SILENT, Fate, fate_named, past_of
from khata.simulators.stripe.forms import Form, metadata, needed, only, whole, yes
from khata.simulators.stripe.methods import method_of
from khata.simulators.stripe.objects import seconds
from khata.simulators.stripe.refusals import NeverArrived, StripeNo, invalid
from khata.simulators.stripe.settling import decline, settle, succeed

_CREATE = (
    "allowed_payment_method_types amount automatic_payment_methods capture_method confirm "
    "confirmation_method currency customer description error_on_requires_action "
    "excluded_payment_method_types expand mandate metadata off_session payment_method "
    "payment_method_options receipt_email return_url setup_future_usage statement_descriptor "
    "statement_descriptor_suffix"
)
LEAST = {"usd": 50, "eur": 50, "inr": 50, "gbp": 30, "jpy": 50}
_OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")


def create(asked: Asked) -> Object:
    only(asked.form, _CREATE)
    account, form = asked.account, asked.form
    amount = whole(form, "amount")
    if amount is None:
        raise invalid("Missing required param: amount.", code="parameter_missing", param="amount")
    currency = needed(form, "currency")
    if currency != currency.lower() or len(currency) != 3:
        raise invalid(f"Invalid currency: {currency}", param="currency")
    if amount < LEAST.get(currency, 1):
        raise invalid("Amount is too small", code="amount_too_small", param="amount")
    if yes(form, "off_session") and not yes(form, "confirm"):
        raise invalid("`off_session` can only be set when `confirm` is true", param="off_session")
    holder = form.get("customer")
    if holder is not None and holder not in account.objects and "payment_method" in form:
        method_of(account, form["payment_method"], asked, param="payment_method")
    if holder is not None:
        account.get(holder, "customer", param="customer")
    given = {
        "amount": amount,
        "currency": currency,
        "customer": holder,
        "description": form.get("description"),
        "metadata": metadata(form),
        "payment_method_types": form.get("allowed_payment_method_types") or ["card"],
        "_tried_with": None,
    }
    if not yes(form, "confirm"):
        intent = account.add(objects.payment_intent(account, asked.at, **given))
        asked.told("payment_intent.created", intent)
        return intent
    return _confirmed(asked, given, None)


def confirm(asked: Asked, id: str) -> Object:
    """Confirm one that waits, with the customer present: what asks for them then passes."""
    only(asked.form, "payment_method off_session return_url expand mandate")
    intent = asked.account.get(id, "payment_intent")
    if intent["status"] not in _OPEN:
        raise _unexpected(intent, "confirm")
    return _confirmed(asked, intent, intent)


def cancel(asked: Asked, id: str) -> Object:
    only(asked.form, "cancellation_reason expand")
    intent = asked.account.get(id, "payment_intent")
    if intent["status"] not in _OPEN:
        raise _unexpected(intent, "cancel")
    intent |= {"status": "canceled", "canceled_at": seconds(asked.at)}
    intent["cancellation_reason"] = asked.form.get("cancellation_reason")
    asked.told("payment_intent.canceled", intent)
    return intent


def _confirmed(asked: Asked, given: Object, intent: Object | None) -> Object:
    account, form = asked.account, asked.form
    method = _method(asked, form, given)
    kept = given["metadata"]
    fate = fate_named(account.fates[method["id"]], past_of(account, method["id"], kept))
    if fate.is_lost_before and asked.key is not None and asked.key not in account.lost_once:
        account.lost_once.add(asked.key)
        raise NeverArrived
    if intent is None:
        intent = account.add(objects.payment_intent(account, asked.at, **given))
        asked.told("payment_intent.created", intent)
    intent |= {"_tried_with": method["id"], "_fate": fate, "next_action": None}
    is_alone = yes(form, "off_session")
    if fate.needs_action and is_alone:
        intent |= {"status": "requires_action", "payment_method": method["id"]}
        intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
        asked.told("payment_intent.requires_action", intent)
    elif fate.waits is not None:
        _wait(asked, intent, method, fate)
    elif fate.decline is not None and (is_alone or not _asks_for_customer(fate)):
        error = decline(asked, intent, method, fate.decline, ends_mandate=fate.is_mandate_gone)
        raise StripeNo(402, {**error, "payment_intent": shown(intent)}, is_kept=True)
    else:
        succeed(asked, intent, method, fate)
        asked.lose = fate.is_answer_lost
    return intent


def _method(asked: Asked, form: Form, given: Object) -> Object:
    id = form.get("payment_method") or given.get("payment_method")
    if not isinstance(id, str) or not id:
        raise invalid(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
        )
    method = method_of(asked.account, id, asked, param="payment_method")
    if method["customer"] != given["customer"]:
        raise invalid(
            f"The customer does not have a payment method with the ID {id}. The payment method "
            "must be attached to the customer.",
            param="payment_method",
        )
    if method["type"] not in given["payment_method_types"]:
        raise invalid(
            f"The PaymentMethod provided ({method['type']}) is not allowed for this PaymentIntent.",
            code="payment_intent_incompatible_payment_method",
            param="payment_method",
        )
    return method


def _wait(asked: Asked, intent: Object, method: Object, fate: Fate) -> None:
    """Begin what ends later: for a card of an Indian bank the payer is told first."""
    account, at = asked.account, asked.at
    assert fate.waits is not None
    ends_at = at + fate.waits
    if method["type"] == "card":
        _give_way(asked, intent)
        intent["_notified_at"] = at
        intent["processing"] = {
            "type": "card",
            "card": {
                "customer_notification": {
                    "approval_requested": _needs_approval(intent),
                    "completes_at": seconds(ends_at),
                }
            },
        }
    intent |= {"status": "processing", "payment_method": method["id"]}
    asked.told("payment_intent.processing", intent)

    def end(at: datetime) -> None:
        later = Asked(account, {}, at, None, asked.plans, asked.tell)
        settle(later, intent, method, fate, is_approved=not _needs_approval(intent))

    asked.plans.add(ends_at, end)


def _give_way(asked: Asked, intent: Object) -> None:
    """Fail the customer's earlier notice that still runs: Stripe has one at a time."""
    account: Account = asked.account
    for other in account.all("payment_intent"):
        waits = other["status"] == "processing" and other["processing"] is not None
        if waits and other is not intent and other["customer"] == intent["customer"]:
            method = account.objects[other["payment_method"]]
            settle(asked, other, method, other["_fate"], is_approved=True, gives_way=True)


def _needs_approval(intent: Object) -> bool:
    return bool(intent["currency"] == "inr" and intent["amount"] > SILENT)


def _asks_for_customer(fate: Fate) -> bool:
    return fate.decline is not None and fate.decline.code == "authentication_required"


def _unexpected(intent: Object, what: str) -> StripeNo:
    return invalid(
        f"You cannot {what} this PaymentIntent because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
    )
