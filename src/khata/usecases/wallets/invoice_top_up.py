"""Invoice a top-up, inside the transaction that holds its wallet."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from khata.core.events import InvoiceFinalized
from khata.core.ids import new_id, new_ids, public_id
from khata.core.ledger.booking import top_up_asked
from khata.core.periods import day_of
from khata.core.refusal import NotFound
from khata.core.registration import DEFAULT_SERIES
from khata.core.subscription import CollectionMethod
from khata.core.tax.parties import Buyer
from khata.core.terms import SellerTerms
from khata.core.top_up import TopUp, top_up_invoice
from khata.core.wallet import Wallet
from khata.db.stores.recognition import Recognition
from khata.db.transaction import UnitOfWork


def invoice_top_up(
    uow: UnitOfWork, wallet: Wallet, top_up: TopUp, *, method: CollectionMethod, at: datetime
) -> TopUp:
    """Store the invoice that asks for the top-up, and what is told of it.

    Nothing is sold, so nothing is deferred and nothing will be earned of it. Raises: SeriesFull.
    """
    tenant = uow.tenants.get()
    today = day_of(at, tenant.timezone)
    by_hand = method is CollectionMethod.SEND_INVOICE
    seller, buyer, party = _sides(uow, wallet)
    invoice = top_up_invoice(
        wallet,
        top_up,
        seller=seller,
        buyer=buyer,
        buyer_party_id=party,
        method=method,
        days_until_due=tenant.policies.days_until_due if by_hand else 0,
        today=today,
        ids=iter(new_ids(at, 2)),
    )
    asked = replace(top_up, invoice_id=invoice.id)
    uow.wallets.add_top_up(asked)
    entry = top_up_asked(
        id=new_id(at),
        invoice_id=invoice.id,
        on=today,
        currency=invoice.currency,
        amount=invoice.total,
    )
    uow.books.post([entry], at)
    finalized = InvoiceFinalized(
        invoice.id,
        invoice.customer_id,
        None,
        invoice.currency,
        invoice.total,
        method,
        invoice.total,
    )
    uow.events.add([finalized], at)
    uow.invoices.add_lines([invoice])
    Recognition(uow.connection).end(invoice.id)
    uow.invoices.number([invoice], at)
    return asked


def _sides(uow: UnitOfWork, wallet: Wallet) -> tuple[SellerTerms, Buyer, UUID]:
    registration = uow.sellers.default()
    customer = uow.customers.get(wallet.customer_id)
    if customer is None:
        raise NotFound("customer", public_id("cus", wallet.customer_id))
    tenant = uow.tenants.get()
    seller = SellerTerms(
        registration.id,
        registration.party_id,
        registration.seller,
        registration.series["invoice"],
        tenant.livemode,
        request_series={**DEFAULT_SERIES, **registration.series}["payment_request"],
    )
    return seller, Buyer(customer.country, customer.state), customer.party_id
