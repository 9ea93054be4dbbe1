"""PayPal's disputes: read, listed, accepted and answered.

Source: PayPal Customer Disputes v1.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from khata.adapters.gateways.paypal.amounts import NoAmount, read_amount
from khata.adapters.gateways.paypal.client import LetNobodyIn, PayPalClient, Reply
from khata.adapters.gateways.paypal.translate import NotReadable, ours, read_instant
from khata.core.dispute import DisputeStatus, SeenDispute
from khata.core.evidence import Evidence, Topic
from khata.ports.disputes import NotTakenByGateway
from khata.ports.gateway import AnswerLost

Object = Mapping[str, Any]
_DISPUTE: Final = re.compile(r"[A-Za-z0-9-]{1,255}", re.ASCII)
_PAGE: Final = 50
_MOST_PAGES: Final = 200

_OUTCOMES: Final = {
    "RESOLVED_BUYER_FAVOUR": DisputeStatus.LOST,
    "ACCEPTED": DisputeStatus.LOST,
    "RESOLVED_SELLER_FAVOUR": DisputeStatus.WON,
    "CANCELED_BY_BUYER": DisputeStatus.WON,
    "DENIED": DisputeStatus.WON,
    "RESOLVED_WITH_PAYOUT": DisputeStatus.WON,  # PayPal pays it out of its own
}
_WAITS_FOR_US: Final = frozenset({"WAITING_FOR_SELLER_RESPONSE"})
_OTHERS: Final = frozenset({"OPEN", "WAITING_FOR_BUYER_RESPONSE", "UNDER_REVIEW", "OTHER"})
_FEES: Final = frozenset({"DISPUTE_FEE", "CHARGEBACK_FEE", "DISPUTE_SETTLEMENT_FEE"})
_TYPES: Final = {
    Topic.PROOF_OF_SERVICE: "PROOF_OF_FULFILLMENT",
    Topic.RECEIPT: "PROOF_OF_RECEIPT_COPY",
    Topic.REFUND_POLICY: "RETURN_POLICY",
}
_NOTE: Final = 2_000  # characters


class PayPalDisputes:
    """The disputes of one account; satisfies `khata.ports.disputes.GatewayDisputes`."""

    def __init__(self, client: PayPalClient) -> None:
        self._client = client

    def read_dispute(self, reference: str, *, at: datetime) -> SeenDispute | None:
        if not _DISPUTE.fullmatch(reference):
            return None
        reply = self._asked(f"/v1/customer/disputes/{reference}")
        if reply.status == 404:
            return None
        return _read(reply)

    def disputes_between(self, start: datetime, end: datetime) -> Iterator[SeenDispute]:
        """List them, each asked for by itself: the list does not name the payments."""
        query = {"start_time": _spelled(start), "page_size": str(_PAGE)}
        for _ in range(_MOST_PAGES):
            reply = self._asked("/v1/customer/disputes", **query)
            items = reply.said.get("items")
            if not reply.is_good or not isinstance(items, list):
                raise AnswerLost("PayPal's list of disputes cannot be read")
            for item in items:
                seen = self.read_dispute(str(item.get("dispute_id")), at=end)
                if seen is not None and start <= seen.opened_at < end:
                    yield seen
            token = _next(reply.said)
            if token is None:
                return
            query["next_page_token"] = token
        raise AnswerLost("PayPal's list of disputes does not end")

    def accept_dispute(self, reference: str, *, at: datetime) -> SeenDispute:
        reply = self._posted(
            f"/v1/customer/disputes/{reference}/accept-claim",
            {"note": "The seller accepts the claim.", "accept_claim_type": "REFUND"},
            request_id=f"accept-{reference}",
        )
        seen = self.read_dispute(reference, at=at)
        if seen is None:
            raise AnswerLost("PayPal does not show the dispute")
        if not reply.is_good and seen.status is not DisputeStatus.LOST:
            raise NotTakenByGateway(f"PayPal does not take it: {reply.issue}")
        return seen

    def send_evidence(self, reference: str, evidence: Evidence, *, at: datetime) -> SeenDispute:
        """Hand in texts and files at once; PayPal takes notes of 2,000 characters."""
        if len(evidence.words) > _NOTE:
            raise NotTakenByGateway(
                f"PayPal takes {_NOTE:,} characters of text: put more into a file"
            )
        topics = [file.topic for file in evidence.files] or [one.topic for one in evidence.texts]
        types = list(dict.fromkeys(_TYPES.get(topic, "OTHER") for topic in topics))
        told = [{"evidence_type": type} for type in types]
        if evidence.texts:
            told[0]["notes"] = evidence.words
        parts: list[tuple[str, tuple[str | None, bytes, str]]] = [
            ("input", (None, json.dumps({"evidences": told}).encode(), "application/json")),
            *(
                (f"file{n}", (file.filename, file.content, file.media_type))
                for n, file in enumerate(evidence.files, start=1)
            ),
        ]
        try:
            reply = self._client.post_parts(
                f"/v1/customer/disputes/{reference}/provide-evidence", parts
            )
        except LetNobodyIn as fault:
            raise AnswerLost(str(fault)) from None
        if not reply.is_good:
            raise NotTakenByGateway(f"PayPal does not take it: {reply.issue}")
        seen = self.read_dispute(reference, at=at)
        if seen is None:
            raise AnswerLost("PayPal does not show the dispute")
        return seen

    def _asked(self, path: str, **query: str) -> Reply:
        try:
            return self._client.get(path, **query)
        except LetNobodyIn as fault:
            raise AnswerLost(str(fault)) from None

    def _posted(self, path: str, body: Object, *, request_id: str) -> Reply:
        try:
            return self._client.post(path, body, request_id=request_id)
        except LetNobodyIn as fault:
            raise AnswerLost(str(fault)) from None


def _read(reply: Reply) -> SeenDispute:
    if not reply.is_good:
        raise AnswerLost(f"PayPal does not show the dispute: {reply.issue}")
    try:
        return read_dispute(reply.said)
    except (NotReadable, NoAmount) as fault:
        raise AnswerLost(f"PayPal told {fault}") from None


def read_dispute(dispute: Object) -> SeenDispute:
    """Return a dispute in our language. Raises: NotReadable, NoAmount.

    PayPal tells each move of money at the seller's side; where it tells none of a dispute that is
    lost, the outcome says how much went to the buyer.
    """
    id, money = dispute.get("dispute_id"), dispute.get("dispute_amount")
    if not isinstance(id, str) or not isinstance(money, Mapping):
        raise NotReadable("a dispute without an id or an amount")
    currency = str(money.get("currency_code"))
    status, stage = _status(dispute), dispute.get("dispute_life_cycle_stage")
    taken, fee = _moved(dispute, currency, status)
    disputed = _first(dispute.get("disputed_transactions"))
    charge, due = disputed.get("seller_transaction_id"), dispute.get("seller_response_due_date")
    return SeenDispute(
        id,
        charge if isinstance(charge, str) else None,
        read_amount(money.get("value"), currency),
        currency,
        status,
        str(dispute.get("reason") or "OTHER").lower(),
        read_instant(dispute.get("create_time")),
        phase=str(stage).lower() if isinstance(stage, str) else None,
        due_by=read_instant(due) if isinstance(due, str) else None,
        taken=taken,
        fee=fee,
        ours=ours(disputed.get("custom")),
    )


def _status(dispute: Object) -> DisputeStatus:
    """In the inquiry the two sides talk; only a claim or chargeback is about money."""
    word, asks = dispute.get("status"), dispute.get("dispute_life_cycle_stage") == "INQUIRY"
    if word == "RESOLVED":
        outcome = dispute.get("dispute_outcome")
        code = outcome.get("outcome_code") if isinstance(outcome, Mapping) else None
        return _OUTCOMES.get(str(code), DisputeStatus.CLOSED)
    if word in _WAITS_FOR_US or (word == "OPEN" and asks):
        return DisputeStatus.WARNING_NEEDS_RESPONSE if asks else DisputeStatus.NEEDS_RESPONSE
    if word in _OTHERS:
        return DisputeStatus.WARNING_UNDER_REVIEW if asks else DisputeStatus.UNDER_REVIEW
    raise NotReadable("a dispute with no status that is known")


def _moved(dispute: Object, currency: str, status: DisputeStatus) -> tuple[int, int]:
    """Return what is gone from the seller now, and the fee; both in minor units."""
    rows = dispute.get("fund_movements") or dispute.get("money_movements") or []
    taken = fee = 0
    for row in rows if isinstance(rows, list) else []:
        if row.get("party", row.get("affected_party")) != "SELLER":
            continue
        amount = read_amount(row["amount"].get("value"), row["amount"].get("currency_code"))
        if row["amount"].get("currency_code") != currency:
            raise NotReadable("money of a dispute in another currency")
        signed = amount if row.get("type") == "DEBIT" else -amount
        if row.get("reason") in _FEES:
            fee += signed
        elif row.get("reason") == "DISPUTE_SETTLEMENT":
            taken += signed
    if not rows and status is DisputeStatus.LOST:
        outcome = dispute.get("dispute_outcome")
        back = outcome.get("amount_refunded") if isinstance(outcome, Mapping) else None
        money = back if isinstance(back, Mapping) else dispute["dispute_amount"]
        taken = read_amount(money.get("value"), money.get("currency_code"))
    return max(taken, 0), max(fee, 0)


def _first(several: object) -> Object:
    first = several[0] if isinstance(several, list) and several else None
    return first if isinstance(first, dict) else {}


def _next(said: Object) -> str | None:
    for link in said.get("links") or ():
        if isinstance(link, dict) and link.get("rel") == "next":
            tokens = parse_qs(urlsplit(str(link.get("href"))).query).get("next_page_token")
            return tokens[0] if tokens else None
    return None


def _spelled(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"
