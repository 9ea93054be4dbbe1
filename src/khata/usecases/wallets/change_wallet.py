"""Change a wallet: its name, its turn, and when it tops itself up."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from khata.core.fund_events import WalletLow
from khata.core.wallet import Wallet, check_recharge, is_low
from khata.db.transaction import Database


class WalletChanges(TypedDict, total=False):
    name: str
    priority: int
    recharge_below: int | None
    recharge_amount: int | None
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ChangeWallet:
    tenant: UUID
    id: UUID
    at: datetime
    changes: WalletChanges


def change_wallet(command: ChangeWallet, *, db: Database) -> Wallet:
    """Write what is given; what is low by a new threshold tops itself up at once.

    Raises: NotFound, RechargeIncomplete.
    """
    with db.transaction(command.tenant) as uow:
        before = uow.wallets.lock(command.id)
        after = replace(before, **command.changes)
        check_recharge(after.recharge_below, after.recharge_amount)
        uow.wallets.change(after)
        if is_low(after) and not is_low(before):
            low = WalletLow(after.id, after.customer_id, after.currency, after.balance)
            uow.events.add([low], command.at)
    return after
