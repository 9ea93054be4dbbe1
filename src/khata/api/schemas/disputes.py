"""Disputes on the wire."""

import base64
import binascii
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from khata.api.schemas.fields import Asked, Created, Line, Text, Told
from khata.api.schemas.periods import At
from khata.core.evidence import MOST_PIECES
from khata.core.ids import public_id
from khata.db.reads.disputes import DisputeView

DisputeStatusName = Literal[
    "warning_needs_response",
    "warning_under_review",
    "needs_response",
    "under_review",
    "won",
    "lost",
    "closed",
]
TopicName = Literal[
    "explanation",
    "customer_communication",
    "proof_of_service",
    "activity_log",
    "receipt",
    "refund_policy",
    "other",
]


def _base64(text: str) -> str:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise PydanticCustomError("invalid_base64", "The bytes are asked for in base64") from None
    return text


Bytes = Annotated[
    str,
    StringConstraints(min_length=1, max_length=900_000),
    AfterValidator(_base64),
    WithJsonSchema({"type": "string", "contentEncoding": "base64", "maxLength": 900_000}),
]


class EvidenceTextAsked(Asked):
    """Something that is said."""

    topic: TopicName = Field("explanation", description="What it is about")
    text: Text = Field(description="In words", examples=["The service was used until yesterday."])


class EvidenceFileAsked(Asked):
    """Something that is shown."""

    topic: TopicName = Field("other", description="What it is about")
    filename: Line = Field(description="Its name", examples=["usage.pdf"])
    media_type: Literal["application/pdf", "image/jpeg", "image/png"] = Field(
        description="What it is"
    )
    content: Bytes = Field(description="Its bytes, in base64; 650,000 at most")


class EvidenceAsked(Asked):
    """What the seller says and shows against a dispute."""

    texts: list[EvidenceTextAsked] = Field(
        default_factory=list, max_length=MOST_PIECES, description="Texts"
    )
    files: list[EvidenceFileAsked] = Field(
        default_factory=list, max_length=MOST_PIECES, description="PDFs, JPEGs and PNGs"
    )
    submit: bool = Field(
        True,
        description="Hand it in at once, with what was kept before, for good; else it is kept",
    )


class EvidenceObject(Told):
    """A text or a file that is kept for a dispute."""

    id: str = Field(description="Names it", examples=["dpe_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    topic: TopicName = Field(description="What it is about")
    text: str | None = Field(description="What is said")
    filename: str | None = Field(description="The file's name")
    media_type: str | None = Field(description="What the file is")
    size: int | None = Field(description="The file's bytes")
    sent_at: At | None = Field(description="When the gateway took it; null: it is only kept")


class DisputeMoveObject(Told):
    """A change of how a dispute stands."""

    status: DisputeStatusName = Field(description="What it became")
    said_by: Literal["sync", "sweep", "webhook", "human"] = Field(
        description="Who told: the gateway's answer, when it was asked, or by itself"
    )
    at: At = Field(description="When")


class DisputeMoneyObject(Told):
    """Money that a dispute moved; each is an entry of the books."""

    kind: Literal["withdrawn", "reinstated", "lost", "regained", "fee", "fee_returned"] = Field(
        description="What became of it"
    )
    amount: int = Field(description="Minor units")
    at: At = Field(description="When it was booked")


class DisputeObject(Told):
    """A payer's bank takes money back, or asks about it. The invoice stays paid."""

    id: str = Field(examples=["dp_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["dispute"] = "dispute"
    livemode: bool = Field(description="Whether it is about real money")
    status: DisputeStatusName = Field(description="A `warning…` asks before any money moves")
    reason: str = Field(description="The gateway's word for it", examples=["fraudulent"])
    phase: str | None = Field(description="The gateway's word for how far it went")
    currency: str = Field(description="Of all amounts here", examples=["INR"])
    amount: int = Field(description="What is disputed, in minor units", examples=[118000])
    amount_above: int = Field(
        description="What is disputed beyond what refunds had left of the payment"
    )
    amount_held: int = Field(description="What the gateway has taken, and nobody has won yet")
    amount_lost: int = Field(description="What is gone for good")
    fee: int = Field(description="What the gateway took for the dispute itself")
    evidence_due_by: At | None = Field(description="The last moment for an answer")
    payment: str = Field(description="The payment")
    attempt: str = Field(description="The attempt that took the money")
    invoice: str = Field(description="The invoice that it paid")
    customer: str = Field(description="Whose")
    account: str | None = Field(
        description="The gateway account; null: its gateway, the fake one, needs none"
    )
    gateway: str = Field(description="The gateway", examples=["razorpay"])
    reference: str = Field(description="The gateway's name for it")
    evidence: list[EvidenceObject] = Field(description="What was said and shown")
    history: list[DisputeMoveObject] = Field(description="How it stood, the oldest first")
    money: list[DisputeMoneyObject] = Field(description="What it moved, the oldest first")
    accepted_at: At | None = Field(description="When you gave in")
    evidence_sent_at: At | None = Field(description="When your answer was handed in")
    opened_at: At = Field(description="When it began, as the gateway says")
    closed_at: At | None = Field(description="When it ended")
    created: Created

    @classmethod
    def of(cls, view: DisputeView, livemode: bool) -> Self:
        dispute = view.dispute
        return cls.model_validate(
            {
                "id": public_id("dp", dispute.id),
                "livemode": livemode,
                "status": dispute.status.value,
                "reason": dispute.reason,
                "phase": dispute.phase,
                "currency": dispute.currency,
                "amount": dispute.amount,
                "amount_above": dispute.above,
                "amount_held": dispute.held,
                "amount_lost": dispute.lost,
                "fee": dispute.fee,
                "evidence_due_by": dispute.due_by,
                "payment": public_id("pay", dispute.payment_id),
                "attempt": public_id("att", dispute.attempt_id),
                "invoice": public_id("inv", dispute.invoice_id),
                "customer": public_id("cus", dispute.customer_id),
                "account": public_id("ga", dispute.account_id) if view.has_account else None,
                "gateway": dispute.gateway,
                "reference": dispute.reference,
                "evidence": [
                    {
                        "id": public_id("dpe", one.id),
                        "topic": one.topic,
                        "text": one.text,
                        "filename": one.filename,
                        "media_type": one.media_type,
                        "size": one.size,
                        "sent_at": one.sent_at,
                    }
                    for one in view.evidence
                ],
                "history": [
                    {"status": one.status.value, "said_by": one.said_by, "at": one.at}
                    for one in view.moves
                ],
                "money": [
                    {"kind": one.kind.value, "amount": one.amount, "at": one.at}
                    for one in view.money
                ],
                "accepted_at": dispute.accepted_at,
                "evidence_sent_at": dispute.evidence_sent_at,
                "opened_at": dispute.opened_at,
                "closed_at": dispute.closed_at,
                "created": dispute.created_at,
            }
        )
