"""Retry after a new payment method: what was not paid is tried again at once."""

from datetime import datetime
from uuid import UUID

from khata.db.transaction import UnitOfWork


def retry_after_new_method(uow: UnitOfWork, customer_id: UUID, at: datetime) -> int:
    """Make the customer's waiting and given-up payments due now and return how many.

    The count of declines begins anew: the declines were the other card's.
    """
    return uow.payments.try_again(customer_id, at)
