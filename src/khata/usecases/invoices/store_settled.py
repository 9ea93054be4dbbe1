"""Store what customers' own funds paid of new invoices, inside the transaction that makes them."""

from collections.abc import Sequence
from datetime import datetime

from khata.core.fund_events import WalletLow
from khata.core.settling import Settled, wallets_of
from khata.db.transaction import UnitOfWork
from khata.usecases.wallets.take_up_advances import take_up_advances


def store_settled(uow: UnitOfWork, settled: Sequence[Settled], at: datetime) -> None:
    """Spend the funds, which are locked, book it, and tell which wallets are low now."""
    if not settled:
        return
    uow.funds.store(settled, at)
    uow.books.post([one.entry for one in settled], at)
    take_up_advances(uow, settled, at)
    wallets = wallets_of(settled)
    low = uow.wallets.low_of(wallets) if wallets else []
    uow.events.add(
        [WalletLow(one.id, one.customer_id, one.currency, one.balance) for one in low], at
    )
