"""Find what is ours in payouts that told of it before anybody else did."""

from datetime import datetime
from uuid import UUID

from khata.core.ids import new_id
from khata.core.ledger.booking_settlements import settlement_line_cleared
from khata.core.ledger.posting import Entry
from khata.core.periods import day_of
from khata.core.settlement import MatchedLine, match_lines
from khata.db.stores.settlements import Settlements
from khata.db.stores.unknown_lines import UnknownLines, UnknownSettlementLines
from khata.db.transaction import UnitOfWork
from khata.usecases.payments.tell_fee import tell_fee


def find_lines(
    uow: UnitOfWork, account_id: UUID, *, at: datetime, reference: str | None = None
) -> None:
    """Take lines whose payment, refund or failed payout is known by now out of suspense, each once.

    Whichever is heard of first, the payout or the refund's reference, in the end the books are the
    same. A payout of which nothing differs any more waits for nobody. `reference` None: all lines.
    """
    rows = UnknownSettlementLines(uow.connection)
    unknown = rows.take(account_id, reference)
    if not unknown:
        return
    account = uow.gateway_accounts.get(account_id)
    assert account is not None, "payouts are of an account"
    entries, agreed = [], []
    for payout in unknown:
        ours = Settlements(uow.connection).ours(
            account_id, account.gateway, payout.seen, payout.settlement_id
        )
        matched = match_lines(payout.seen, ours)
        entries += _known(uow, account_id, payout, matched, at)
        if rows.agree(payout, matched):
            agreed.append(payout.settlement_id)
    uow.books.post(entries, at)
    uow.parked.end("settlement", agreed, at)


def _known(
    uow: UnitOfWork,
    account_id: UUID,
    payout: UnknownLines,
    matched: list[MatchedLine],
    at: datetime,
) -> list[Entry]:
    """Write what each line is, tell the fees of payments, and return what clears suspense."""
    on = day_of(at, uow.tenants.get().timezone)
    entries = []
    for position, one in zip(payout.positions, matched, strict=True):
        if one.ours is None:
            continue
        found_id = new_id(at)
        UnknownSettlementLines(uow.connection).known(payout, position, one, found_id=found_id)
        if one.tells_fee:
            tell_fee(uow, one.ours.id, *one.fee_told, by="settlement", at=at)
        entry = settlement_line_cleared(
            id=new_id(at),
            found_id=found_id,
            on=on,
            line=one,
            currency=payout.seen.currency,
            gateway_account_id=account_id,
        )
        if entry is not None:
            entries.append(entry)
    return entries
