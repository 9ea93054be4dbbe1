"""Reconciliation: a day of a gateway's list beside our attempts, in both directions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from khata.core.payment import AttemptStatus, Outcome


@dataclass(frozen=True, slots=True)
class SeenPayment:
    """A payment as the gateway lists it. Amounts in minor units.

    `attempt_id` is ours, where the payment carries one.
    """

    reference: str
    attempt_id: UUID | None
    amount: int
    currency: str
    outcome: Outcome
    fee: int
    refunded: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OurPayment:
    """An attempt as our rows have it, with what was given back of it. Amounts in minor units."""

    attempt_id: UUID
    reference: str | None
    amount: int
    currency: str
    status: AttemptStatus
    fee: int
    refunded: int
    refunding: int = 0  # asked back and not ended: gateways differ on whether they count it


class Difference(StrEnum):
    MONEY_WITHOUT_ATTEMPT = "money_without_attempt"  # they took money that no row of ours asked for
    MONEY_NOT_BOOKED = "money_not_booked"  # they took it, and our attempt does not say so yet
    ATTEMPT_WITHOUT_MONEY = "attempt_without_money"  # our books have money that they never took
    AMOUNT_DIFFERS = "amount_differs"
    CURRENCY_DIFFERS = "currency_differs"
    FEE_DIFFERS = "fee_differs"
    REFUND_DIFFERS = "refund_differs"


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where the two sides say different things: in minor units, None where silent."""

    difference: Difference
    attempt_id: UUID | None
    reference: str | None
    currency: str
    ours: int | None
    theirs: int | None

    @property
    def sentence(self) -> str:
        """Return it in words, amounts in minor units."""
        what = f"payment {self.reference}" if self.reference else f"attempt {self.attempt_id}"
        ours = "nothing" if self.ours is None else f"{self.ours} {self.currency}"
        theirs = "nothing" if self.theirs is None else f"{self.theirs} {self.currency}"
        return f"{_WORDS[self.difference]}, {what}: ours {ours}, theirs {theirs} (minor units)"


_WORDS = {
    Difference.MONEY_WITHOUT_ATTEMPT: "The gateway took money that nobody here asked for",
    Difference.MONEY_NOT_BOOKED: "The gateway took money that is not booked",
    Difference.ATTEMPT_WITHOUT_MONEY: "Money is booked that the gateway did not take",
    Difference.AMOUNT_DIFFERS: "The amounts differ",
    Difference.CURRENCY_DIFFERS: "The currencies differ",
    Difference.FEE_DIFFERS: "The fees differ",
    Difference.REFUND_DIFFERS: "What was given back differs",
}


def compare(
    ours: Sequence[OurPayment], theirs: Sequence[SeenPayment], *, only_listed: bool = False
) -> list[Finding]:
    """Return every difference: of payments of nobody here, of attempts, and of what is not listed.

    A payment is matched by our id, or else by the gateway's reference. With `only_listed` an
    attempt that the list lacks is no finding: the list may end before it.
    """
    by_id = {one.attempt_id: one for one in ours}
    by_reference = {one.reference: one for one in ours if one.reference}
    of_attempt: dict[UUID, list[SeenPayment]] = {}
    findings: list[Finding] = []
    for seen in theirs:
        mine = _match(seen, by_id, by_reference)
        if mine is None:
            findings += _differences(None, seen)
        else:
            of_attempt.setdefault(mine.attempt_id, []).append(seen)
    for id, seen_of_it in of_attempt.items():
        findings += _of_one(by_id[id], seen_of_it)
    if not only_listed:
        findings += [_missing(one) for one in ours if _is_missing(one, of_attempt)]
    return findings


def _of_one(mine: OurPayment, listed: Sequence[SeenPayment]) -> list[Finding]:
    """Return what differs of one attempt, which a gateway may list as several payments.

    One of them is the attempt's: that of its reference, or else one that took money. Whatever
    else took money was taken twice; whatever else did not is a try of the gateway's own.
    """
    took = [seen for seen in listed if seen.outcome is Outcome.SUCCEEDED]
    named = [seen for seen in listed if seen.reference == mine.reference]
    its = next(iter([*named, *took, *listed]))
    twice = [seen for seen in took if seen is not its]
    findings = _differences(mine, its)
    if its.outcome is not Outcome.SUCCEEDED and twice:
        findings, its, twice = _differences(mine, twice[0]), twice[0], twice[1:]
    money = Difference.MONEY_WITHOUT_ATTEMPT
    return findings + [_finding(money, mine, seen, None, seen.amount) for seen in twice]


def _match(
    seen: SeenPayment,
    by_id: Mapping[UUID, OurPayment],
    by_reference: Mapping[str, OurPayment],
) -> OurPayment | None:
    if seen.attempt_id is not None and seen.attempt_id in by_id:
        return by_id[seen.attempt_id]
    return by_reference.get(seen.reference)


def _differences(mine: OurPayment | None, seen: SeenPayment) -> list[Finding]:
    took = seen.outcome is Outcome.SUCCEEDED
    if mine is None:
        money = Difference.MONEY_WITHOUT_ATTEMPT
        return [_finding(money, None, seen, None, seen.amount)] if took else []
    booked = mine.status is AttemptStatus.SUCCEEDED
    if took and not booked:
        return [_finding(Difference.MONEY_NOT_BOOKED, mine, seen, None, seen.amount)]
    if booked and not took:
        return [_finding(Difference.ATTEMPT_WITHOUT_MONEY, mine, seen, mine.amount, None)]
    if not took:
        return []
    pairs = (
        (Difference.AMOUNT_DIFFERS, mine.amount, seen.amount),
        (Difference.FEE_DIFFERS, mine.fee, seen.fee),
        (Difference.REFUND_DIFFERS, _refunded(mine, seen), seen.refunded),
    )
    found = [_finding(kind, mine, seen, one, other) for kind, one, other in pairs if one != other]
    if mine.currency != seen.currency:
        differs = Difference.CURRENCY_DIFFERS
        return [_finding(differs, mine, seen, mine.amount, seen.amount), *found]
    return found


def _refunded(mine: OurPayment, seen: SeenPayment) -> int:
    """Return what we say was given back; what is on its way counts as the gateway counts it."""
    whole = mine.refunded + mine.refunding
    return whole if seen.refunded == whole else mine.refunded


def _finding(
    difference: Difference,
    mine: OurPayment | None,
    seen: SeenPayment,
    ours: int | None,
    theirs: int | None,
) -> Finding:
    attempt_id = mine.attempt_id if mine else seen.attempt_id
    return Finding(difference, attempt_id, seen.reference, seen.currency, ours, theirs)


def _is_missing(one: OurPayment, matched: Mapping[UUID, object]) -> bool:
    return one.status is AttemptStatus.SUCCEEDED and one.attempt_id not in matched


def _missing(one: OurPayment) -> Finding:
    return Finding(
        Difference.ATTEMPT_WITHOUT_MONEY,
        one.attempt_id,
        one.reference,
        one.currency,
        one.amount,
        None,
    )
