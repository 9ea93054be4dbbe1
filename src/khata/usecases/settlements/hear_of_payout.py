"""Hear that a gateway has paid out, or that a payout failed: its payouts are asked for at once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.db.stores.settlement_fetches import SettlementFetches
from khata.db.stores.settlements import Settlements, SettlementStatus
from khata.db.transaction import UnitOfWork


@dataclass(frozen=True, slots=True)
class HearOfPayout:
    """`reference` is the gateway's of the payout; `has_failed`: the bank did not take it."""

    account_id: UUID
    reference: str
    has_failed: bool
    at: datetime


def hear_of_payout(uow: UnitOfWork, command: HearOfPayout) -> bool:
    """Make the account's payouts due now; False: the books have it already, and nothing is due.

    Nothing that is told of it is believed: what the gateway lists when it is asked is booked.
    """
    rows, account_id = SettlementFetches(uow.connection), command.account_id
    known = Settlements(uow.connection).named(account_id, command.reference)
    is_booked = known is not None and known.status is SettlementStatus.BOOKED
    if known is not None and is_booked and (not command.has_failed or known.failed_on is not None):
        return False
    if known is not None:
        rows.want(account_id, known.paid_at, command.at)
    elif rows.get(account_id) is not None:
        rows.again(account_id, command.at)
    else:
        account = uow.gateway_accounts.get(account_id)
        assert account is not None, "an event is of an account"
        rows.want(account_id, account.created_at, command.at)
    return True
