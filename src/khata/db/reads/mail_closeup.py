"""One mail, as it was written."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from khata.db.reads.views import view

Connection = psycopg.Connection[TupleRow]


@dataclass(frozen=True, slots=True)
class MailCloseup:
    id: UUID
    kind: str
    recipient: str
    sender: str
    subject: str
    html: str
    text: str
    attaches_invoice: bool
    status: str
    error: str | None
    created_at: datetime
    sent_at: datetime | None
    customer_id: UUID | None
    invoice_id: UUID | None
    subscription_id: UUID | None


def mail(connection: Connection, id: UUID) -> MailCloseup | None:
    return view(
        connection,
        MailCloseup,
        """
        select id, kind, recipient, sender, subject, html, text, attaches_invoice, status, error,
               created_at, sent_at, customer_id, invoice_id, subscription_id
          from mails where id = %(id)s
        """,
        id=id,
    )
