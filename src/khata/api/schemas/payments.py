"""Payments on the wire, with their attempts and refunds."""

from typing import Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Created, Told
from khata.api.schemas.periods import At
from khata.core.ids import public_id
from khata.db.reads.payments import AttemptView, PaymentView, RefundView

PaymentStatusName = Literal["scheduled", "processing", "succeeded", "given_up", "canceled"]


class AttemptObject(Told):
    """One call to a gateway. Its id is the idempotency key there."""

    id: str = Field(examples=["att_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["attempt"] = "attempt"
    number: int = Field(description="1, 2, … of its payment", examples=[1])
    status: Literal["sending", "pending", "unknown", "succeeded", "failed"] = Field(
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
    finished_at: At | None = Field(description="When its end was known")
    created: Created

    @classmethod
    def of(cls, view: AttemptView) -> Self:
        method = view.payment_method_id
        directly = method is None and view.gateway_reference is None
        return cls.model_validate(
            {
                "id": public_id("att", view.id),
                "number": view.number,
                "status": view.status,
                "gateway": view.gateway,
                "payment_method": public_id("pm", method) if method else None,
                "reference": view.token if directly else view.gateway_reference,
                "amount": view.amount,
                "fee": view.fee,
                "decline_class": view.decline_class,
                "decline_code": view.decline_code,
                "finished_at": view.finished_at,
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
                "status": view.status,
                "finished_at": view.finished_at,
                "created": view.created_at,
            }
        )


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
        "given_up: waits for another payment method or for you",
        examples=["succeeded"],
    )
    decline_count: int = Field(description="Failures that count towards the retries", examples=[0])
    last_decline_code: str | None = Field(description="Why the last one failed")
    next_attempt_at: At | None = Field(description="When it is tried next")
    finished_at: At | None = Field(description="When it ended")
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
                "attempts": [AttemptObject.of(attempt) for attempt in view.attempts],
                "refunds": [RefundObject.of(refund) for refund in view.refunds],
                "created": view.created_at,
            }
        )
