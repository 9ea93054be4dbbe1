"""Recharge a wallet that is low, by an invoice that is collected like any other."""

from datetime import datetime
from uuid import UUID

import structlog

from khata.core.advance import VatDueOnAdvance
from khata.core.ids import new_id, public_id
from khata.core.refusal import Refusal
from khata.core.subscription import CollectionMethod
from khata.core.top_up import TopUp, TopUpCause
from khata.core.wallet import GrantKind, Wallet, is_low
from khata.db.transaction import UnitOfWork
from khata.usecases.wallets.check_advance import check_advance
from khata.usecases.wallets.invoice_top_up import invoice_top_up

_log = structlog.get_logger()


def recharge_wallet(uow: UnitOfWork, wallet_id: UUID, *, at: datetime) -> None:
    """Ask for the amount that the wallet's owner agreed on, where it is still low.

    One recharge at a time: while one waits to be paid, there is no other. An advance on which VAT
    would be due is not asked for: the wallet stays low, as `wallet.low` has told.
    """
    wallet = uow.wallets.lock(wallet_id)
    if not is_low(wallet) or uow.wallets.is_recharging(wallet.id):
        return
    if (reason := _vat_due(uow, wallet, at)) is not None:
        _log.warning("no_recharge", wallet=public_id("wal", wallet.id), reason=reason)
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


def _vat_due(uow: UnitOfWork, wallet: Wallet, at: datetime) -> str | None:
    try:
        check_advance(uow, wallet, at=at)
    except VatDueOnAdvance as refusal:
        return refusal.detail
    except Refusal:
        return None  # what else cannot be told does not stop it: the voucher says so
    return None
