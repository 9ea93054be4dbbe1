"""Settlements: what a gateway paid out to the bank, line by line beside our own rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from khata.core.money import decimal_text, half_up


class LineKind(StrEnum):
    """What a line of a settlement is about."""

    PAYMENT = "payment"
    REFUND = "refund"
    DISPUTE = "dispute"  # the payer's bank took it back, or gave it back
    FEE = "fee"  # the gateway's own, of no payment: a monthly fee, say
    ADJUSTMENT = "adjustment"  # whatever else moved the balance


@dataclass(frozen=True, slots=True)
class SettlementLine:
    """One line, in minor units of the payout's currency; negative: taken from us.

    `reference` is the gateway's id of the line, and `of` its id of the payment, refund or dispute.
    `fee` is without the tax on it. What was charged in another currency than is paid out has
    `charged` in `charged_currency`.
    """

    reference: str
    kind: LineKind
    of: str | None
    gross: int
    fee: int = 0
    tax: int = 0
    charged: int | None = None
    charged_currency: str | None = None
    happened_at: datetime | None = None
    words: str = ""

    @property
    def net(self) -> int:
        return self.gross - self.fee - self.tax

    @property
    def is_exchanged(self) -> bool:
        return self.charged is not None and self.charged_currency is not None

    def in_currency_charged(self, part: int) -> int:
        """Return a part of `gross` in the currency that was charged. Rounds: half up."""
        if self.charged is None or self.gross == 0:
            return part
        return half_up(part * abs(self.charged), abs(self.gross))


@dataclass(frozen=True, slots=True)
class SeenSettlement:
    """A payout as the gateway tells it. `amount` in minor units; negative: taken from the bank.

    `bank_reference` is what the bank's statement names it by: a UTR, a trace id. A gateway that
    pays out of a balance does not say of which payments: then `is_itemised` is false and `lines`
    are empty.
    """

    reference: str
    amount: int
    currency: str
    paid_at: datetime
    bank_reference: str | None = None
    lines: Sequence[SettlementLine] = ()
    is_itemised: bool = True


@dataclass(frozen=True, slots=True)
class OurMoney:
    """A payment or refund of ours at one gateway account. `amount` is positive.

    `is_booked`: its money is in the books. `settled_in` is another settlement that has it already.
    """

    id: UUID
    kind: LineKind
    reference: str
    amount: int
    currency: str
    is_booked: bool
    settled_in: UUID | None = None


class Verdict(StrEnum):
    """What a line comes to beside our rows."""

    MATCHED = "matched"
    AMOUNT_DIFFERS = "amount_differs"
    CURRENCY_DIFFERS = "currency_differs"
    NOT_BOOKED = "not_booked"  # ours, and our books do not have its money
    SETTLED_BEFORE = "settled_before"  # another settlement, or another line, has paid it out
    UNKNOWN_HERE = "unknown_here"  # no row of ours asked for it
    OWN = "own"  # the gateway's fee: there is nothing to match
    MISSING_THERE = "missing_there"  # booked here long ago, and in no payout: never of a line


AGREES = frozenset({Verdict.MATCHED, Verdict.OWN})


@dataclass(frozen=True, slots=True)
class MatchedLine:
    """A line and what it was found to be; `ours` is the attempt or refund, where there is one."""

    line: SettlementLine
    verdict: Verdict
    ours: OurMoney | None = None
    reason: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether it moves the clearing account: it is ours, and is paid out for the first time."""
        strange = (Verdict.SETTLED_BEFORE, Verdict.CURRENCY_DIFFERS)
        return self.ours is not None and self.verdict not in strange

    @property
    def tells_fee(self) -> bool:
        """Whether it says what the gateway keeps of a payment that is in the books."""
        booked = self.verdict in (Verdict.MATCHED, Verdict.AMOUNT_DIFFERS)
        return booked and self.line.kind is LineKind.PAYMENT and self.line.gross > 0

    @property
    def fee_told(self) -> tuple[int, int]:
        """The fee and the tax on it, in minor units of what was charged."""
        line = self.line
        return line.in_currency_charged(line.fee), line.in_currency_charged(line.tax)


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a settlement and our books say different things, in minor units."""

    difference: Verdict
    reference: str
    currency: str
    ours: int | None
    theirs: int | None
    words: str


def why_not_whole(settlement: SeenSettlement) -> str | None:
    """Say in words why the lines do not add up to the payout, to the last unit; None: they do."""
    if not settlement.is_itemised:
        return None
    priced = [line for line in settlement.lines if line.kind is not LineKind.FEE]
    odd = next((line for line in priced if line.fee < 0 or line.tax < 0), None)
    if odd is not None:
        return f"{_name(odd)} has a fee below zero: {odd.fee} and tax {odd.tax} (minor units)"
    total = sum(line.net for line in settlement.lines)
    if total == settlement.amount:
        return None
    currency, off = settlement.currency, total - settlement.amount
    return (
        f"The {len(settlement.lines)} lines come to {decimal_text(total, currency)} {currency}, "
        f"the payout to {decimal_text(settlement.amount, currency)}: "
        f"{decimal_text(abs(off), currency)} {'more' if off > 0 else 'less'} than was paid out"
    )


def match_lines(
    settlement: SeenSettlement, ours: Mapping[tuple[LineKind, str], OurMoney]
) -> list[MatchedLine]:
    """Lay each line beside our row of the same gateway reference.

    A payment is paid out once; a refund is taken once, and may come back once.
    """
    seen: set[tuple[LineKind, str, bool]] = set()
    matched = []
    for line in settlement.lines:
        found = ours.get((line.kind, line.of)) if line.of is not None else None
        again = (line.kind, line.of or line.reference, line.gross < 0)
        matched.append(_matched(line, found, settlement.currency, is_again=again in seen))
        seen.add(again)
    return matched


def differing(matched: Sequence[MatchedLine], currency: str) -> list[Finding]:
    """Return every line that does not agree, in words."""
    return [
        Finding(
            one.verdict,
            one.line.of or one.line.reference,
            one.ours.currency if one.ours else currency,
            one.ours.amount if one.ours else None,
            one.line.charged if one.line.charged is not None else one.line.gross,
            one.reason,
        )
        for one in matched
        if one.verdict not in AGREES
    ]


def missing(money: OurMoney) -> Finding:
    """Return that a payment of ours is in no payout, though it was taken long before."""
    words = f"Payment {money.reference} was taken, and no payout has it"
    return Finding(
        Verdict.MISSING_THERE, money.reference, money.currency, money.amount, None, words
    )


def _matched(
    line: SettlementLine, found: OurMoney | None, currency: str, *, is_again: bool
) -> MatchedLine:
    if line.kind is LineKind.FEE:
        return MatchedLine(line, Verdict.OWN)
    if found is None:
        return MatchedLine(
            line, Verdict.UNKNOWN_HERE, None, f"{_name(line)} is of nothing that is known here"
        )
    came_back = line.kind in (LineKind.REFUND, LineKind.DISPUTE) and line.gross > 0
    if is_again or (found.settled_in is not None and not came_back):
        reason = f"{_name(line)} was paid out before"
        return MatchedLine(line, Verdict.SETTLED_BEFORE, found, reason)
    if not found.is_booked and not came_back:
        reason = f"{_name(line)} is ours, and its money is not in the books"
        return MatchedLine(line, Verdict.NOT_BOOKED, found, reason)
    theirs = line.charged if line.charged is not None else line.gross
    its_currency = line.charged_currency or currency
    if its_currency != found.currency:
        reason = f"{_name(line)} is in {its_currency}, ours in {found.currency}"
        return MatchedLine(line, Verdict.CURRENCY_DIFFERS, found, reason)
    if abs(theirs) != found.amount:
        reason = (
            f"{_name(line)} comes to {decimal_text(abs(theirs), its_currency)} {its_currency}, "
            f"ours to {decimal_text(found.amount, its_currency)}"
        )
        return MatchedLine(line, Verdict.AMOUNT_DIFFERS, found, reason)
    return MatchedLine(line, Verdict.MATCHED, found)


def _name(line: SettlementLine) -> str:
    return f"{line.kind.capitalize()} {line.of or line.reference}"
