"""Checks of tax numbers: what a register answered, and when it is asked again."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

AGAIN: Final = timedelta(days=30)  # a number may end at any time: it is asked about monthly
SOON: Final = timedelta(hours=4)  # registers of some states are often away for a while


class Outcome(StrEnum):
    VALID = "valid"
    INVALID = "invalid"
    UNAVAILABLE = "unavailable"  # nobody answered: it says nothing about the number


@dataclass(frozen=True, slots=True)
class TaxIdCheck:
    """One answer about one number. `consultation_number` is the register's proof of it.

    Source: Implementing Regulation (EU) 282/2011, article 18(1)(a): confirmation of the number and
    of the name and address that belong to it.
    """

    id: UUID
    customer_id: UUID
    type: str
    value: str
    outcome: Outcome
    register: str
    checked_on: date
    checked_at: datetime
    consultation_number: str | None = None
    name: str | None = None
    address: str | None = None
    detail: str | None = None


def next_check(outcome: Outcome, at: datetime) -> datetime:
    """Return when the register is asked again."""
    return at + (SOON if outcome is Outcome.UNAVAILABLE else AGAIN)
