"""Bank matching: which line of the bank's statement a settlement arrived with."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

# A payout shows on the day it is made or, over a week-end or a holiday, some days after.
ARRIVES_WITHIN: Final = timedelta(days=4)
# A reference shorter than this is found in a narration by chance.
_SHORTEST: Final = 6


@dataclass(frozen=True, slots=True)
class WaitingSettlement:
    """Money in transit. `amount` in minor units; negative: the gateway draws it from the bank."""

    id: UUID
    amount: int
    currency: str
    paid_on: date
    bank_reference: str | None


@dataclass(frozen=True, slots=True)
class BankLine:
    """A line of a statement. `amount` in minor units: what came in is positive."""

    id: UUID
    on: date
    amount: int
    currency: str
    text: str  # the bank's reference and narration


@dataclass(frozen=True, slots=True)
class Arrival:
    """A settlement and the bank's line that it is; `by` says how that was found."""

    settlement_id: UUID
    bank_line_id: UUID
    by: str  # "reference" or "amount_and_day"


@dataclass(frozen=True, slots=True)
class OtherAmount:
    """The bank names a settlement and has another amount than was paid out."""

    settlement_id: UUID
    bank_line_id: UUID
    paid_out: int
    in_bank: int
    currency: str


def match_bank(
    settlements: Sequence[WaitingSettlement],
    lines: Sequence[BankLine],
    *,
    but: Collection[tuple[UUID, UUID]] = (),
) -> tuple[list[Arrival], list[OtherAmount]]:
    """Find what arrived: by the reference in the bank's text; else by amount and day.

    By amount and day only where exactly one settlement fits a line and exactly one line fits that
    settlement: of two equal ones a person has to say which is which. `but` are settlements with
    lines of which a person said that they are not each other.
    """
    arrivals: list[Arrival] = []
    odd: list[OtherAmount] = []
    left = {line.id: line for line in lines}
    waiting = {one.id: one for one in settlements}
    for one in settlements:
        named = [
            line for line in left.values() if _names(line, one) and (one.id, line.id) not in but
        ]
        exact = [line for line in named if line.amount == one.amount]
        if len(exact) == 1:
            arrivals.append(Arrival(one.id, exact[0].id, "reference"))
            del left[exact[0].id], waiting[one.id]
        elif named:  # what names it is it: never another line by amount
            if not exact:
                odd.append(
                    OtherAmount(one.id, named[0].id, one.amount, named[0].amount, one.currency)
                )
                left.pop(named[0].id)
            del waiting[one.id]
    fits = {
        one.id: [
            line.id for line in left.values() if _fits(line, one) and (one.id, line.id) not in but
        ]
        for one in waiting.values()
    }
    for id, found in fits.items():
        if len(found) == 1 and sum(found[0] in others for others in fits.values()) == 1:
            arrivals.append(Arrival(id, found[0], "amount_and_day"))
    return arrivals, odd


def _names(line: BankLine, one: WaitingSettlement) -> bool:
    """Say whether the bank's text has the reference, as a word of its own."""
    if one.bank_reference is None or line.currency != one.currency:
        return False
    wanted = _plain(one.bank_reference)
    if len(wanted) < _SHORTEST:
        return False
    words = re.split(r"[^0-9A-Z]+", line.text.upper())
    return wanted in words or wanted == _plain(line.text)


def _fits(line: BankLine, one: WaitingSettlement) -> bool:
    same = (line.amount, line.currency) == (one.amount, one.currency)
    return same and one.paid_on <= line.on <= one.paid_on + ARRIVES_WITHIN


def _plain(text: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", text.upper())
