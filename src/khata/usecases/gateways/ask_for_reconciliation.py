"""Ask for a day of a gateway account to be compared, now."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from khata.core.ids import public_id
from khata.core.periods import day_of
from khata.core.refusal import NotFound, Refusal
from khata.db.stores.reconciliations import Reconciliations
from khata.db.transaction import Database


class DayNotOver(Refusal):
    """A day is compared once it is over: until then more may happen on it."""


@dataclass(frozen=True, slots=True)
class AskForReconciliation:
    """`id` names the day's row, should there be none yet."""

    tenant: UUID
    id: UUID
    account_id: UUID
    day: date
    at: datetime


def ask_for_reconciliation(command: AskForReconciliation, *, db: Database) -> None:
    """Make the day due at once; compared before, it is compared anew.

    Raises: NotFound (account), DayNotOver.
    """
    with db.transaction(command.tenant) as uow:
        if uow.gateway_accounts.get(command.account_id) is None:
            raise NotFound("gateway account", public_id("ga", command.account_id))
        today = day_of(command.at, uow.tenants.get().timezone)
        if command.day >= today:
            raise DayNotOver(f"{command.day} is not over; today is {today}", param="day")
        rows = Reconciliations(uow.connection)
        rows.want(command.id, command.account_id, command.day, command.at)
