"""Postings and entries: value goes from the credited to the debited account, never unbalanced."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from khata.core.ledger.accounts import Account


@dataclass(frozen=True, slots=True)
class Posting:
    """`amount` minor units, always positive: the direction is in the names, not in a sign."""

    debit: Account
    credit: Account
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Entry:
    """All postings of one fact, on one date. `source_id` is the thing that the fact is about.

    `gateway_account_id` is whose clearing account it moves, where it does.
    """

    id: UUID
    kind: str
    source_id: UUID
    booked_on: date
    postings: tuple[Posting, ...]
    gateway_account_id: UUID | None = None


def posting(debit: Account, credit: Account, amount: int, currency: str) -> tuple[Posting, ...]:
    """Return the posting, turned round where the amount is negative; nothing where it is zero."""
    if amount > 0:
        return (Posting(debit, credit, amount, currency),)
    if amount < 0:
        return (Posting(credit, debit, -amount, currency),)
    return ()


def mirrored(entry: Entry, *, id: UUID, kind: str, on: date) -> Entry:
    """Return the reversal of an entry: nothing that is booked is ever edited."""
    return Entry(
        id,
        kind,
        entry.source_id,
        on,
        tuple(Posting(p.credit, p.debit, p.amount, p.currency) for p in entry.postings),
        entry.gateway_account_id,
    )
