"""Lists of wallets, top-ups, credits and entries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from khata.core.top_up import TopUp
from khata.core.wallet import Grant, Wallet
from khata.db.reads.lists import Filter, Listing
from khata.db.stores.wallets import (
    GRANT_FIELDS,
    TOP_UP_FIELDS,
    WALLET_FIELDS,
    grant_of,
    top_up_of,
)

_OF_WALLET = {"wallet": Filter("wallet_id = %s", prefix="wal", refers="wallets", what="wallet")}


@dataclass(frozen=True, slots=True)
class WalletEntryView:
    """One change of a wallet, with what it left."""

    id: UUID
    wallet_id: UUID
    grant_id: UUID
    amount: int
    cause: str
    source_id: UUID
    grant_remaining: int
    balance: int
    created_at: datetime


def _wallet(row: dict[str, Any]) -> Wallet:
    return Wallet(**row)


def _entry(row: dict[str, Any]) -> WalletEntryView:
    return WalletEntryView(**row)


WALLETS: Listing[Wallet] = Listing(
    source="wallets",
    fields=WALLET_FIELDS,
    of=_wallet,
    prefix="wal",
    what="wallet",
    filters={
        "customer": Filter("customer_id = %s", prefix="cus", refers="customers", what="customer")
    },
)

TOP_UPS: Listing[TopUp] = Listing(
    source="wallet_top_ups",
    fields=TOP_UP_FIELDS,
    of=top_up_of,
    prefix="tu",
    what="top-up",
    filters=_OF_WALLET,
)

WALLET_CREDITS: Listing[Grant] = Listing(
    source="wallet_grants",
    fields=GRANT_FIELDS,
    of=grant_of,
    prefix="wg",
    what="wallet credit",
    filters=_OF_WALLET,
)

WALLET_ENTRIES: Listing[WalletEntryView] = Listing(
    source="wallet_entries",
    fields="id, wallet_id, grant_id, amount, cause, source_id, grant_remaining, balance,"
    " created_at",
    of=_entry,
    prefix="wle",
    what="wallet entry",
    filters=_OF_WALLET,
)
