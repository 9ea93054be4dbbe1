"""How a payment ends: money with its fee, or a decline with its reason."""

from khata.simulators.stripe import objects, payouts
from khata.simulators.stripe.accounts import Account, Object
from khata.simulators.stripe.asked import Asked
from khata.simulators.stripe.disputes import open_dispute
from khata.simulators.stripe.fates import GONE, Decline, Fate
from khata.simulators.stripe.methods import end_mandate
from khata.simulators.stripe.objects import seconds

# Units of what is settled for a unit of what is charged, in thousandths; others settle as they are.
_RATES = {("usd", "inr"): 85_000, ("eur", "inr"): 92_000, ("eur", "usd"): 1_080}

_NOT_APPROVED = Decline(
    "card_declined", "authentication_not_handled", "The customer did not approve the payment."
)
_GAVE_WAY = Decline("processing_error", "processing_error", "Another payment began meanwhile.")


def settle(
    asked: Asked,
    intent: Object,
    method: Object,
    fate: Fate,
    *,
    is_approved: bool,
    gives_way: bool = False,
) -> None:
    """End what was processing, once."""
    if intent["status"] != "processing":
        return
    why = fate.decline
    mandate = asked.account.objects.get(asked.account.mandates.get(method["id"], ""))
    if gives_way:
        why = _GAVE_WAY
    elif method["customer"] is None or (mandate is not None and mandate["status"] != "active"):
        why = GONE
    elif not is_approved:
        why = _NOT_APPROVED
    intent |= {"processing": None, "_debited_at": asked.at}
    if why is None:
        succeed(asked, intent, method, fate)
    else:
        decline(asked, intent, method, why)


def succeed(asked: Asked, intent: Object, method: Object, fate: Fate) -> None:
    account = asked.account
    charge = account.add(objects.charge(account, intent, method, asked.at))
    charge |= {"status": "succeeded", "paid": True, "captured": True, "_fate": fate}
    charge["amount_captured"] = charge["amount"]
    charge["outcome"] = _outcome(None)
    charge["balance_transaction"] = payouts.moved(
        account, asked.plans, asked.tell, _settled(account, charge, asked), asked.at
    )["id"]
    intent |= {"status": "succeeded", "amount_received": intent["amount"]}
    intent |= {"latest_charge": charge["id"], "payment_method": method["id"]}
    intent["last_payment_error"] = None
    asked.told("charge.succeeded", charge)
    asked.told("payment_intent.succeeded", intent)
    if fate.is_disputed:
        open_dispute(asked, charge)
    elif fate.is_warned:
        open_dispute(asked, charge, warning=True)


def decline(
    asked: Asked, intent: Object, method: Object, why: Decline, *, ends_mandate: bool = False
) -> Object:
    """Refuse the payment, and return the `error` that says why."""
    account = asked.account
    charge = account.add(objects.charge(account, intent, method, asked.at))
    charge |= {"status": "failed", "failure_code": why.code, "failure_message": why.message}
    charge["outcome"] = _outcome(why)
    error = {
        "advice_code": why.advice,
        "charge": charge["id"],
        "code": why.code,
        "decline_code": why.decline_code,
        "doc_url": f"https://stripe.com/docs/error-codes/{why.code.replace('_', '-')}",
        "message": why.message,
        "payment_method": {**method},
        "type": "card_error",
    }
    error = {name: value for name, value in error.items() if value is not None}
    intent |= {"status": "requires_payment_method", "latest_charge": charge["id"]}
    intent |= {"last_payment_error": error, "payment_method": None}
    if ends_mandate:
        end_mandate(asked, method["id"])
    asked.told("charge.failed", charge)
    asked.told("payment_intent.payment_failed", intent)
    return error


def _outcome(why: Decline | None) -> Object:
    declined = why is not None
    return {
        "advice_code": why.advice if why else None,
        "network_advice_code": None,
        "network_decline_code": "05" if declined else None,
        "network_status": "declined_by_network" if declined else "approved_by_network",
        "reason": why.decline_code if why else None,
        "risk_level": "normal",
        "seller_message": why.message if why else "Payment complete.",
        "type": "issuer_declined" if declined else "authorized",
    }


def _settled(account: Account, charge: Object, asked: Asked) -> Object:
    """Return the balance transaction: what arrives, in the account's currency, and the fee.

    In India 2 % and 18 % GST of that; elsewhere 2.9 % and 30 cents. Rounds: half up.
    """
    rate = _RATES.get((charge["currency"], account.currency))
    currency = account.currency if rate else charge["currency"]
    amount = _part(charge["amount"], rate, 1_000) if rate else charge["amount"]
    fees = [("stripe_fee", "Stripe processing fees", _part(amount, 29, 1_000) + 30)]
    if account.country == "IN":
        own = _part(amount, 2, 100)
        fees = [("stripe_fee", "Stripe processing fees", own), ("tax", "GST", _part(own, 18, 100))]
    fee = sum(part for _, _, part in fees)
    return {
        "id": account.new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": seconds(asked.at) + 2 * 86_400,
        "balance_type": "payments",
        "created": seconds(asked.at),
        "currency": currency,
        "description": charge["description"],
        "exchange_rate": rate / 1_000 if rate else None,
        "fee": fee,
        "fee_details": [
            {
                "amount": part,
                "application": None,
                "currency": currency,
                "description": words,
                "type": type,
            }
            for type, words, part in fees
        ],
        "net": amount - fee,
        "reporting_category": "charge",
        "source": charge["id"],
        "status": "pending",
        "type": "charge",
    }


def _part(amount: int, numerator: int, denominator: int) -> int:
    return (2 * amount * numerator + denominator) // (2 * denominator)
