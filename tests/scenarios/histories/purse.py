"""The model's purse: a credit balance, and what lies in two wallets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from tests.scenarios.histories.papers import Bill, Note


@dataclass
class Grant:
    wallet: int  # 0 is spent before 1
    priority: int
    paid: bool
    until: date | None  # the last day on which it may be spent
    left: int


@dataclass
class Purse:
    credit: int = 0
    grants: list[Grant] = field(default_factory=list)

    def pay(self, bill: Bill, today: date) -> None:
        """Credit first; then granted before paid of one priority, what ends first, the oldest."""
        part = min(self.credit, bill.owed)
        if part:
            self.credit -= part
            self._spent(bill, None, part)
        for grant in sorted(self.grants, key=_turn):
            part = min(grant.left, bill.owed)
            if part and (grant.until is None or today <= grant.until):
                grant.left -= part
                self._spent(bill, grant, part)

    def _spent(self, bill: Bill, grant: Grant | None, amount: int) -> None:
        bill.spent.append([grant, amount, 0])
        bill.settle(amount)

    def take_in(self, note: Note) -> None:
        """What a note gives the customer: what wallets paid last goes back there, the rest is
        credit."""
        self.credit += note.to_customer - self._back(note.bill, note.to_customer)

    def take_back(self, bill: Bill) -> None:
        """All that was paid of an invoice that is void."""
        self.credit += bill.paid - self._back(bill, bill.paid)
        bill.paid = 0

    def _back(self, bill: Bill, amount: int) -> int:
        to_wallets = 0
        for spent in reversed(bill.spent):
            grant, paid, returned = spent
            assert isinstance(paid, int)
            assert isinstance(returned, int)
            part = min(paid - returned, amount)
            amount -= part
            spent[2] = returned + part
            if isinstance(grant, Grant):
                grant.left += part
                to_wallets += part
        return to_wallets

    def expire(self, today: date) -> None:
        for grant in self.grants:
            if grant.until is not None and grant.until < today:
                grant.left = 0

    def in_wallet(self, wallet: int) -> int:
        return sum(grant.left for grant in self.grants if grant.wallet == wallet)


def _turn(grant: Grant) -> tuple[int, int, bool, date]:
    return grant.wallet, grant.priority, grant.paid, grant.until or date.max
