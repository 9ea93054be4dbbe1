"""Let money that comes back to a wallet be an advance again, inside the transaction."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from khata.core.funds import StoredSettlement
from khata.core.ids import new_id
from khata.core.ledger.booking_advances import advance_restored
from khata.core.periods import day_of
from khata.db.transaction import UnitOfWork
from khata.usecases.wallets.receive_advance import Received, receive_advance

Given = tuple[StoredSettlement, int]


def return_advances(
    uow: UnitOfWork,
    given: Sequence[Given],
    *,
    invoice_id: UUID,
    registration_id: UUID,
    source_id: UUID,
    at: datetime,
) -> None:
    """Undo what a void invoice took up; what a note gives back is received anew, by a voucher.

    `source_id` is the void invoice itself, or the credit note. The note takes the tax off the
    invoice, so the money that it leaves in the wallet is an advance that bears tax from that day.
    """
    of_advances = [(part, amount) for part, amount in given if part.advance]
    if not of_advances:
        return
    restored: dict[UUID, int] = defaultdict(int)
    if source_id == invoice_id:
        restored = _restored(uow, invoice_id, at)
    for part, amount in of_advances:
        assert part.wallet_id is not None
        assert part.grant_id is not None
        again = amount - min(restored[part.grant_id], amount)
        restored[part.grant_id] -= amount - again
        if again:
            received = Received(part.grant_id, source_id, registration_id, invoice_id, again)
            receive_advance(uow, uow.wallets.get(part.wallet_id), received, at=at)


def _restored(uow: UnitOfWork, invoice_id: UUID, at: datetime) -> dict[UUID, int]:
    """Return how much of each credit is an advance again as it was before."""
    on = day_of(at, uow.tenants.get().timezone)
    parts = uow.advances.restore(invoice_id, on=on)
    sums: dict[UUID, int] = defaultdict(int)
    for grant, part in parts:
        sums[grant] += part.amount
    if parts:
        entry = advance_restored(
            id=new_id(at),
            invoice_id=invoice_id,
            on=on,
            currency=parts[0][1].currency,
            taxes=[row for _, part in parts for row in part.taxes],
        )
        uow.books.post([] if entry is None else [entry], at)
    return sums
