"""Keep what a customer withheld as TDS, inside the transaction that settles the invoice."""

from datetime import datetime
from uuid import UUID

from khata.core.ids import new_id
from khata.core.periods import day_of
from khata.core.tds import TdsReceivable, TdsStatus, Withheld, quarter_of
from khata.db.stores.invoices import StoredInvoice
from khata.db.stores.tds import TdsReceivables
from khata.db.transaction import UnitOfWork


def keep_withheld(
    uow: UnitOfWork,
    invoice: StoredInvoice,
    withheld: Withheld,
    payment_id: UUID,
    *,
    at: datetime,
) -> None:
    """Store what the state owes now, by the quarter in which it was withheld."""
    today = day_of(at, uow.tenants.get().timezone)
    row = TdsReceivable(
        id=new_id(at),
        invoice_id=invoice.id,
        customer_id=invoice.customer_id,
        payment_id=payment_id,
        amount=withheld.amount,
        currency=invoice.currency,
        section=withheld.section,
        rate=withheld.rate,
        deducted_on=today,
        quarter=quarter_of(today),
        status=TdsStatus.AWAITED,
        created_at=at,
    )
    TdsReceivables(uow.connection).add(row)
