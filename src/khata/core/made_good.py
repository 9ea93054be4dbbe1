"""Recovery: what comes of an invoice after it was given up, and what that makes good."""

from dataclasses import dataclass

from khata.core.ledger.accounts import Account
from khata.core.ledger.posting import Entry


@dataclass(frozen=True, slots=True)
class MadeGood:
    """How money divides between the loss that was booked and days that were not delivered."""

    of_loss: int
    of_unearned: int


def made_good(lost: Entry, *, recovered: int) -> MadeGood:
    """Return how `recovered`, in minor units, divides: the loss comes first."""
    loss = sum(p.amount for p in lost.postings if p.debit is Account.BAD_DEBT)
    of_loss = min(recovered, loss)
    return MadeGood(of_loss, recovered - of_loss)


def made_good_by(lost: Entry, *, before: int, amount: int) -> MadeGood:
    """Return what a part makes good after parts that came `before` it."""
    until, was = made_good(lost, recovered=before + amount), made_good(lost, recovered=before)
    return MadeGood(until.of_loss - was.of_loss, until.of_unearned - was.of_unearned)


def given_up(lost: Entry) -> int:
    """Return what was owed when the invoice was given up, in minor units."""
    taken = sum(p.amount for p in lost.postings if p.credit is Account.RECEIVABLE)
    return taken - sum(p.amount for p in lost.postings if p.debit is Account.RECEIVABLE)
