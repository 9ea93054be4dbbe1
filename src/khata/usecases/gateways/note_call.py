"""Note how a call to a gateway account went: for all workers, and for its owner."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from khata.core.gateway_account import GatewayAccount
from khata.core.gateway_events import GatewayAccountAiling, GatewayAccountWell
from khata.core.gateway_health import WELL, Trouble, after_trouble, is_to_be_told
from khata.db.retrying import retrying
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.gateways.take_up_payments import take_up_payments


@dataclass(frozen=True, slots=True)
class NoteCall:
    """`account` is as the caller had it; `trouble` None: the gateway answered. `at`: tenant's time.

    None for the account: its gateway needs none, and nothing is noted.
    """

    tenant: UUID
    account: GatewayAccount | None
    trouble: Trouble | None
    at: datetime


def note_call(command: NoteCall, *, db: Database) -> None:
    """Count a call that failed, or begin anew after one that went well.

    That an account which was well is well is no news, and nothing is written. When it is well
    again, what was set aside for its sake is taken up.
    """
    account = command.account
    if account is None or (command.trouble is None and account.health.is_well):
        return
    retrying(db, command.tenant, lambda uow: _noted(uow, account.id, command))


def _noted(uow: UnitOfWork, id: UUID, command: NoteCall) -> None:
    at, trouble = command.at, command.trouble
    account = uow.gateway_accounts.get(id, lock=True)
    if account is None or (trouble is None and account.health.is_well):
        return
    before = account.health
    after = WELL if trouble is None else after_trouble(before, trouble, at=at)
    if trouble is not None and is_to_be_told(after, at=at):
        after = replace(after, told=True)
        told = GatewayAccountAiling(account.id, account.gateway, account.name, trouble)
        uow.events.add([told], at)
    if trouble is None and before.told:
        uow.events.add([GatewayAccountWell(account.id, account.gateway, account.name)], at)
    uow.gateway_accounts.set_health(account.id, after)
    if before.is_ailing and trouble is None:
        take_up_payments(uow, account.id, at=at)
