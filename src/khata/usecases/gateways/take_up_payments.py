"""Take up payments that were set aside because of their gateway account, now that it is there."""

from datetime import datetime
from typing import Final
from uuid import UUID

from khata.db.transaction import UnitOfWork

# Why a payment waits for its account; docs/gateway_accounts.md says them in words.
_CODES: Final = (
    "gateway_account_disabled",
    "gateway_account_unreadable",
    "gateway_account_ailing",
    "gateway_not_reached",  # a week of attempts that never arrived
)


def take_up_payments(uow: UnitOfWork, account_id: UUID, *, at: datetime) -> int:
    """Make due, inside the caller's transaction, what waits for this account; return how many.

    The account is locked. What is set aside is taken by nobody else, so no lock is waited for.
    """
    waiting = uow.parked.payments(_CODES)
    ways = uow.payments.ways_to_pay([invoice for _, invoice in waiting])
    ours = [
        payment
        for payment, invoice in waiting
        if invoice in ways and ways[invoice].account_id == account_id
    ]
    uow.payments.give_back_all(ours, at)
    uow.parked.end("payment", ours, at)
    return len(ours)
