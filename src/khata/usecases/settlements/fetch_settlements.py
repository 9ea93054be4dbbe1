"""Fetch the payouts of a gateway account, and book each that is new."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from khata.core.gateway_account import GatewayAccount
from khata.db.retrying import retrying
from khata.db.stores.settlement_fetches import SettlementFetch, SettlementFetches
from khata.db.stores.settlements import Settlements
from khata.db.transaction import Database, UnitOfWork
from khata.ports.gateway import AnswerLost, Gateway, NotReached
from khata.ports.gateways import Gateways
from khata.ports.settlements import failed_settlements_of, settlements_of
from khata.usecases.settlements.book_settlement import BookSettlement, book_settlement
from khata.usecases.settlements.fail_settlement import FailSettlement, fail_settlement
from khata.usecases.settlements.find_lines import find_lines
from khata.usecases.settlements.match_bank_lines import match_bank_lines

# A payout may be listed days after the time that it bears.
_LISTED_WITHIN = timedelta(days=7)
_AFTER_NO_ANSWER = timedelta(hours=1)
_DAILY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FetchSettlements:
    tenant: UUID
    fetch: SettlementFetch
    at: datetime


def fetch_settlements(command: FetchSettlements, *, db: Database, gateways: Gateways) -> int | None:
    """Ask for payouts, and book each in a transaction of its own; return how many were new.

    None: there was no answer now, or the gateway tells no payouts. What is broken off goes on with
    the next ask: what is booked is left out. A payout is one row, however many fetch at once.
    """
    tenant, fetch, at = command.tenant, command.fetch, command.at
    with db.transaction(tenant) as uow:
        account = uow.gateway_accounts.get(fetch.account_id)
        since = fetch.since - _LISTED_WITHIN
        known = Settlements(uow.connection).known(fetch.account_id, since - _LISTED_WITHIN)
    assert account is not None, "payouts are of an account"
    gateway = gateways.of(account.gateway, account)
    if gateway is not None and settlements_of(gateway) is None:
        _write(command, db, found=0, next=None)
        return None
    found = new = 0
    try:
        if gateway is None:
            raise NotReached
        told = settlements_of(gateway)
        assert told is not None, "it was asked above"
        for seen in told.settlements_between(since, at, but=known):
            new += _booked(db, tenant, BookSettlement(account, seen, at))
            found += 1
        new += _take_back(command, account, gateway, db=db)
    except (NotReached, AnswerLost):
        with db.transaction(tenant) as uow:
            rows = SettlementFetches(uow.connection)
            rows.put_off(fetch.account_id, at + _AFTER_NO_ANSWER)
        return None
    _write(command, db, found=found, next=at + _DAILY)
    retrying(db, tenant, lambda uow: find_lines(uow, account.id, at=at))
    if new:
        retrying(db, tenant, lambda uow: match_bank_lines(uow, at=at))
    return new


def _booked(db: Database, tenant: UUID, command: BookSettlement) -> bool:
    return retrying(db, tenant, lambda uow: book_settlement(uow, command))


def _take_back(
    command: FetchSettlements, account: GatewayAccount, gateway: Gateway, *, db: Database
) -> int:
    """Ask which payouts failed, book them back, and return how many nobody had heard of.

    What failed before anybody heard of it was paid out, too: it is booked first.
    """
    tenant, at, since = command.tenant, command.at, command.fetch.since - _LISTED_WITHIN
    told = failed_settlements_of(gateway)
    if told is None:
        return 0
    with db.transaction(tenant) as uow:
        known = Settlements(uow.connection).known_failed(account.id, since - _LISTED_WITHIN)
    new = 0
    for seen in told.failed_between(since, at, but=known):
        new += _booked(db, tenant, BookSettlement(account, seen, at))
        _failed(db, tenant, FailSettlement(account.id, seen, at))
    return new


def _failed(db: Database, tenant: UUID, command: FailSettlement) -> bool:
    return retrying(db, tenant, lambda uow: fail_settlement(uow, command))


def _write(command: FetchSettlements, db: Database, *, found: int, next: datetime | None) -> None:
    """Note the answer; live accounts are asked again the day after, for a test clock never."""
    at, account_id = command.at, command.fetch.account_id

    def write(uow: UnitOfWork) -> None:
        oldest = Settlements(uow.connection).oldest_quarantined(account_id)
        SettlementFetches(uow.connection).done(
            account_id,
            found=found,
            since=min(at, oldest) if oldest else at,
            at=at,
            next=next if uow.tenants.get().livemode else None,
            taken_until=command.fetch.next_try_at,
        )

    retrying(db, command.tenant, write)
