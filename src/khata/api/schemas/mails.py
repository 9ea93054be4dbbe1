"""Mails on the wire: each one kept, with its words and what is attached."""

from typing import Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Created, Told
from khata.api.schemas.periods import At
from khata.core.ids import public_id
from khata.db.reads.happenings import MailView

MailKind = Literal[
    "invoice_issued",
    "credit_note_issued",
    "voucher_issued",
    "receipt",
    "payment_failed",
    "payment_retrying",
    "payment_last_warning",
    "payment_given_up",
    "subscription_canceled",
    "trial_ending",
    "mandate_ending",
    "invoice_overdue",
    "webhook_disabled",
    "dispute_opened",
    "dispute_due",
]


class AttachmentTold(Told):
    """A file that travels with a mail."""

    filename: str = Field(description="Its name", examples=["INV-26-27-00001.pdf"])
    content_type: Literal["application/pdf"] = Field(description="What it is")
    url: str = Field(
        description="Where the same bytes are, with your key",
        examples=["/v1/invoices/inv_06f3k2x8c1a4t9w0m5n7p2q6rs/pdf"],
    )


class MailObject(Told):
    """A mail to a customer, or to the tenant. In test mode it stays here unless a server is set."""

    id: str = Field(examples=["mail_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["mail"] = "mail"
    livemode: bool = Field(description="Whether it is real, or a test")
    kind: MailKind = Field(description="What it is about", examples=["invoice_issued"])
    status: Literal["queued", "sending", "kept", "sent", "failed"] = Field(
        description="queued: not written yet; kept: written, and there is no mail server",
        examples=["kept"],
    )
    customer: str | None = Field(description="To whom; null: to the tenant itself")
    invoice: str | None = Field(description="About which invoice")
    credit_note: str | None = Field(description="About which credit note")
    voucher: str | None = Field(description="About which voucher of an advance")
    subscription: str | None = Field(description="About which subscription")
    payment: str | None = Field(description="About which payment")
    to: str = Field(description="The address", examples=["asha@traders.example"])
    sender: str | None = Field(description="Whom it is from, once it is written")
    subject: str | None = Field(description="Its subject, once it is written")
    html: str | None = Field(description="Its words as HTML")
    text: str | None = Field(description="The same words as plain text")
    attachments: list[AttachmentTold] = Field(description="What travels with it")
    error: str | None = Field(description="Why it could not be sent, if it could not")
    sent_at: At | None = Field(description="When it left, or was kept")
    created: Created

    @classmethod
    def of(cls, view: MailView, livemode: bool) -> Self:
        return cls.model_validate(
            {
                "id": public_id("mail", view.id),
                "livemode": livemode,
                "kind": view.kind,
                "status": view.status,
                "customer": public_id("cus", view.customer_id) if view.customer_id else None,
                "invoice": public_id("inv", view.invoice_id) if view.invoice_id else None,
                "credit_note": public_id("cn", view.credit_note_id)
                if view.credit_note_id
                else None,
                "voucher": public_id("vch", view.voucher_id) if view.voucher_id else None,
                "subscription": (
                    public_id("sub", view.subscription_id) if view.subscription_id else None
                ),
                "payment": public_id("pay", view.payment_id) if view.payment_id else None,
                "to": view.recipient,
                "sender": view.sender,
                "subject": view.subject,
                "html": view.html,
                "text": view.text,
                "attachments": _attached(view),
                "error": view.error,
                "sent_at": view.sent_at,
                "created": view.created_at,
            }
        )


def _attached(view: MailView) -> list[AttachmentTold]:
    if view.credit_note_id is not None and view.note_number is not None:
        where, number = f"credit_notes/{public_id('cn', view.credit_note_id)}", view.note_number
    elif view.voucher_id is not None and view.voucher_number is not None:
        where, number = f"vouchers/{public_id('vch', view.voucher_id)}", view.voucher_number
    elif view.attaches_invoice and view.invoice_id is not None and view.number is not None:
        where, number = f"invoices/{public_id('inv', view.invoice_id)}", view.number
    else:
        return []
    return [
        AttachmentTold(
            filename=f"{number.replace('/', '-')}.pdf",
            content_type="application/pdf",
            url=f"/v1/{where}/pdf",
        )
    ]
