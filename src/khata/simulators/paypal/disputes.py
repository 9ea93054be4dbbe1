"""Disputes of the pretend PayPal: a complaint, its answer, and PayPal's decision."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from typing import Any

from khata.simulators.paypal.answers import Refused, instant, money
from khata.simulators.paypal.objects import Capture, link

FEE_UNITS = 2_000  # of a currency with decimals: what a chargeback costs
_ANSWERED_WITHIN = timedelta(days=10)
_TYPES = frozenset(
    "PROOF_OF_FULFILLMENT PROOF_OF_REFUND PROOF_OF_RECEIPT_COPY RETURN_POLICY OTHER".split()
)


@dataclass
class Dispute:
    """A claim about one capture. `moved` is what it moved at the seller's: type, units, reason."""

    id: str
    capture: Capture
    status: str
    created_at: datetime
    stage: str = "CHARGEBACK"
    outcome: str | None = None
    updated_at: datetime | None = None
    moved: list[tuple[str, int, str]] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        capture = self.capture
        said: dict[str, Any] = {
            "dispute_id": self.id,
            "create_time": instant(self.created_at),
            "update_time": instant(self.updated_at or self.created_at),
            "disputed_transactions": [
                {
                    "seller_transaction_id": capture.id,
                    "create_time": instant(capture.created_at),
                    "transaction_status": "COMPLETED",
                    "gross_amount": money(capture.units, capture.currency),
                    "invoice_number": capture.order.unit.get("invoice_id"),
                    "custom": capture.order.unit.get("custom_id"),
                }
            ],
            "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
            "status": self.status,
            "dispute_amount": money(capture.units, capture.currency),
            "dispute_life_cycle_stage": self.stage,
            "dispute_channel": "EXTERNAL",
            "fund_movements": [
                {
                    "party": "SELLER",
                    "amount": money(units, capture.currency),
                    "initiated_time": instant(self.updated_at or self.created_at),
                    "type": type,
                    "reason": reason,
                }
                for type, units, reason in self.moved
            ],
            "links": [link("self", f"/v1/customer/disputes/{self.id}")],
        }
        if self.status == "WAITING_FOR_SELLER_RESPONSE":
            said["seller_response_due_date"] = instant(self.created_at + _ANSWERED_WITHIN)
        if self.outcome is not None:
            said["dispute_outcome"] = {
                "outcome_code": self.outcome,
                "amount_refunded": money(capture.units, capture.currency),
            }
        return said

    def shortly(self) -> dict[str, Any]:
        """Return what the list tells."""
        said = self.told()
        names = "dispute_id create_time update_time reason status dispute_amount links"
        return {name: said[name] for name in names.split()}

    def take(self) -> None:
        """Take the money and the fee from the seller."""
        self.moved.append(("DEBIT", self.capture.units, "DISPUTE_SETTLEMENT"))
        self.moved.append(("DEBIT", FEE_UNITS, "CHARGEBACK_FEE"))

    def decide(self, outcome: str, at: datetime) -> None:
        """End it; what was taken and is won comes back, but the fee."""
        won = {"won": "RESOLVED_SELLER_FAVOUR", "lost": "RESOLVED_BUYER_FAVOUR"}
        self.status, self.outcome, self.updated_at = "RESOLVED", won.get(outcome, "NONE"), at
        if outcome == "won":
            self.moved.append(("CREDIT", self.capture.units, "DISPUTE_SETTLEMENT"))

    def accept(self, at: datetime) -> None:
        """The seller gives in."""
        self._check_open()
        self.status, self.outcome, self.updated_at = "RESOLVED", "RESOLVED_BUYER_FAVOUR", at

    def answer(self, content_type: str, body: bytes, at: datetime) -> None:
        """Take evidence: JSON in the part `input`, and files beside it."""
        self._check_open()
        head = f"Content-Type: {content_type}\r\n\r\n".encode()
        parts = {
            str(part.get_param("name", header="content-disposition")): part
            for part in message_from_bytes(head + body).walk()
            if not part.is_multipart()
        }
        if "input" not in parts:
            raise Refused(400, "MISSING_REQUIRED_PARAMETER", field="/input")
        told = json.loads(str(parts["input"].get_payload()))
        evidences = told.get("evidences")
        if not evidences or any(one.get("evidence_type") not in _TYPES for one in evidences):
            raise Refused(422, "EVIDENCE_TYPE_INVALID", field="/evidences/0/evidence_type")
        if len(parts) == 1 and not any(one.get("notes") for one in evidences):
            raise Refused(422, "EVIDENCE_MISSING", field="/evidences")
        self.status, self.updated_at = "UNDER_REVIEW", at

    def _check_open(self) -> None:
        if self.status != "WAITING_FOR_SELLER_RESPONSE":
            raise Refused(422, "ACTION_NOT_ALLOWED_IN_CURRENT_DISPUTE_STATE")
