"""Check that an advance may be asked for: that its tax can be told once the money is here."""

from dataclasses import replace
from datetime import datetime

from khata.core.advance import character_of, check_vat
from khata.core.periods import day_of
from khata.core.wallet import Wallet
from khata.db.stores.abroad import abroad_of_customer
from khata.db.stores.due import DueWork
from khata.db.transaction import UnitOfWork


def check_advance(uow: UnitOfWork, wallet: Wallet, *, at: datetime) -> None:
    """Refuse an advance whose tax could not be told; a wallet for anything is none.

    Raises: VatDueOnAdvance, StateRequired and the other refusals of a place of supply.
    """
    if wallet.tax_code is None:
        return
    customer = uow.customers.get(wallet.customer_id)
    assert customer is not None
    on = day_of(at, uow.tenants.get().timezone)
    seller = uow.sellers.default()
    abroad = abroad_of_customer(uow.connection, customer.id)
    buyer = replace(customer.buyer, abroad=abroad)
    terms = DueWork(uow.connection).terms_for(seller.id, buyer, on=on)
    check_vat(terms.supply)
    character_of(terms, wallet.tax_code)
