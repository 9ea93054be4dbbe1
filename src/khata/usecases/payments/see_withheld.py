"""See whether what a customer says it withheld can be TDS of an invoice."""

from datetime import datetime

from khata.core.periods import day_of
from khata.core.tds import Withheld, check_withheld
from khata.db.stores.invoices import StoredInvoice
from khata.db.stores.revising import collected_as
from khata.db.stores.tds import TdsReceivables
from khata.db.transaction import UnitOfWork


def see_withheld(
    uow: UnitOfWork, invoice: StoredInvoice, withheld: Withheld, *, at: datetime
) -> None:
    """Refuse what cannot be TDS of this invoice, which is locked.

    Raises: TdsNotPossible, TdsTooHigh.
    """
    rows = TdsReceivables(uow.connection)
    seller = uow.sellers.get(invoice.registration_id)
    buyer = uow.customers.get(invoice.customer_id)
    assert seller is not None
    assert buyer is not None
    check_withheld(
        withheld,
        owed=invoice.payable,
        taxable=rows.taxable_of(invoice.id),
        before=sum(rows.withheld_of(one) for one in collected_as(uow.connection, invoice.id)),
        currency=invoice.currency,
        seller_country=seller.country,
        buyer_country=buyer.country,
        on=day_of(at, uow.tenants.get().timezone),
    )
