"""Recharge a wallet that is low, by an invoice that is collected like any other."""

from datetime import datetime
from uuid import UUID

from khata.core.ids import new_id
from khata.core.subscription import CollectionMethod
from khata.core.top_up import TopUp, TopUpCause
from khata.core.wallet import GrantKind, is_low
from khata.db.transaction import UnitOfWork
from khata.usecases.wallets.invoice_top_up import invoice_top_up


def recharge_wallet(uow: UnitOfWork, wallet_id: UUID, *, at: datetime) -> None:
    """Ask for the amount that the wallet's owner agreed on, where it is still low.

    One recharge at a time: while one waits to be paid, there is no other.
    """
    wallet = uow.wallets.lock(wallet_id)
    if not is_low(wallet) or uow.wallets.is_recharging(wallet.id):
        return
    assert wallet.recharge_amount is not None
    top_up = TopUp(
        id=new_id(at),
        wallet_id=wallet.id,
        invoice_id=None,
        kind=GrantKind.PAID,
        amount=wallet.recharge_amount,
        priority=50,
        expires_at=None,
        name=None,
        cause=TopUpCause.RECHARGE,
        created_at=at,
    )
    method = CollectionMethod.CHARGE_AUTOMATICALLY
    invoice_top_up(uow, wallet, top_up, method=method, at=at)
