"""Let invoices take up the advances that pay them, inside the transaction that makes them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from khata.core.advance import OpenAdvance, Part, take_up
from khata.core.ids import new_id
from khata.core.invoice import Invoice
from khata.core.ledger.booking_advances import advance_taken_up
from khata.core.settling import Settled
from khata.db.transaction import UnitOfWork
from khata.usecases.wallets.give_back_advance import give_back_advance


def take_up_advances(uow: UnitOfWork, settled: Sequence[Settled], at: datetime) -> None:
    """Note which part of which advance pays each invoice, and that its tax is not owed again.

    The tax of an advance that another registration has received is not this one's to set off:
    that one gives it back, by a refund voucher. Nothing is asked where no advance pays.
    Source: CGST Rules, rule 51; form GSTR-1, table 11B.
    """
    paid = [
        (one.invoice, part.grant.grant_id, part.amount)
        for one in settled
        for part in one.settlements
        if part.grant is not None and part.grant.advance
    ]
    if not paid:
        return
    open = uow.advances.open_of(sorted({grant for _, grant, _ in paid}))
    taken: dict[UUID, list[Part]] = defaultdict(list)
    invoices: dict[UUID, Invoice] = {}
    for invoice, grant, amount in paid:
        parts, open[grant] = take_up(open.get(grant, list[OpenAdvance]()), amount)
        taken[invoice.id] += parts
        invoices[invoice.id] = invoice
    for id, parts in taken.items():
        _take_up(uow, invoices[id], parts, at)


def _take_up(uow: UnitOfWork, invoice: Invoice, parts: Sequence[Part], at: datetime) -> None:
    own = [part for part in parts if part.registration_id == invoice.registration_id]
    if own:
        on = invoice.issued_on
        uow.advances.use([(part, invoice.id) for part in own], cause="invoice", on=on, at=at)
        entry = advance_taken_up(
            id=new_id(at),
            invoice_id=invoice.id,
            on=on,
            currency=invoice.currency,
            taxes=[row for part in own for row in part.taxes],
        )
        uow.books.post([] if entry is None else [entry], at)
    for part in parts:
        if part.registration_id != invoice.registration_id:
            give_back_advance(
                uow,
                part,
                id=new_id(at),
                source_id=invoice.id,
                reason="It pays an invoice of another registration",
                given=None,
                at=at,
            )
