"""Issue the receipt voucher of an advance, inside the transaction in which its money comes."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from khata.core.advance import (
    Character,
    Voucher,
    character_of,
    tax_within,
    undetermined,
    voucher_told,
)
from khata.core.customer import Customer
from khata.core.document_kind import DocumentKind
from khata.core.ids import new_id, public_id
from khata.core.ledger.booking_advances import advance_received
from khata.core.numbering import financial_year
from khata.core.periods import day_of
from khata.core.refusal import NotFound, Refusal
from khata.core.registration import DEFAULT_SERIES, Registration
from khata.core.tax.place_of_supply import Treatment
from khata.core.wallet import Wallet
from khata.db.stores.abroad import abroad_of_customer
from khata.db.stores.due import DueWork
from khata.db.transaction import UnitOfWork


@dataclass(frozen=True, slots=True)
class Received:
    """Money that came into a wallet: for which credit of it, and by what."""

    grant_id: UUID
    source_id: UUID
    registration_id: UUID
    invoice_id: UUID
    amount: int


def receive_advance(uow: UnitOfWork, wallet: Wallet, received: Received, *, at: datetime) -> bool:
    """Issue the voucher, book its tax and tell it; answer False where there is no voucher.

    There is none where the wallet's money may be spent on anything, and where the seller charges
    no GST. The wallet is locked. Raises: SeriesFull.
    Source: CGST Act s.13(2), s.31(3)(d); CGST Rules, rule 50; Circular 243/37/2024-GST.
    """
    if wallet.tax_code is None:
        return False
    seller = uow.sellers.get(received.registration_id)
    if seller is None:
        raise NotFound("registration", public_id("reg", received.registration_id))
    if seller.gstin is None:
        return False
    voucher = _voucher(uow, wallet, seller, received, at=at)
    if voucher.supply.treatment is Treatment.OUT_OF_SCOPE:
        return False
    entry = advance_received(
        id=new_id(at),
        voucher_id=voucher.id,
        on=voucher.issued_on,
        currency=voucher.currency,
        taxes=voucher.taxes,
    )
    uow.books.post([] if entry is None else [entry], at)
    uow.events.add([voucher_told(voucher)], at)
    uow.advances.issue([voucher], at)
    return True


def _voucher(
    uow: UnitOfWork, wallet: Wallet, seller: Registration, received: Received, *, at: datetime
) -> Voucher:
    assert wallet.tax_code is not None
    customer = uow.customers.get(wallet.customer_id)
    if customer is None:
        raise NotFound("customer", public_id("cus", wallet.customer_id))
    today = day_of(at, uow.tenants.get().timezone)
    found = _character(uow, wallet.tax_code, seller, customer, at=at)
    net, taxes = tax_within(received.amount, found.heads)
    exchange = uow.tax_facts.on(today).exchange_rate(wallet.currency, today)
    return Voucher(
        id=new_id(at),
        kind=DocumentKind.RECEIPT_VOUCHER,
        registration_id=seller.id,
        customer_id=customer.id,
        wallet_id=wallet.id,
        grant_id=received.grant_id,
        source_id=received.source_id,
        invoice_id=received.invoice_id,
        receipt_id=None,
        series={**DEFAULT_SERIES, **seller.series}["receipt_voucher"],
        financial_year=financial_year(today, seller.country),
        currency=wallet.currency,
        description=f"Advance received into the wallet {wallet.name}",
        tax_code=wallet.tax_code,
        nature=found.nature,
        net=net,
        taxes=taxes,
        total=received.amount,
        issued_on=today,
        supply=found.supply,
        seller_party_id=seller.party_id,
        buyer_party_id=customer.party_id,
        exchange_rate=None if exchange is None else exchange.rate,
    )


def _character(
    uow: UnitOfWork, tax_code: str, seller: Registration, customer: Customer, *, at: datetime
) -> Character:
    """Return what the advance is; what cannot be told any more does not stop money that is here.

    Where another state's tax is what cannot be told (no registration there, say), India's still
    can: an export stays one.
    """
    on = day_of(at, uow.tenants.get().timezone)
    abroad = abroad_of_customer(uow.connection, customer.id)
    buyer = replace(customer.buyer, abroad=abroad)
    work = DueWork(uow.connection)
    try:
        return character_of(work.terms_for(seller.id, buyer, on=on), tax_code)
    except Refusal:
        try:
            return character_of(work.terms_for(seller.id, buyer, on=on, at_home=True), tax_code)
        except Refusal as refusal:
            return undetermined(customer.buyer, refusal)
