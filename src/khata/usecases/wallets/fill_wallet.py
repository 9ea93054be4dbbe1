"""Fill a wallet with a top-up that is paid or granted, inside the transaction that holds it."""

from datetime import datetime

from khata.core.fund_events import WalletFilled
from khata.core.ids import new_id
from khata.core.ledger.booking import credit_granted, wallet_filled
from khata.core.periods import day_of
from khata.core.top_up import TopUp, TopUpCause, TopUpStatus
from khata.core.wallet import Grant, GrantKind, Wallet
from khata.db.transaction import UnitOfWork
from khata.usecases.wallets.receive_advance import Received, receive_advance


def fill_wallet(uow: UnitOfWork, wallet: Wallet, top_up: TopUp, *, at: datetime) -> None:
    """Let the money come in, book it and tell it; a top-up fills its wallet once.

    Money for one supply is an advance: its receipt voucher is issued with it. Raises: SeriesFull.
    """
    is_paid = top_up.kind is GrantKind.PAID
    is_advance = is_paid and wallet.tax_code is not None
    grant = Grant(
        top_up.id,
        wallet.id,
        top_up.kind,
        top_up.amount,
        top_up.amount,
        top_up.priority,
        top_up.expires_at,
        top_up.name,
        at,
    )
    cause = "top_up" if is_paid else "granted"
    uow.wallets.add_grant(grant, cause=cause, source_id=top_up.id, at=at)
    if is_advance and _received(uow, wallet, top_up, at):
        uow.wallets.mark_advance(grant.id)
    uow.wallets.finish_top_up(top_up.id, TopUpStatus.FILLED, at)
    entry = (wallet_filled if is_paid else credit_granted)(
        id=new_id(at),
        grant_id=grant.id,
        on=day_of(at, uow.tenants.get().timezone),
        currency=wallet.currency,
        amount=grant.amount,
    )
    uow.books.post([entry], at)
    told = WalletFilled(
        wallet.id,
        wallet.customer_id,
        wallet.currency,
        grant.amount,
        wallet.balance + grant.amount,
        TopUpCause.RECHARGE if top_up.cause is TopUpCause.RECHARGE else cause,
    )
    uow.events.add([told], at)


def _received(uow: UnitOfWork, wallet: Wallet, top_up: TopUp, at: datetime) -> bool:
    assert top_up.invoice_id is not None  # paid top-ups are asked for
    asked = uow.invoices.get(top_up.invoice_id)
    received = Received(top_up.id, top_up.id, asked.registration_id, asked.id, top_up.amount)
    return receive_advance(uow, wallet, received, at=at)
