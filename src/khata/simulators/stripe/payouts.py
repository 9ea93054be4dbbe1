"""Payouts of the pretend Stripe: what is available is paid out, with all that it is made of."""

from datetime import datetime, timedelta

from khata.simulators.clock import Plans
from khata.simulators.stripe.accounts import Account, Object
from khata.simulators.stripe.asked import Asked, Tell
from khata.simulators.stripe.forms import only
from khata.simulators.stripe.lists import page, within
from khata.simulators.stripe.objects import seconds
from khata.simulators.stripe.refusals import invalid

_FILTERS = "limit starting_after ending_before expand created"
AVAILABLE_AFTER = timedelta(days=2)


def moved(account: Account, plans: Plans, tell: Tell, transaction: Object, at: datetime) -> Object:
    """Keep a balance transaction, and plan the payout that has it."""
    account.add(transaction)
    due = max(at, _instant(transaction["available_on"], at))
    currency = transaction["currency"]
    plans.add(due + timedelta(hours=1), lambda then: _pay_out(account, tell, currency, then))
    return transaction


def of_refund(
    account: Account, refund: Object, charge: Object, at: datetime, *, fails: bool
) -> Object:
    """Return what a refund moves, at the rate of its charge: it is taken out, or comes back."""
    settled = account.objects[charge["balance_transaction"]]
    amount = -_part(refund["amount"], settled["amount"], charge["amount"])
    kind = "refund_failure" if fails else "refund"
    return transaction(
        account,
        at,
        amount=-amount if fails else amount,
        currency=settled["currency"],
        type=kind,
        category=kind,
        source=refund["id"],
    )


def transaction(
    account: Account,
    at: datetime,
    *,
    amount: int,
    currency: str,
    type: str,
    category: str,
    source: str,
    fee: int = 0,
) -> Object:
    """Return a balance transaction that is available at once."""
    return {
        "id": account.new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": seconds(at),
        "balance_type": "payments",
        "created": seconds(at),
        "currency": currency,
        "description": None,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [],
        "net": amount - fee,
        "reporting_category": category,
        "source": source,
        "status": "available",
        "type": type,
    }


def listed_transactions(asked: Asked) -> Object:
    """Return the balance transactions of a payout, or all."""
    form = asked.form
    only(form, f"{_FILTERS} payout type source currency")
    found = asked.account.all("balance_transaction")
    if "payout" in form:
        asked.account.get(form["payout"], "payout", param="payout")
        found = [one for one in found if one.get("_payout") == form["payout"]]
    for name in ("type", "source", "currency"):
        found = [one for one in found if name not in form or one[name] == form[name]]
    found = [one for one in found if within(one["created"], form.get("created"))]
    return page(asked.account, found, form, "/v1/balance_transactions")


def listed_payouts(asked: Asked) -> Object:
    form = asked.form
    only(form, f"{_FILTERS} arrival_date destination status")
    if form.get("status", "paid") not in ("pending", "paid", "failed", "canceled"):
        raise invalid("Invalid status", param="status")
    found = [
        one
        for one in asked.account.all("payout")
        if within(one["created"], form.get("created"))
        and within(one["arrival_date"], form.get("arrival_date"))
        and one["status"] == form.get("status", one["status"])
    ]
    return page(asked.account, found, form, "/v1/payouts")


def fail(asked: Asked, id: str) -> None:
    """The bank sends a payout back: it is in the balance again, and so in a later payout."""
    account = asked.account
    payout = account.get(id, "payout")
    back = transaction(
        account,
        asked.at,
        amount=payout["amount"],
        currency=payout["currency"],
        type="payout_failure",
        category="payout_reversal",
        source=id,
    )
    moved(account, asked.plans, asked.tell, back, asked.at)
    payout |= {"status": "failed", "failure_code": "account_closed"}
    payout["failure_message"] = "The bank account has been closed."
    payout["failure_balance_transaction"] = back["id"]
    asked.told("payout.failed", payout)


def _pay_out(account: Account, tell: Tell, currency: str, at: datetime) -> None:
    """Pay out all that is available by now; below zero it is drawn from the bank."""
    due = [
        one
        for one in account.all("balance_transaction")
        if one["currency"] == currency
        and "_payout" not in one
        and one["type"] != "payout"
        and one["available_on"] <= seconds(at)
    ]
    total = sum(one["net"] for one in due)
    if not due or total == 0:
        return
    payout = account.add(_payout(account, total, currency, at))
    own = transaction(
        account,
        at,
        amount=-total,
        currency=currency,
        type="payout",
        category="payout",
        source=payout["id"],
    )
    payout["balance_transaction"] = account.add(own)["id"]
    for one in [*due, own]:
        one.update(_payout=payout["id"], status="available")
    tell(account, "payout.paid", payout, at)


def _payout(account: Account, amount: int, currency: str, at: datetime) -> Object:
    id = account.new_id("po")
    return {
        "id": id,
        "object": "payout",
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": seconds(at),
        "automatic": True,
        "balance_transaction": None,
        "created": seconds(at),
        "currency": currency,
        "description": "STRIPE PAYOUT",
        "destination": f"ba_{id.removeprefix('po_')}",
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": account.livemode,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "completed",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "paid",
        "trace_id": {"status": "supported", "value": f"STRIPE{id[-10:].upper()}"},
        "type": "bank_account",
    }


def _instant(stamp: int, like: datetime) -> datetime:
    return datetime.fromtimestamp(stamp, like.tzinfo)


def _part(amount: int, numerator: int, denominator: int) -> int:
    return (2 * amount * numerator + denominator) // (2 * denominator)
