"""How visits and links stand, as pages and the API tell it."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from khata.core.invoice import InvoiceStatus
from khata.core.links import LinkStatus, PaymentLink, SetupLink
from khata.db.reads.lists import Filter, Listing
from khata.db.rows import Connection
from khata.db.stores.setup_links import setup_link_of


@dataclass(frozen=True, slots=True)
class PaymentLinkView:
    """A payment link beside its invoice; `amount_due` in minor units."""

    link: PaymentLink
    invoice: InvoiceStatus
    currency: str
    amount_due: int
    at: datetime

    @property
    def status(self) -> LinkStatus:
        return self.link.status_at(self.at, self.invoice)


_OF_LINK = tuple(field.name for field in fields(PaymentLink))


def payment_links(at: datetime) -> Listing[PaymentLinkView]:
    """Return the list of payment links as they stand at an instant."""

    def of(row: dict[str, Any]) -> PaymentLinkView:
        link = PaymentLink(**{name: row[name] for name in _OF_LINK})
        return PaymentLinkView(
            link, InvoiceStatus(row["invoice_status"]), row["currency"], row["amount_due"], at
        )

    return Listing(
        source="""(select l.*, i.status as invoice_status, i.currency,
                          case when i.status = 'open'
                               then i.total - i.amount_paid - i.amount_credited else 0 end
                            as amount_due
                     from payment_links l
                     join invoices i on i.tenant_id = l.tenant_id and i.id = l.invoice_id) l""",
        fields="id, invoice_id, token, return_url, expires_at, canceled_at, created_at,"
        " invoice_status, currency, amount_due",
        of=of,
        prefix="plink",
        what="payment link",
        filters={
            "invoice": Filter("invoice_id = %s", prefix="inv", refers="invoices", what="invoice")
        },
    )


SETUP_LINKS: Listing[SetupLink] = Listing(
    source="setup_links",
    fields="id, customer_id, token, kind, return_url, mandate, expires_at, canceled_at,"
    " payment_method_id, created_at, mandate_id",
    of=lambda row: setup_link_of(tuple(row.values())),
    prefix="slink",
    what="setup link",
    filters={
        "customer": Filter("customer_id = %s", prefix="cus", refers="customers", what="customer")
    },
)


def money_of(connection: Connection, attempt_id: UUID) -> str:
    """Say what became of a visit's money: paid, pending, returned (nothing was owed) or none."""
    row = connection.execute(
        "select status, exists (select from refunds r where r.attempt_id = a.id"
        " and r.reason = 'nothing_owed') from attempts a where id = %s",
        [attempt_id],
    ).fetchone()
    if row is None or row[0] == "failed":
        return "none"
    if row[1]:
        return "returned"
    return "paid" if row[0] == "succeeded" else "pending"
