"""Ask for an account's payouts to be fetched, now."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from khata.core.ids import public_id
from khata.core.periods import day_of, start_of_day
from khata.core.refusal import NotFound, Refusal
from khata.db.stores.settlement_fetches import SettlementFetches
from khata.db.transaction import Database
from khata.ports.gateways import Gateways
from khata.ports.settlements import settlements_of


class NoSettlementsTold(Refusal):
    """This gateway tells no payouts."""


class DayToCome(Refusal):
    """A payout of a day to come was not made yet."""


@dataclass(frozen=True, slots=True)
class AskForSettlements:
    """`since` is a day of the tenant's calendar; None: from where the last answer ended."""

    tenant: UUID
    account_id: UUID
    at: datetime
    since: date | None = None


def ask_for_settlements(command: AskForSettlements, *, db: Database, gateways: Gateways) -> None:
    """Make the account's payouts due at once: the next round of work fetches them.

    Raises: NotFound (account), NoSettlementsTold, DayToCome.
    """
    tenant, at, id = command.tenant, command.at, command.account_id
    with db.transaction(tenant) as uow:
        account = uow.gateway_accounts.get(id)
        if account is None:
            raise NotFound("gateway account", public_id("ga", id))
        gateway = gateways.of(account.gateway, account)
        if gateway is not None and settlements_of(gateway) is None:
            raise NoSettlementsTold(f"{account.gateway} tells no payouts")
        zone = uow.tenants.get().timezone
        since = account.created_at
        if command.since is not None:
            if command.since > day_of(at, zone):
                raise DayToCome(f"{command.since} is still to come", param="since")
            since = start_of_day(command.since, zone)
        rows = SettlementFetches(uow.connection)
        if command.since is None and rows.get(id) is not None:
            rows.again(id, at)
        else:
            rows.want(id, since, at)
