"""Disputes of the pretend Stripe: opened, answered, given up, and decided by the payer's bank."""

from khata.simulators.stripe import objects, payouts
from khata.simulators.stripe.accounts import Object
from khata.simulators.stripe.asked import Asked
from khata.simulators.stripe.forms import only
from khata.simulators.stripe.objects import seconds
from khata.simulators.stripe.refusals import invalid

FEE = 1_500  # of the currency that is settled in; it stays with Stripe
_OPEN = ("warning_needs_response", "needs_response")
_TEXTS = "access_activity_log product_description uncategorized_text refund_policy_disclosure"
_FILES = (
    "cancellation_policy customer_communication receipt refund_policy service_documentation "
    "uncategorized_file"
)


def open_dispute(asked: Asked, charge: Object, *, warning: bool = False) -> Object:
    """The payer complains: as a warning nothing moves, else the money is taken at once."""
    dispute = asked.account.add(objects.dispute(asked.account, charge, asked.at))
    if warning:
        dispute["status"] = "warning_needs_response"
        dispute["is_charge_refundable"] = True
        asked.told("charge.dispute.created", dispute)
        return dispute
    charge["disputed"] = True
    asked.told("charge.dispute.created", dispute)
    _moves(asked, dispute, charge, sign=-1, fee=FEE)
    asked.told("charge.dispute.funds_withdrawn", dispute)
    return dispute


def decide(asked: Asked, id: str, status: str) -> Object:
    """The bank decides: `won` gives the money back, `lost` leaves it gone, or it was a warning."""
    dispute = asked.account.get(id, "dispute")
    dispute["status"] = status
    asked.told("charge.dispute.closed", dispute)
    if status == "won":
        _moves(asked, dispute, asked.account.objects[dispute["charge"]], sign=1, fee=0)
        asked.told("charge.dispute.funds_reinstated", dispute)
    return dispute


def answer(asked: Asked, id: str) -> Object:
    """Keep evidence; with `submit` it goes to the bank, for good."""
    only(asked.form, "evidence metadata submit expand")
    dispute, evidence = _open(asked, id), asked.form.get("evidence") or {}
    only(evidence, f"{_TEXTS} {_FILES}")
    for name in _FILES.split():
        if name in evidence:
            asked.account.get(evidence[name], "file", param=f"evidence[{name}]")
    dispute["evidence"] = {**dispute["evidence"], **evidence}
    dispute["evidence_details"]["has_evidence"] = True
    if asked.form.get("submit") == "true":
        dispute["evidence_details"]["submission_count"] += 1
        warns = dispute["status"].startswith("warning")
        dispute["status"] = "warning_under_review" if warns else "under_review"
    asked.told("charge.dispute.updated", dispute)
    return dispute


def close(asked: Asked, id: str) -> Object:
    """The merchant gives in."""
    dispute = _open(asked, id)
    dispute["status"] = "warning_closed" if dispute["status"].startswith("warning") else "lost"
    asked.told("charge.dispute.closed", dispute)
    return dispute


def upload(asked: Asked) -> Object:
    """Keep a file for a dispute; its bytes are not looked at."""
    if asked.form.get("purpose") != "dispute_evidence" or not asked.form.get("file"):
        raise invalid("Missing required param: file.", param="file")
    return asked.account.add(
        {
            "id": asked.account.new_id("file"),
            "object": "file",
            "created": seconds(asked.at),
            "expires_at": None,
            "filename": asked.form["file"],
            "purpose": "dispute_evidence",
            "type": "pdf",
            "url": None,
        }
    )


def _open(asked: Asked, id: str) -> Object:
    dispute = asked.account.get(id, "dispute")
    if dispute["status"] not in _OPEN:
        raise invalid("This dispute is already closed", code="dispute_already_closed")
    return dispute


def _moves(asked: Asked, dispute: Object, charge: Object, *, sign: int, fee: int) -> None:
    """Take the money in the settled currency, at the rate of the charge, or give it back."""
    settled = asked.account.objects[charge["balance_transaction"]]
    amount = settled["amount"] * sign
    transaction = {
        "id": asked.account.new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": seconds(asked.at),
        "balance_type": "payments",
        "created": seconds(asked.at),
        "currency": settled["currency"],
        "description": f"Chargeback withdrawal for {charge['id']}",
        "exchange_rate": settled["exchange_rate"],
        "fee": fee,
        "fee_details": [],
        "net": amount - fee,
        "reporting_category": "dispute" if sign < 0 else "dispute_reversal",
        "source": dispute["id"],
        "status": "available",
        "type": "adjustment",
    }
    payouts.moved(asked.account, asked.plans, asked.tell, transaction, asked.at)
    shown = {name: value for name, value in transaction.items() if not name.startswith("_")}
    dispute["balance_transactions"] = [*dispute["balance_transactions"], shown]
