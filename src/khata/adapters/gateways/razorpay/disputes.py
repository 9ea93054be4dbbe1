"""Razorpay's disputes: read, listed, accepted and contested.

Source: razorpay.com/docs/api/disputes, .../documents.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from math import ceil, floor
from typing import Any, Final

from khata.adapters.gateways.razorpay.client import Object, RazorpayClient, Reply
from khata.adapters.gateways.razorpay.translate import number, text
from khata.core.dispute import DisputeStatus, SeenDispute
from khata.core.evidence import Evidence, Topic
from khata.ports.disputes import NotTakenByGateway
from khata.ports.gateway import AnswerLost

_DISPUTE: Final = re.compile(r"disp_\w{1,60}", re.ASCII)

_STATUSES: Final = {
    "open": DisputeStatus.NEEDS_RESPONSE,
    "under_review": DisputeStatus.UNDER_REVIEW,
    "won": DisputeStatus.WON,
    "lost": DisputeStatus.LOST,
    "closed": DisputeStatus.CLOSED,
}
# A bank asks in these phases; it takes nothing before there is a chargeback.
_ASKS_ONLY: Final = frozenset({"fraud", "retrieval"})
_AS_WARNING: Final = {
    DisputeStatus.NEEDS_RESPONSE: DisputeStatus.WARNING_NEEDS_RESPONSE,
    DisputeStatus.UNDER_REVIEW: DisputeStatus.WARNING_UNDER_REVIEW,
}
_FIELDS: Final = {
    Topic.EXPLANATION: "explanation_letter",
    Topic.CUSTOMER_COMMUNICATION: "customer_communication",
    Topic.PROOF_OF_SERVICE: "proof_of_service",
    Topic.ACTIVITY_LOG: "access_activity_log",
    Topic.RECEIPT: "billing_proof",
    Topic.REFUND_POLICY: "refund_cancellation_policy",
}
LONGEST_SUMMARY: Final = 1_000


class RazorpayDisputes:
    """The disputes of one account; satisfies `khata.ports.disputes.GatewayDisputes`."""

    def __init__(self, client: RazorpayClient) -> None:
        self._client = client

    def read_dispute(self, reference: str, *, at: datetime) -> SeenDispute | None:
        if not _DISPUTE.fullmatch(reference):
            return None
        reply = self._client.get(f"/v1/disputes/{reference}")
        if reply.status in (400, 404):
            return None
        return _read(reply)

    def disputes_between(self, start: datetime, end: datetime) -> Iterator[SeenDispute]:
        """List them; the list counts in seconds."""
        asked = {"from": floor(start.timestamp()), "to": ceil(end.timestamp())}
        for dispute in self._client.listed("/v1/disputes", **asked):
            seen = read_dispute(dispute)
            if start <= seen.opened_at < end:
                yield seen

    def accept_dispute(self, reference: str, *, at: datetime) -> SeenDispute:
        reply = self._client.post(f"/v1/disputes/{reference}/accept", {})
        if reply.is_good:
            return _read(reply)
        seen = self.read_dispute(reference, at=at)
        if seen is None or seen.status is not DisputeStatus.LOST:
            raise NotTakenByGateway(f"Razorpay does not take it: {reply.reason}")
        return seen

    def send_evidence(self, reference: str, evidence: Evidence, *, at: datetime) -> SeenDispute:
        """Upload the files and contest the whole amount with them, for good.

        Razorpay takes no answer without a document, and a summary of 1,000 characters at most.
        """
        if not evidence.files:
            raise NotTakenByGateway("Razorpay wants at least one document: add a file")
        if len(evidence.words) > LONGEST_SUMMARY:
            raise NotTakenByGateway(
                f"Razorpay takes {LONGEST_SUMMARY:,} characters of text: put more into a file"
            )
        body: dict[str, Any] = {"action": "submit"}
        if evidence.texts:
            body["summary"] = evidence.words
        others: list[str] = []
        for file in evidence.files:
            id = self._uploaded(file.filename, file.media_type, file.content)
            field = _FIELDS.get(file.topic)
            if field is None:
                others.append(id)
            else:
                body.setdefault(field, []).append(id)
        if others:
            body["others"] = [{"type": "other", "document_ids": others}]
        reply = self._client.patch(f"/v1/disputes/{reference}/contest", body)
        if not reply.is_good:
            raise NotTakenByGateway(f"Razorpay does not take it: {reply.reason}")
        return _read(reply)

    def _uploaded(self, filename: str, media_type: str, content: bytes) -> str:
        reply = self._client.post_file(
            "/v1/documents", {"purpose": "dispute_evidence"}, (filename, content, media_type)
        )
        if not reply.is_good:
            raise NotTakenByGateway(f"Razorpay does not take {filename}: {reply.reason}")
        id = text(reply.said, "id")
        if id is None:
            raise AnswerLost("Razorpay kept a document and does not name it")
        return id


def _read(reply: Reply) -> SeenDispute:
    if not reply.is_good:
        raise AnswerLost(f"Razorpay does not show the dispute ({reply.status})")
    return read_dispute(reply.said)


def read_dispute(dispute: Object) -> SeenDispute:
    """Return a dispute in our language. Raises: AnswerLost, where it cannot be read.

    `amount_deducted` is what is gone: nothing until it is lost, unless the bank wants it at once.
    What was deducted and then won is given back.
    """
    status = _STATUSES.get(str(dispute.get("status")))
    id, amount = text(dispute, "id"), number(dispute, "amount")
    currency, created = text(dispute, "currency"), number(dispute, "created_at")
    if status is None or id is None or not amount or currency is None or created is None:
        raise AnswerLost("a dispute of Razorpay's cannot be read")
    phase, due_by = text(dispute, "phase"), number(dispute, "respond_by")
    if phase in _ASKS_ONLY:
        status = _AS_WARNING.get(status, status)
    is_won = status is DisputeStatus.WON
    return SeenDispute(
        id,
        text(dispute, "payment_id"),
        amount,
        currency,
        status,
        text(dispute, "reason_code") or "general",
        datetime.fromtimestamp(created, UTC),
        phase=phase,
        due_by=datetime.fromtimestamp(due_by, UTC) if due_by else None,
        taken=0 if is_won else number(dispute, "amount_deducted") or 0,
    )
