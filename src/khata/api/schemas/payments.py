"""Payments on the wire, with their attempts and refunds."""

from typing import Annotated, Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Asked, Created, Id, Line, Told
from khata.api.schemas.periods import At
from khata.core.ids import public_id
from khata.core.money import LARGEST_AMOUNT
from khata.db.reads.payments import (
    AttemptMoveView,
    AttemptView,
    NoticeView,
    PaymentView,
    RefundView,
)

AttemptStatusName = Literal["sending", "pending", "unknown", "succeeded", "failed"]
PaymentStatusName = Literal["scheduled", "processing", "succeeded", "given_up", "canceled"]


class AttemptResolve(Asked):
    """What a person has found out about an attempt, in the gateway's own dashboard."""

    attempt: Id = Field(
        description="Which of the payment's", examples=["att_06f3k2x8c1a4t9w0m5n7p2q6rs"]
    )
    outcome: Literal["succeeded", "failed"] = Field(
        description="Whether the money was taken", examples=["succeeded"]
    )
    reference: Line | None = Field(
        None,
        description="The gateway's name for the charge; needed where the money was taken",
        examples=["pay_N8x2kqUJf5"],
    )
    fee: int = Field(
        0, ge=0, le=LARGEST_AMOUNT, description="What the gateway kept of it, in minor units"
    )


class RefundCreate(Asked):
    """Money to be given back, by the gateway that took it."""

    amount: Annotated[int, Field(ge=1, le=LARGEST_AMOUNT)] | None = Field(
        None,
        description="Minor units with tax; else all that is left of the payment",
        examples=[50000],
    )
    reason: Line = Field(
        description="Why; the credit note shows it", examples=["Service was down on 3 May"]
    )


class AttemptMoveObject(Told):
    """One change of an attempt, kept for ever with who said so."""

    object: Literal["attempt_move"] = "attempt_move"
    from_status: AttemptStatusName | None = Field(
        description="Its status before; null where money came directly"
    )
    to_status: AttemptStatusName = Field(description="Its status after", examples=["succeeded"])
    said_by: Literal["sync", "sweep", "webhook", "human"] = Field(
        description="sync: the gateway, when it was called; sweep: the gateway, when it was asked "
        "later; webhook: the gateway, by itself; human: a person",
        examples=["sync"],
    )
    reference: str | None = Field(description="The gateway's name for it, as far as it was told")
    created: Created

    @classmethod
    def of(cls, view: AttemptMoveView) -> Self:
        return cls.model_validate(
            {
                "from_status": view.from_status,
                "to_status": view.to_status,
                "said_by": view.said_by,
                "reference": view.gateway_reference,
                "created": view.moved_at,
            }
        )


class AttemptObject(Told):
    """One call to a gateway. Its id is the idempotency key there."""

    id: str = Field(examples=["att_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["attempt"] = "attempt"
    number: int = Field(description="1, 2, … of its payment", examples=[1])
    cause: Literal["schedule", "customer"] = Field(
        description="Who wanted it; one of the customer's own takes nothing from the retries",
        examples=["schedule"],
    )
    status: AttemptStatusName = Field(
        description="unknown: the answer was lost, and only the gateway can tell",
        examples=["succeeded"],
    )
    gateway: str = Field(
        description="Who moved the money, or how it came without a gateway", examples=["fake"]
    )
    payment_method: str | None = Field(description="By which of the customer's methods")
    reference: str | None = Field(
        description="The gateway's name for it; the bank's, where none was in between"
    )
    amount: int = Field(description="Minor units of the payment's currency", examples=[118000])
    fee: int = Field(description="What the gateway kept of it", examples=[2360])
    decline_class: str | None = Field(
        description="What a failure means for the next try: soft, hard, mandate, customer_action, "
        "config or gateway_down"
    )
    decline_code: str | None = Field(description="The gateway's reason, in our words")
    fallback_of: str | None = Field(
        description="The attempt that certainly took nothing, for which this one was made by "
        "another of the customer's methods"
    )
    finished_at: At | None = Field(description="When its end was known")
    moves: list[AttemptMoveObject] = Field(description="What became of it, and who said so")
    created: Created

    @classmethod
    def of(cls, view: AttemptView) -> Self:
        method = view.payment_method_id
        directly = method is None and view.gateway_reference is None
        return cls.model_validate(
            {
                "id": public_id("att", view.id),
                "number": view.number,
                "cause": view.cause,
                "status": view.status,
                "gateway": view.gateway,
                "payment_method": public_id("pm", method) if method else None,
                "reference": view.token if directly else view.gateway_reference,
                "amount": view.amount,
                "fee": view.fee,
                "decline_class": view.decline_class,
                "decline_code": view.decline_code,
                "fallback_of": public_id("att", view.fallback_of_id)
                if view.fallback_of_id
                else None,
                "finished_at": view.finished_at,
                "moves": [AttemptMoveObject.of(move) for move in view.moves],
                "created": view.created_at,
            }
        )


class RefundObject(Told):
    """Money of an attempt that is given back."""

    id: str = Field(examples=["re_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["refund"] = "refund"
    attempt: str = Field(description="Whose money it is")
    amount: int = Field(description="Minor units of the payment's currency")
    reason: str = Field(description="Why it was not owed", examples=["nothing_owed"])
    number: int = Field(
        description="1, 2, … : one that the gateway refused may be tried again as the next",
        examples=[1],
    )
    status: Literal["sending", "succeeded", "failed"] = Field(description="How far it is")
    finished_at: At | None = Field(description="When its end was known")
    created: Created

    @classmethod
    def of(cls, view: RefundView) -> Self:
        return cls.model_validate(
            {
                "id": public_id("re", view.id),
                "attempt": public_id("att", view.attempt_id),
                "amount": view.amount,
                "reason": view.reason,
                "number": view.number,
                "status": view.status,
                "finished_at": view.finished_at,
                "created": view.created_at,
            }
        )


class NoticeObject(Told):
    """What the payer was told before a debit by mandate: this amount, and when."""

    object: Literal["debit_notice"] = "debit_notice"
    amount: int = Field(description="Minor units", examples=[118000])
    currency: str = Field(description="ISO 4217", examples=["INR"])
    told_by: Literal["gateway", "request"] = Field(
        description="gateway: it tells by itself; request: it was asked to tell"
    )
    told_at: At | None = Field(description="When; null: the gateway has not said that it did")
    debit_at: At = Field(description="When the money is to move")
    opted_out_at: At | None = Field(description="When the payer said no to it")

    @classmethod
    def of(cls, view: NoticeView) -> Self:
        names = ("amount", "currency", "told_by", "told_at", "debit_at", "opted_out_at")
        return cls.model_validate({name: getattr(view, name) for name in names})


class PaymentObject(Told):
    """The will to collect an invoice, with every attempt to do it."""

    id: str = Field(examples=["pay_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["payment"] = "payment"
    livemode: bool = Field(description="Whether it is real, or a test")
    invoice: str = Field(description="What it collects")
    customer: str = Field(description="From whom")
    amount: int = Field(description="Minor units of the currency", examples=[118000])
    currency: str = Field(description="ISO 4217", examples=["INR"])
    status: PaymentStatusName = Field(
        description="scheduled: tried at next_attempt_at; processing: an attempt is open; "
        "given_up: waits for another payment method or for you; canceled: not collected any more",
        examples=["succeeded"],
    )
    decline_count: int = Field(description="Failures that count towards the retries", examples=[0])
    last_decline_code: str | None = Field(description="Why the last one failed")
    next_attempt_at: At | None = Field(description="When it is tried next")
    finished_at: At | None = Field(description="When it ended")
    notice: NoticeObject | None = Field(
        description="What the payer was told of a debit by mandate; null: nothing is to be told"
    )
    spaced_until: At | None = Field(
        description="Until when it waits for another debit of this customer: their gateway takes "
        "one at a time; null: it does not wait for that"
    )
    attempts: list[AttemptObject] = Field(description="Each try, the first first")
    refunds: list[RefundObject] = Field(description="What was given back of it")
    created: Created

    @classmethod
    def of(cls, view: PaymentView, livemode: bool) -> Self:
        return cls.model_validate(
            {
                "id": public_id("pay", view.id),
                "livemode": livemode,
                "invoice": public_id("inv", view.invoice_id),
                "customer": public_id("cus", view.customer_id),
                "amount": view.amount,
                "currency": view.currency,
                "status": view.status,
                "decline_count": view.decline_count,
                "last_decline_code": view.last_decline_code,
                "next_attempt_at": view.next_attempt_at,
                "finished_at": view.finished_at,
                "notice": NoticeObject.of(view.notice) if view.notice else None,
                "spaced_until": view.spaced_until,
                "attempts": [AttemptObject.of(attempt) for attempt in view.attempts],
                "refunds": [RefundObject.of(refund) for refund in view.refunds],
                "created": view.created_at,
            }
        )
