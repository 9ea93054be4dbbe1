"""A customer's credit balance: what we owe, spent on the next invoices before anything else."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.money import decimal_text
from khata.core.refusal import Kind, Refusal


class NotEnoughCredit(Refusal):
    """The customer has less credit than is to be taken of it."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class CreditEntry:
    """One change of a credit balance: `amount` is above zero where credit came.

    `source_id` is the thing that `cause` speaks of; one thing changes a balance once for a cause.
    """

    id: UUID
    customer_id: UUID
    currency: str
    amount: int
    cause: str
    source_id: UUID
    balance: int  # after it
    created_at: datetime


def balance_after(balance: int, amount: int, currency: str) -> int:
    """Return what a balance is after a change, never below zero. Raises: NotEnoughCredit."""
    if balance + amount < 0:
        raise NotEnoughCredit(
            f"{decimal_text(balance, currency)} {currency} of credit is left, "
            f"less than {decimal_text(-amount, currency)}"
        )
    return balance + amount
