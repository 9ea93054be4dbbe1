"""Find disputes in payouts: a payout may tell of one before anybody else does."""

from datetime import datetime
from uuid import UUID

from khata.core.ids import new_id
from khata.core.ledger.booking_settlements import settlement_line_found
from khata.core.periods import day_of
from khata.db.stores.settlements import Settlements
from khata.db.transaction import UnitOfWork


def find_disputes(uow: UnitOfWork, account_id: UUID, *, at: datetime) -> None:
    """Take lines of disputes that are known by now out of suspense, each once.

    Whichever is heard of first, the payout or the dispute, in the end the clearing account has
    both. A payout of which nothing differs any more waits for nobody.
    """
    settlements = Settlements(uow.connection)
    on = day_of(at, uow.tenants.get().timezone)
    found = settlements.found_disputes(account_id)
    nets: dict[tuple[UUID, str], int] = {}
    for _, dispute_id, net, currency in found:  # taken by one payout, given back by another
        nets[dispute_id, currency] = nets.get((dispute_id, currency), 0) + net
    entries = [
        settlement_line_found(
            id=new_id(at),
            dispute_id=dispute_id,
            on=on,
            net=net,
            currency=currency,
            gateway_account_id=account_id,
        )
        for (dispute_id, currency), net in nets.items()
        if net
    ]
    if entries:
        uow.books.post(entries, at)
    done = {one[0] for one in found if settlements.agrees(one[0])}
    if done:
        uow.parked.end("settlement", sorted(done), at)
