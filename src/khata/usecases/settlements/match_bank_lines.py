"""Match the bank's lines with payouts in transit: what arrived is in the bank now."""

from datetime import datetime, timedelta
from uuid import UUID

from khata.core.bank_matching import ARRIVES_WITHIN, OtherAmount, match_bank
from khata.core.money import decimal_text
from khata.db.stores.bank import BankTransactions
from khata.db.stores.parked import ParkedWork
from khata.db.stores.settlements import Settlements
from khata.db.transaction import UnitOfWork
from khata.usecases.settlements.arrive_in_bank import arrive_in_bank

_MOST = 2_000


def match_bank_lines(uow: UnitOfWork, *, at: datetime) -> int:
    """Match what can be matched without doubt, and return how many payouts arrived.

    A line that names a payout with another amount, and a payout that the statement has passed by,
    are set aside for a person. What a person has taken apart is not put together again. Payouts
    are locked: two who match at once match each once.
    """
    settlements, bank = Settlements(uow.connection), BankTransactions(uow.connection)
    waiting = settlements.in_transit(limit=_MOST)
    if not waiting:
        return 0
    lines = bank.left(waiting[0].paid_on, limit=_MOST)
    but = bank.unmatched([line.id for line in lines])
    arrivals, odd = match_bank(waiting, lines, but=but)
    for one in arrivals:
        arrive_in_bank(uow, one.settlement_id, one.bank_line_id, by=one.by, at=at)
    uow.parked.add([_other_amount(one) for one in odd], at)
    last = bank.last_day()
    if last is not None:
        late = settlements.overdue(last - ARRIVES_WITHIN - timedelta(days=1))
        uow.parked.add([_not_there(id, reference) for id, reference in late], at)
    return len(arrivals)


def _other_amount(one: OtherAmount) -> ParkedWork:
    in_bank, paid_out = (
        decimal_text(amount, one.currency) for amount in (one.in_bank, one.paid_out)
    )
    reason = (
        f"The bank's statement names this payout with {in_bank} {one.currency}, and {paid_out} "
        "was paid out"
    )
    return ParkedWork("settlement", one.settlement_id, "bank_amount_differs", reason, None)


def _not_there(id: UUID, reference: str) -> ParkedWork:
    reason = f"{reference} was paid out, and the bank's statement goes on without it"
    return ParkedWork("settlement", id, "not_in_bank", reason, None)
