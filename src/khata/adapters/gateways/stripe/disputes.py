"""Stripe's disputes: read, listed, accepted and answered.

Source: docs.stripe.com/api/disputes, docs.stripe.com/disputes/api.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from khata.adapters.gateways.stripe.amounts import from_stripe
from khata.adapters.gateways.stripe.refused import Refused
from khata.core.dispute import DisputeStatus, SeenDispute
from khata.core.evidence import Evidence, EvidenceFile, Topic
from khata.core.money import half_up
from khata.ports.disputes import NotTakenByGateway
from khata.ports.gateway import AnswerLost

if TYPE_CHECKING:
    from stripe.params import DisputeListParamsCreated

    from khata.adapters.gateways.stripe.client import Client

Object = Mapping[str, Any]
_DISPUTE = re.compile(r"(dp|du)_\w{1,250}", re.ASCII)

_STATUSES: Final = {
    "warning_needs_response": DisputeStatus.WARNING_NEEDS_RESPONSE,
    "warning_under_review": DisputeStatus.WARNING_UNDER_REVIEW,
    "warning_closed": DisputeStatus.CLOSED,
    "needs_response": DisputeStatus.NEEDS_RESPONSE,
    "under_review": DisputeStatus.UNDER_REVIEW,
    "won": DisputeStatus.WON,
    "lost": DisputeStatus.LOST,
    "prevented": DisputeStatus.CLOSED,  # it was given back before it became one
}

# One file for each of Stripe's places; what finds its place taken goes to the next free one.
_PLACES: Final = {
    Topic.EXPLANATION: "uncategorized_file",
    Topic.CUSTOMER_COMMUNICATION: "customer_communication",
    Topic.PROOF_OF_SERVICE: "service_documentation",
    Topic.ACTIVITY_LOG: "service_documentation",
    Topic.RECEIPT: "receipt",
    Topic.REFUND_POLICY: "refund_policy",
    Topic.OTHER: "uncategorized_file",
}
_SPARE: Final = (
    "uncategorized_file",
    "service_documentation",
    "customer_communication",
    "receipt",
    "refund_policy",
    "cancellation_policy",
)


class StripeDisputes:
    """The disputes of one account; satisfies `khata.ports.disputes.GatewayDisputes`."""

    def __init__(self, client: "Callable[[], Client]") -> None:
        self._client = client

    def read_dispute(self, reference: str, *, at: datetime) -> SeenDispute | None:
        if not _DISPUTE.fullmatch(reference):
            return None
        try:
            return read_dispute(self._client().dispute(reference))
        except Refused as no:
            if no.is_missing:
                return None
            raise AnswerLost(str(no)) from None

    def disputes_between(self, start: datetime, end: datetime) -> Iterator[SeenDispute]:
        created: DisputeListParamsCreated = {
            "gte": ceil(start.timestamp()),
            "lt": ceil(end.timestamp()),
        }
        try:
            for dispute in self._client().disputes(created):
                yield read_dispute(dispute)
        except Refused as no:
            raise AnswerLost(str(no)) from None

    def accept_dispute(self, reference: str, *, at: datetime) -> SeenDispute:
        try:
            return read_dispute(self._client().close_dispute(reference))
        except Refused as no:
            return self._as_it_stands(reference, no, at)

    def send_evidence(self, reference: str, evidence: Evidence, *, at: datetime) -> SeenDispute:
        """Upload the files, then hand in all at once; nothing can be added after that."""
        told: dict[str, str] = {}
        if evidence.texts:
            told["uncategorized_text"] = evidence.words
        try:
            for file in evidence.files:
                place = _place(file, told)
                told[place] = self._client().upload_evidence(file.filename, file.content)
            return read_dispute(self._client().answer_dispute(reference, told))
        except Refused as no:
            raise NotTakenByGateway(f"Stripe does not take it: {no.code}") from None

    def _as_it_stands(self, reference: str, no: Refused, at: datetime) -> SeenDispute:
        """Return what was closed before; Stripe refuses to close that again."""
        seen = self.read_dispute(reference, at=at)
        if seen is None or seen.status is not DisputeStatus.LOST:
            raise NotTakenByGateway(f"Stripe does not take it: {no.code}")
        return seen


def read_dispute(dispute: Object) -> SeenDispute:
    """Return a dispute in our language. Raises: AnswerLost, where it cannot be read.

    What was taken is told by its balance transactions, in the currency that is settled in.
    Rounds: half up, at the rate at which the disputed amount was taken.
    """
    status = _STATUSES.get(str(dispute.get("status")))
    amount, currency = dispute.get("amount"), dispute.get("currency")
    created, id = dispute.get("created"), dispute.get("id")
    readable = isinstance(amount, int) and isinstance(currency, str) and isinstance(created, int)
    if status is None or not readable or not isinstance(id, str):
        raise AnswerLost("a dispute of Stripe's cannot be read")
    assert isinstance(amount, int)
    assert isinstance(currency, str)
    assert isinstance(created, int)
    taken, fee = _taken(dispute, amount)
    details = dispute.get("evidence_details")
    due_by = details.get("due_by") if isinstance(details, Mapping) else None
    try:
        ours = [from_stripe(units, currency.upper()) for units in (amount, taken, fee)]
    except ValueError:
        raise AnswerLost("a dispute's amount cannot be read") from None
    return SeenDispute(
        id,
        _id(dispute.get("payment_intent")) or _id(dispute.get("charge")),
        ours[0],
        currency.upper(),
        status,
        str(dispute.get("reason") or "general"),
        datetime.fromtimestamp(created, UTC),
        phase="inquiry" if str(dispute.get("status")).startswith("warning") else "chargeback",
        due_by=datetime.fromtimestamp(due_by, UTC) if isinstance(due_by, int) else None,
        taken=ours[1],
        fee=ours[2],
    )


def _taken(dispute: Object, amount: int) -> tuple[int, int]:
    """Return what is gone now and the fee, in the dispute's own units."""
    rows = [row for row in dispute.get("balance_transactions") or () if isinstance(row, Mapping)]
    moved, fees = (
        [_whole(row.get("amount")) for row in rows],
        [_whole(row.get("fee")) for row in rows],
    )
    out = -sum(one for one in moved if one < 0)
    if out <= 0:
        return 0, 0
    left = max(-sum(moved), 0)
    return half_up(left * amount, out), half_up(max(sum(fees), 0) * amount, out)


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise AnswerLost("a dispute's money cannot be read")
    return value


def _place(file: EvidenceFile, told: Mapping[str, str]) -> str:
    for place in (_PLACES[file.topic], *_SPARE):
        if place not in told:
            return place
    raise NotTakenByGateway("Stripe takes six files for a dispute: put several into one PDF")


def _id(value: object) -> str | None:
    if isinstance(value, Mapping):
        value = value.get("id")
    return value if isinstance(value, str) and value else None
