"""Funds: a customer's credit and wallets, and how they pay an invoice before any gateway."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from khata.core.wallet import GrantKind, Spendable, spend


class Source(StrEnum):
    """Where the money comes from, in the order it is asked."""

    CREDIT = "credit"
    WALLET = "wallet"


@dataclass(frozen=True, slots=True)
class Settlement:
    """A part of an invoice that was paid by funds. `left` is what the source has after it."""

    source: Source
    amount: int
    left: int
    grant: Spendable | None = None


@dataclass(frozen=True, slots=True)
class Funds:
    """What one customer has in one currency: the credit balance, and the grants in wallets."""

    credit: int = 0
    grants: tuple[Spendable, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.credit and not self.grants


def pay_from(funds: Funds, owed: int, *, at: datetime) -> tuple[tuple[Settlement, ...], Funds]:
    """Return what the funds pay of an invoice that owes so much, and what is left of them.

    The credit balance first, then the wallets in their own order. Source: billing semantics, 4.5.
    """
    paid: list[Settlement] = []
    of_credit = min(funds.credit, owed)
    if of_credit > 0:
        paid.append(Settlement(Source.CREDIT, of_credit, funds.credit - of_credit))
    grants = {grant.grant_id: grant for grant in funds.grants}
    for grant, part in spend(funds.grants, owed - of_credit, at=at):
        left = replace(grant, remaining=grant.remaining - part)
        paid.append(Settlement(Source.WALLET, part, left.remaining, grant))
        grants[grant.grant_id] = left
    rest = tuple(grant for grant in grants.values() if grant.remaining)
    return tuple(paid), Funds(funds.credit - of_credit, rest)


def by_kind(settlements: Sequence[Settlement]) -> tuple[int, int, int]:
    """Return how much was paid by credit, by prepaid money and by granted credit."""
    credit = prepaid = granted = 0
    for one in settlements:
        if one.grant is None:
            credit += one.amount
        elif one.grant.kind is GrantKind.PAID:
            prepaid += one.amount
        else:
            granted += one.amount
    return credit, prepaid, granted


def paid_by(settlements: Sequence[Settlement]) -> int:
    """Return how much of the invoice was paid."""
    return sum(one.amount for one in settlements)


def of_grant(settlement: Settlement) -> tuple[UUID | None, UUID | None]:
    """Return the wallet and the grant that paid, or nothing where it was the credit balance."""
    grant = settlement.grant
    return (None, None) if grant is None else (grant.wallet_id, grant.grant_id)


@dataclass(frozen=True, slots=True)
class StoredSettlement:
    """What funds paid of an invoice, and how much of that has gone back."""

    position: int
    source: Source
    wallet_id: UUID | None
    grant_id: UUID | None
    kind: GrantKind | None
    amount: int
    returned: int
    advance: bool = False


@dataclass(frozen=True, slots=True)
class Returned:
    """How much goes back to the credit balance, as prepaid money and as granted credit."""

    credit: int
    prepaid: int
    granted: int

    @property
    def amount(self) -> int:
        return self.credit + self.prepaid + self.granted

    @classmethod
    def of(cls, parts: Sequence[tuple[StoredSettlement, int]]) -> "Returned":
        """Add up the parts by what they are."""
        by = dict.fromkeys((None, *GrantKind), 0)
        for part, amount in parts:
            by[part.kind] += amount
        return cls(by[None], by[GrantKind.PAID], by[GrantKind.GRANTED])


def return_order(
    settlements: Sequence[StoredSettlement], amount: int
) -> list[tuple[StoredSettlement, int]]:
    """Return what goes back of which settlement, until the amount is reached.

    What was spent last goes back first, so that what is left of the invoice was paid as it
    would have been had it always been so small.
    """
    parts = []
    for one in sorted(settlements, key=lambda one: -one.position):
        given = min(one.amount - one.returned, amount)
        if given > 0:
            parts.append((one, given))
            amount -= given
    return parts
