"""Book a settlement: its lines beside our rows, their fees, and the money that is on its way."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from khata.core.gateway_account import GatewayAccount
from khata.core.ids import new_id
from khata.core.ledger.booking_settlements import settlement_paid_out
from khata.core.periods import day_of
from khata.core.settlement import (
    Finding,
    MatchedLine,
    SeenSettlement,
    differing,
    match_lines,
    missing,
    why_not_whole,
)
from khata.db.stores.parked import ParkedWork
from khata.db.stores.settlements import Settlements, SettlementStatus
from khata.db.transaction import UnitOfWork
from khata.usecases.payments.tell_fee import tell_fee
from khata.usecases.settlements.find_disputes import find_disputes
from khata.usecases.settlements.find_lines import find_lines

# What was taken so long before a payout and is in none is missed. Gateways hold money for two
# working days, of other countries for a week.
_HELD_FOR = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class BookSettlement:
    account: GatewayAccount
    seen: SeenSettlement
    at: datetime


def book_settlement(uow: UnitOfWork, command: BookSettlement) -> bool:
    """Store a payout and book it; False: it was booked before, and nothing is done.

    One whose lines are not its sum to the last unit is set aside whole: nothing of it is booked,
    and when it is told anew it is looked at anew. What does not agree is booked as the money moved,
    and waits for a person.
    """
    account, seen, at = command.account, command.seen, command.at
    rows = Settlements(uow.connection)
    paid_on = day_of(seen.paid_at, uow.tenants.get().timezone)
    id = rows.claim(new_id(at), account.id, seen, paid_on, at)
    if id is None:
        return False
    matched = match_lines(seen, rows.ours(account.id, account.gateway, seen, id))
    broken = why_not_whole(seen)
    if broken is not None:
        rows.write(id, seen, paid_on, matched, [], SettlementStatus.QUARANTINED)
        _park(uow, id, "does_not_add_up", f"{seen.reference} is not booked. {broken}", at)
        return True
    findings = differing(matched, seen.currency) + _missing(rows, command)
    rows.write(id, seen, paid_on, matched, findings, SettlementStatus.BOOKED)
    uow.parked.end("settlement", [id], at)
    _book(uow, command, id, matched)
    if findings:
        more = f", and {len(findings) - 1} more" if len(findings) > 1 else ""
        reason = f"{seen.reference} does not agree. {findings[0].words}{more}"
        _park(uow, id, "does_not_agree", reason, at)
        # What it names may have become known while this was booked.
        find_disputes(uow, account.id, at=at)
        find_lines(uow, account.id, at=at)
    return True


def _book(uow: UnitOfWork, command: BookSettlement, id: UUID, matched: list[MatchedLine]) -> None:
    seen, at = command.seen, command.at
    # In the order of their ids: two payouts that are booked at once lock payments in one order.
    for one in sorted((one for one in matched if one.tells_fee), key=_ours_id):
        tell_fee(uow, _ours_id(one), *one.fee_told, by="settlement", at=at)
    entry = settlement_paid_out(
        id=new_id(at),
        settlement_id=id,
        on=day_of(seen.paid_at, uow.tenants.get().timezone),
        amount=seen.amount,
        currency=seen.currency,
        lines=matched if seen.is_itemised else None,
        gateway_account_id=command.account.id,
    )
    if entry is not None:
        uow.books.post([entry], at)


def _ours_id(one: MatchedLine) -> UUID:
    assert one.ours is not None, "what tells a fee is ours"
    return one.ours.id


def _missing(rows: Settlements, command: BookSettlement) -> list[Finding]:
    """Return payments that should have been paid out by now; each is looked for once.

    Of what was taken before the first payout that is known here nobody can tell.
    """
    before = rows.paid_before(command.account.id, command.seen.paid_at)
    if before is None or not command.seen.is_itemised:
        return []
    until = command.seen.paid_at - _HELD_FOR
    found = rows.missing(command.account.id, before - _HELD_FOR, until)
    return [missing(one) for one in found]


def _park(uow: UnitOfWork, id: UUID, code: str, reason: str, at: datetime) -> None:
    uow.parked.add([ParkedWork("settlement", id, code, reason, None)], at)
