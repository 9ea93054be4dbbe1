"""Fill the wallet that an invoice tops up, when the invoice is paid."""

from datetime import datetime
from uuid import UUID

from khata.core.top_up import TopUpStatus
from khata.db.transaction import UnitOfWork
from khata.usecases.wallets.fill_wallet import fill_wallet


def fill_by_invoice(uow: UnitOfWork, invoice_id: UUID, *, at: datetime) -> None:
    """Fill the wallet, once; an invoice that tops up none is passed by. The invoice is locked.

    Money for a top-up that was withdrawn meanwhile does not come here: its invoice is void.
    """
    top_up = uow.wallets.top_up_of(invoice_id)
    if top_up is not None and top_up.status is TopUpStatus.WAITING:
        fill_wallet(uow, uow.wallets.lock(top_up.wallet_id), top_up, at=at)
