"""Return funds that paid an invoice which turned out not to be owed, to where they came from."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from khata.core.funds import Returned, Source, return_order
from khata.core.ids import new_id
from khata.core.ledger.accounts import Account
from khata.core.ledger.booking import funds_returned
from khata.core.periods import day_of
from khata.db.transaction import UnitOfWork
from khata.usecases.wallets.return_advances import return_advances


class Paid(Protocol):
    """An invoice, as far as giving back asks about it."""

    @property
    def id(self) -> UUID: ...
    @property
    def customer_id(self) -> UUID: ...
    @property
    def currency(self) -> str: ...
    @property
    def registration_id(self) -> UUID: ...


def return_funds(
    uow: UnitOfWork,
    invoice: Paid,
    amount: int,
    *,
    cause: str,
    source_id: UUID,
    owed_by: Account,
    at: datetime,
) -> Returned:
    """Give back at most `amount` of what funds paid of a locked invoice, the last spent first.

    The invoice's own figures are the caller's to change. What goes back to a wallet credit that
    has expired since is spendable no more, and expires at once. What the credit balance paid is
    given back here only where `owed_by` is the receivable; of a credit note the caller gives it.
    """
    parts = return_order(uow.funds.of_invoice(invoice.id), amount)
    on = day_of(at, uow.tenants.get().timezone)
    back = Returned.of(parts)
    if owed_by is Account.RECEIVABLE and back.credit:
        uow.credit.give(invoice.customer_id, invoice.currency, back.credit, cause, source_id, at)
    for part, given in parts:
        uow.funds.count_returned(invoice.id, part.position, given)
        if part.source is Source.WALLET:
            assert part.wallet_id is not None
            assert part.grant_id is not None
            uow.wallets.lock(part.wallet_id)
            uow.wallets.move([(part.wallet_id, part.grant_id, given, cause, source_id)], at)
            uow.wallets.expire_again(part.grant_id, at)
    return_advances(
        uow,
        parts,
        invoice_id=invoice.id,
        registration_id=invoice.registration_id,
        source_id=source_id,
        at=at,
    )
    entry = funds_returned(
        id=new_id(at),
        source_id=source_id,
        on=on,
        currency=invoice.currency,
        owed_by=owed_by,
        credit=back.credit,
        prepaid=back.prepaid,
        granted=back.granted,
    )
    if entry is not None:
        uow.books.post([entry], at)
    return back
