"""Disputes: a payer's bank takes money back, and the merchant accepts or contests."""

from datetime import datetime
from typing import Any

from khata.simulators.razorpay import settling
from khata.simulators.razorpay.accounts import Account
from khata.simulators.razorpay.desk import Desk
from khata.simulators.razorpay.objects import new_dispute, stamp
from khata.simulators.razorpay.refusals import refuse

Object = dict[str, Any]

_PROOFS = (
    "shipping_proof billing_proof cancellation_proof customer_communication proof_of_service "
    "explanation_letter refund_confirmation access_activity_log refund_cancellation_policy "
    "term_and_conditions"
)
CONTEST = f"amount summary action others {_PROOFS}"
_LONGEST_SUMMARY = 1_000


def open_dispute(desk: Desk, account: Account, payment: Object, at: datetime) -> Object:
    """The payer complains about a payment: the whole of it."""
    dispute = new_dispute(desk.accounts.new_id("disp"), payment, at)
    account.disputes[dispute["id"]] = dispute
    _tell(desk, account, "created", dispute, at)
    return dispute


def accept(desk: Desk, account: Account, id: str) -> Object:
    """The merchant gives in: the money is gone."""
    dispute = _open(account, id)
    dispute.update(status="lost", amount_deducted=dispute["amount"])
    settling.lost(desk, account, dispute, desk.now)
    _tell(desk, account, "lost", dispute, desk.now)
    return dispute


def contest(desk: Desk, account: Account, id: str, asked: Object) -> Object:
    """The merchant objects; with `action` submit the bank looks at it, as long as it likes."""
    dispute = _open(account, id)
    if len(asked.get("summary") or "") > _LONGEST_SUMMARY:
        raise refuse("The summary may not be greater than 1000 characters.", field="summary")
    documents = [one for name in _PROOFS.split() for one in asked.get(name) or ()]
    documents += [one for other in asked.get("others") or () for one in other["document_ids"]]
    for document in documents:
        if document not in account.documents:
            raise refuse("The document id is invalid", field="document_ids")
    dispute["evidence"] = {
        "amount": asked.get("amount", dispute["amount"]),
        "summary": asked.get("summary"),
        **{name: asked.get(name) for name in _PROOFS.split()},
        "others": asked.get("others"),
        "submitted_at": None,
    }
    if asked.get("action") == "submit":
        if not documents:
            raise refuse("At least one evidence document is required")
        dispute["evidence"]["submitted_at"] = int(desk.now.timestamp())
        dispute["status"] = "under_review"
        _tell(desk, account, "under_review", dispute, desk.now)
    return dispute


def decide(desk: Desk, account: Account, id: str, status: str) -> Object:
    """The payer's bank decides: `lost` takes the money, `won` and `closed` leave it."""
    dispute = account.find("disputes", id)
    gone = dispute["amount"] if status == "lost" else 0
    dispute.update(status=status, amount_deducted=gone)
    if gone:
        settling.lost(desk, account, dispute, desk.now)
    _tell(desk, account, status, dispute, desk.now)
    return dispute


def upload(desk: Desk, account: Account, name: str, size: int) -> Object:
    """Keep a document; its bytes are not looked at."""
    document: Object = {
        "id": desk.accounts.new_id("doc"),
        "entity": "document",
        "purpose": "dispute_evidence",
        "name": name,
        "mime_type": "application/pdf",
        "size": size,
        "created_at": stamp(desk.now),
    }
    account.documents[document["id"]] = document
    return document


def _open(account: Account, id: str) -> Object:
    dispute = account.find("disputes", id)
    if dispute["status"] != "open":
        raise refuse("This dispute is not open any more")
    return dispute


def _tell(desk: Desk, account: Account, what: str, dispute: Object, at: datetime) -> None:
    payment = account.payments[dispute["payment_id"]]
    about = {"payment": payment, "dispute": dispute}
    desk.tell(account, f"payment.dispute.{what}", about, at)
