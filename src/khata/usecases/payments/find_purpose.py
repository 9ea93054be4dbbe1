"""Find for which service money beyond an invoice is an advance, if it is one."""

from khata.core.advance import bears_vat
from khata.core.over_payment import purpose_of, tax_may_wait
from khata.core.policies import OverPayment
from khata.db.stores.invoices import StoredInvoice
from khata.db.stores.originals import issued_as
from khata.db.transaction import UnitOfWork


def find_purpose(uow: UnitOfWork, invoice: StoredInvoice, surplus: int) -> str | None:
    """Return the code of the service that a surplus is an advance for; None: it is credit.

    `surplus` is in minor units. It is credit where the policy does not say otherwise, where the
    tax may wait for the next invoice, where goods alone are billed, where a wallet for anything
    is topped up, where the seller charges no GST, and where the invoice bears VAT of a state: that
    would fall due on an advance, too, and vouchers tell GST alone.
    Source: CGST Act s.13(2) with its proviso; Notification 66/2017-CT; Directive 2006/112/EC
    article 65.
    """
    if surplus <= 0 or uow.tenants.get().policies.over_payment is not OverPayment.ADVANCE:
        return None
    if tax_may_wait(surplus, invoice.currency):
        return None
    seller = uow.sellers.get(invoice.registration_id)
    if seller is None or seller.gstin is None:
        return None
    if bears_vat(issued_as(uow.connection, invoice.id).supply):
        return None
    top_up = uow.wallets.top_up_of(invoice.id)
    if top_up is not None:
        return uow.wallets.get(top_up.wallet_id).tax_code
    return purpose_of(uow.invoices.tax_codes(invoice.id))
