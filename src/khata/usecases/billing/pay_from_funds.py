"""Pay new invoices from their customers' own funds, before any gateway is asked."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from khata.core.ids import new_id
from khata.core.renewal import Renewal
from khata.core.renewal_funds import renewal_paid_from
from khata.db.transaction import UnitOfWork
from khata.usecases.credit_notes.give_credit import give_credit


def pay_from_funds(
    uow: UnitOfWork, renewals: Sequence[Renewal], funded: Collection[UUID], at: datetime
) -> Sequence[Renewal]:
    """Return the renewals as their customers' funds leave them, unstored.

    What a change gives back is given first, so that it pays the charge of the same change.
    `funded` are the customers known to have something: of the others nobody asks.
    """
    notes = [note for renewal in renewals for note in renewal.notes]
    if notes:
        give_credit(uow, notes, at)
    if not funded and not notes:
        return renewals
    credited = {note.invoice.customer_id for note in notes}
    owners = {
        r.invoice.customer_id
        for r in renewals
        if r.invoice is not None
        and (r.invoice.customer_id in funded or r.invoice.customer_id in credited)
    }
    if not owners:
        return renewals
    purses = uow.funds.lock_of(sorted(owners))
    ids = iter(lambda: new_id(at), None)
    return [renewal_paid_from(renewal, purses, at=at, ids=ids) for renewal in renewals]
