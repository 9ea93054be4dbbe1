"""Withdraw a top-up whose invoice will not be paid, inside a transaction that has locked that."""

from datetime import datetime
from uuid import UUID

from khata.core.top_up import TopUpStatus
from khata.db.transaction import UnitOfWork


def withdraw_top_up(uow: UnitOfWork, invoice_id: UUID, *, at: datetime) -> bool:
    """Let the invoice fill no wallet any more, and say whether it would have."""
    top_up = uow.wallets.top_up_of(invoice_id)
    if top_up is None or top_up.status is not TopUpStatus.WAITING:
        return False
    uow.wallets.finish_top_up(top_up.id, TopUpStatus.WITHDRAWN, at)
    return True
