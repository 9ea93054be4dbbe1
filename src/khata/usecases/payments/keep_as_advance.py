"""Keep what came beyond an invoice as an advance for services, in a wallet of the customer."""

from datetime import datetime
from typing import Final
from uuid import UUID

from khata.core.fund_events import WalletFilled
from khata.core.ids import new_id, public_id
from khata.core.over_payment import purpose_of, tax_may_wait
from khata.core.policies import OverPayment
from khata.core.refusal import NotFound
from khata.core.wallet import Grant, GrantKind, Wallet
from khata.db.stores.invoices import StoredInvoice
from khata.db.transaction import UnitOfWork
from khata.usecases.wallets.receive_advance import Received, receive_advance

_NAME: Final = "On account"
_CAUSE: Final = "over_payment"


def advance_purpose(uow: UnitOfWork, invoice: StoredInvoice, surplus: int) -> str | None:
    """Return the code of the service that a surplus is an advance for; None: it is credit.

    `surplus` is in minor units. It is credit where the policy does not say otherwise, where the
    tax may wait for the next invoice, where goods alone are billed, where a wallet for anything
    is topped up, and where the seller charges no GST.
    Source: CGST Act s.13(2) with its proviso; Notification 66/2017-CT.
    """
    if surplus <= 0 or uow.tenants.get().policies.over_payment is not OverPayment.ADVANCE:
        return None
    if tax_may_wait(surplus, invoice.currency):
        return None
    seller = uow.sellers.get(invoice.registration_id)
    if seller is None or seller.gstin is None:
        return None
    top_up = uow.wallets.top_up_of(invoice.id)
    if top_up is not None:
        return uow.wallets.get(top_up.wallet_id).tax_code
    return purpose_of(uow.invoices.tax_codes(invoice.id))


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
