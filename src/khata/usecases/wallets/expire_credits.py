"""Expire what was not spent in time: one batch of a tenant's due work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.event import Event
from khata.core.fund_events import WalletExpired, WalletLow
from khata.core.ids import new_id
from khata.core.ledger.booking import wallet_expired
from khata.core.ledger.posting import Entry
from khata.core.periods import day_of
from khata.core.wallet import Grant, GrantKind, Wallet, is_low
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.wallets.lapse_advances import lapse_advances


@dataclass(frozen=True, slots=True)
class ExpireCredits:
    tenant: UUID
    at: datetime
    limit: int = 500


def expire_credits(command: ExpireCredits, *, db: Database) -> int:
    """End what expires by now, and book what was left of it; return how many came to an end.

    Prepaid money that nobody may spend any more is income (breakage); what was granted has cost
    nothing in the end.
    """
    at = command.at
    with db.transaction(command.tenant) as uow:
        over = uow.wallets.take_expired(at, limit=command.limit)
        left = [grant for grant in over if grant.remaining]
        before = {wallet.id: wallet for wallet in uow.wallets.of(_wallets_of(left))}
        uow.wallets.move(
            [(one.wallet_id, one.id, -one.remaining, "expired", one.id) for one in left], at
        )
        uow.wallets.expire([grant.id for grant in over], at)
        after = {wallet.id: wallet for wallet in uow.wallets.of(_wallets_of(left))}
        uow.books.post(_booked(uow, left, before, at), at)
        lapse_advances(uow, left, on=day_of(at, uow.tenants.get().timezone), at=at)
        uow.events.add(_told(left, before, after), at)
    return len(over)


def _wallets_of(grants: Sequence[Grant]) -> list[UUID]:
    return list({grant.wallet_id for grant in grants})


def _booked(
    uow: UnitOfWork, grants: Sequence[Grant], wallets: dict[UUID, Wallet], at: datetime
) -> list[Entry]:
    on = day_of(at, uow.tenants.get().timezone)
    return [
        wallet_expired(
            id=new_id(at),
            grant_id=grant.id,
            on=on,
            currency=wallets[grant.wallet_id].currency,
            amount=grant.remaining,
            is_paid=grant.kind is GrantKind.PAID,
        )
        for grant in grants
    ]


def _told(
    grants: Sequence[Grant], before: dict[UUID, Wallet], after: dict[UUID, Wallet]
) -> list[Event]:
    told: list[Event] = []
    for id, wallet in after.items():
        gone = sum(grant.remaining for grant in grants if grant.wallet_id == id)
        told.append(WalletExpired(id, wallet.customer_id, wallet.currency, gone, wallet.balance))
        if is_low(wallet) and not is_low(before[id]):
            told.append(WalletLow(id, wallet.customer_id, wallet.currency, wallet.balance))
    return told
