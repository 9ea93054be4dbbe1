"""Keep what came beyond an invoice as an advance for services, in a wallet of the customer."""

from datetime import datetime
from typing import Final
from uuid import UUID

from khata.core.fund_events import WalletFilled
from khata.core.ids import new_id, public_id
from khata.core.refusal import NotFound
from khata.core.wallet import Grant, GrantKind, Wallet
from khata.db.stores.invoices import StoredInvoice
from khata.db.transaction import UnitOfWork
from khata.usecases.wallets.receive_advance import Received, receive_advance

_NAME: Final = "On account"
_CAUSE: Final = "over_payment"


def keep_as_advance(
    uow: UnitOfWork,
    invoice: StoredInvoice,
    surplus: int,
    *,
    purpose: str,
    payment_id: UUID,
    at: datetime,
) -> None:
    """Let a surplus come into the customer's wallet for this service, with its receipt voucher.

    Where there is no such wallet one is opened; the customer is locked, so that two at once open
    one. The caller books the money; the tax inside it is booked here. Raises: NotFound, SeriesFull.
    """
    wallet = _wallet(uow, invoice, purpose, at)
    grant = Grant(new_id(at), wallet.id, GrantKind.PAID, surplus, surplus, 50, None, None, at)
    uow.wallets.add_grant(grant, cause=_CAUSE, source_id=payment_id, at=at)
    received = Received(grant.id, payment_id, invoice.registration_id, invoice.id, surplus)
    if receive_advance(uow, wallet, received, at=at):
        uow.wallets.mark_advance(grant.id)
    told = WalletFilled(
        wallet.id,
        wallet.customer_id,
        wallet.currency,
        surplus,
        wallet.balance + surplus,
        _CAUSE,
    )
    uow.events.add([told], at)


def _wallet(uow: UnitOfWork, invoice: StoredInvoice, purpose: str, at: datetime) -> Wallet:
    if uow.customers.lock(invoice.customer_id) is None:
        raise NotFound("customer", public_id("cus", invoice.customer_id))
    found = uow.wallets.lock_for(invoice.customer_id, invoice.currency, purpose)
    if found is not None:
        return found
    wallet = Wallet(
        id=new_id(at),
        customer_id=invoice.customer_id,
        currency=invoice.currency,
        name=_NAME,
        priority=50,
        balance=0,
        recharge_below=None,
        recharge_amount=None,
        metadata={},
        created_at=at,
        tax_code=purpose,
    )
    uow.wallets.add(wallet)
    return wallet
