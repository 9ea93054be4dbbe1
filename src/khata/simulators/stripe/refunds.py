"""Refunds: in parts, never more than was taken, at once or later, and some that fail after all."""

from datetime import datetime, timedelta

from khata.simulators.stripe import objects, payouts
from khata.simulators.stripe.accounts import Account, Object
from khata.simulators.stripe.asked import Asked
from khata.simulators.stripe.fates import Fate
from khata.simulators.stripe.forms import metadata, only, whole
from khata.simulators.stripe.refusals import invalid

_CREATE = "amount charge expand metadata payment_intent reason"
_REASONS = ("duplicate", "fraudulent", "requested_by_customer")
LATER = timedelta(days=1)


def create(asked: Asked) -> Object:
    only(asked.form, _CREATE)
    account, form = asked.account, asked.form
    reason = form.get("reason")
    if reason is not None and reason not in _REASONS:
        raise invalid(f"Invalid reason: {reason}", param="reason")
    charge = _charge(account, asked)
    amount = _amount(charge, whole(form, "amount"))
    refund = objects.refund(
        account, charge, amount, asked.at, metadata=metadata(form), reason=reason
    )
    account.add(refund)
    taken = payouts.of_refund(account, refund, charge, asked.at, fails=False)
    refund["balance_transaction"] = payouts.moved(
        account, asked.plans, asked.tell, taken, asked.at
    )["id"]
    fate: Fate = charge["_fate"]
    if fate.refund == "pending":
        refund["status"] = "pending"
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    asked.told("refund.created", refund)
    asked.told("charge.refunded", charge)
    if fate.refund != "succeeded":
        _end_later(asked, refund, charge, fails=fate.refund == "failed")
    return refund


def cancel(asked: Asked, id: str) -> Object:
    refund = asked.account.get(id, "refund")
    raise invalid(f"A refund with status {refund['status']} cannot be canceled.")


def _charge(account: Account, asked: Asked) -> Object:
    if ("payment_intent" in asked.form) == ("charge" in asked.form):
        raise invalid("One of charge or payment_intent is needed.", code="parameter_missing")
    if "charge" in asked.form:
        charge = account.get(asked.form["charge"], "charge", param="charge")
    else:
        intent = account.get(asked.form["payment_intent"], "payment_intent", param="payment_intent")
        charge = account.objects.get(intent["latest_charge"] or "", {"status": None})
    if charge["status"] != "succeeded":
        raise invalid(
            "This payment does not have a successful charge to refund.",
            code="payment_intent_unexpected_state",
        )
    if charge["disputed"]:
        raise invalid("The charge has been charged back.", code="charge_disputed")
    return charge


def _amount(charge: Object, asked: int | None) -> int:
    left: int = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        raise invalid("Charge has already been refunded.", code="charge_already_refunded")
    amount = left if asked is None else asked
    if amount < 1:
        raise invalid("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > left:
        raise invalid(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            param="amount",
        )
    return amount


def _end_later(asked: Asked, refund: Object, charge: Object, *, fails: bool) -> None:
    account, tell = asked.account, asked.tell

    def end(at: datetime) -> None:
        refund["status"] = "failed" if fails else "succeeded"
        if fails:
            refund["failure_reason"] = "expired_or_canceled_card"
            charge["amount_refunded"] -= refund["amount"]
            charge["refunded"] = False
            back = payouts.of_refund(account, refund, charge, at, fails=True)
            payouts.moved(account, asked.plans, tell, back, at)
            tell(account, "refund.failed", refund, at)
        tell(account, "refund.updated", refund, at)

    asked.plans.add(asked.at + LATER, end)
