"""The debit planner: when a mandate may be debited, when the payer is told, or why not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from khata.core.cycles import cycle_of
from khata.core.mandate import ENDED, Mandate
from khata.core.mandate_rules import RailRules
from khata.core.periods import Period, start_of_day
from khata.core.told_mandate import MandateStatus

# What is processing is looked at again so much later, where its end is not known.
_AFTER_OPEN: Final = timedelta(hours=1)
# A payer whom the gateway could not tell so often of one invoice is not told of it any more.
MOST_UNTOLD: Final = 3


class Ask(StrEnum):
    """Why the customer has to do something; also the decline code of it."""

    ABOVE_SILENT_LIMIT = "above_silent_limit"
    ABOVE_MAXIMUM = "above_mandate_maximum"
    AMOUNT_DIFFERS = "mandate_amount_differs"
    CURRENCY_DIFFERS = "mandate_currency_differs"
    OPTED_OUT = "mandate_opted_out"
    NO_TRIES_LEFT = "mandate_no_tries_left"
    ALREADY_DEBITED = "mandate_already_debited"
    PAUSED = "mandate_paused"
    NOT_CONFIRMED = "mandate_not_confirmed"
    NOT_TOLD = "payer_not_told"


class DebitState(StrEnum):
    """How a debit of the mandate ended, or that it has not."""

    OPEN = "open"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    OPTED_OUT = "opted_out"  # the payer said no to this one, at the gateway
    UNREACHED = "unreached"  # nobody was reached: it takes nothing from the tries


@dataclass(frozen=True, slots=True)
class Notice:
    """What the payer was told: this amount (minor units), on the day of `debit_at`.

    `reference` is the gateway's, from when it has taken up to tell the payer.
    """

    id: UUID
    invoice_id: UUID
    amount: int
    currency: str
    told_at: datetime | None  # None: the gateway was asked to, and has not said that it did
    debit_at: datetime
    opted_out: bool = False
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class PastDebit:
    """One debit so far. `cycle_on` is the first day of its cycle; None: it was as presented.

    `tries`: as how many it counts, where the gateway tries what has failed again by itself.
    """

    invoice_id: UUID
    state: DebitState
    debit_at: datetime
    cycle_on: date | None
    tries: int = 1


@dataclass(frozen=True, slots=True)
class OptOut:
    """The payer does not want to be debited: in the cycle of `cycle_on`, or for one invoice."""

    cycle_on: date | None
    invoice_id: UUID | None


@dataclass(frozen=True, slots=True)
class History:
    """What has been of a mandate so far."""

    debits: Sequence[PastDebit] = ()
    notices: Sequence[Notice] = ()
    opt_outs: Sequence[OptOut] = ()


@dataclass(frozen=True, slots=True)
class Telling:
    """Who tells the payer before a debit.

    `when_asked`: the gateway tells when it is asked to, and the debit is handed in later, `ahead`
    after that at the soonest. Else it tells by itself when a debit is handed in, and the money
    moves `ahead` after that. `tries`: how often it tries one debit at the most, by itself.
    """

    when_asked: bool
    ahead: timedelta = timedelta()
    tries: int = 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """An invoice's amount (minor units, tax included), to be debited not before an instant."""

    invoice_id: UUID
    amount: int
    currency: str
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Debit:
    """The money moves at `at`; the gateway is called at `hand_in_at`; the payer told at `told_at`.

    `tells`: the gateway is to be asked now to tell the payer. `notice`: the one told already that
    covers this debit. `told_at` None: the rail asks for no notice. `cycle_on`: see PastDebit.
    """

    at: datetime
    hand_in_at: datetime
    told_at: datetime | None
    cycle_on: date | None
    tells: bool = False
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class AskCustomer:
    """Nothing may be debited without the customer; `carried_to` is when it may be again."""

    why: Ask
    carried_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class NeedsMandate:
    """The mandate has ended: only a new one helps. `code` is mandate_revoked, mandate_expired …"""

    code: str


@dataclass(frozen=True, slots=True)
class Wait:
    """A debit of this mandate is processing: no other before it has ended."""

    until: datetime


Plan = Debit | AskCustomer | NeedsMandate | Wait


def plan(
    mandate: Mandate,
    wanted: Wanted,
    history: History,
    *,
    telling: Telling,
    rules: RailRules,
    at: datetime,
) -> Plan:
    """Decide at an instant how an amount is debited by a mandate.

    The debit lies at least 24 hours after a notice of exactly this amount for its day, in hours in
    which the rail debits, not on the last day of a cycle, and never beside another one.
    Source: RBI, E-mandate Framework, 2026; NPCI, circular of 21 May 2025; docs/mandates.md.
    """
    hindered = _hindered(mandate, wanted, rules, at)
    if hindered is not None:
        return hindered
    processing = [one for one in history.debits if one.state is DebitState.OPEN]
    if processing:
        latest = max(one.debit_at for one in processing)
        return Wait(max(latest, at) + _AFTER_OPEN)
    debit = _earliest(mandate, wanted, history.notices, telling=telling, rules=rules, at=at)
    on = rules.day(debit.at)
    if mandate.terms.end is not None and on > mandate.terms.end:
        return NeedsMandate("mandate_expired")
    full = _cycle_full(mandate, wanted, history, debit, telling=telling, rules=rules)
    if full is None and debit.tells and _untold(history, wanted) >= MOST_UNTOLD:
        return AskCustomer(Ask.NOT_TOLD)
    return full or debit


def may_be_handed_in(debit: Debit, at: datetime) -> bool:
    """Say whether the gateway may be called for the debit at this instant."""
    return not debit.tells and at >= debit.hand_in_at


def _hindered(
    mandate: Mandate, wanted: Wanted, rules: RailRules, at: datetime
) -> AskCustomer | NeedsMandate | None:
    terms = mandate.terms
    if mandate.status in ENDED:
        return NeedsMandate(f"mandate_{mandate.status}")
    if mandate.status is MandateStatus.PAUSED:
        return AskCustomer(Ask.PAUSED)
    if mandate.status is not MandateStatus.ACTIVE:
        return AskCustomer(Ask.NOT_CONFIRMED)
    if wanted.currency != terms.currency:
        return AskCustomer(Ask.CURRENCY_DIFFERS)
    if wanted.amount > terms.max_amount:
        return AskCustomer(Ask.ABOVE_MAXIMUM)
    if terms.is_fixed and wanted.amount != terms.max_amount:
        return AskCustomer(Ask.AMOUNT_DIFFERS)
    silent = rules.silent_limit(mandate.kind, mandate.category, on=rules.day(at))
    # Of another currency only the issuer knows what it comes to: it asks the payer itself.
    counted = silent is not None and wanted.currency == rules.currency
    if counted and silent is not None and wanted.amount > silent:
        return AskCustomer(Ask.ABOVE_SILENT_LIMIT)
    return None


def _earliest(
    mandate: Mandate,
    wanted: Wanted,
    notices: Sequence[Notice],
    *,
    telling: Telling,
    rules: RailRules,
    at: datetime,
) -> Debit:
    """Return the earliest debit that the notice, the hours and the days allow."""
    begins = start_of_day(mandate.terms.start, rules.zone)
    from_at = max(at, begins, wanted.not_before or at)
    needed = rules.notice(mandate.kind, on=rules.day(at))
    if needed is None:
        moves_at = _allowed(mandate, from_at, rules)
        return Debit(moves_at, moves_at, None, _cycle_on(mandate, moves_at, rules))
    if not telling.when_asked:
        ahead = max(needed, telling.ahead, rules.lead(mandate.kind, on=rules.day(at)))
        moves_at = _allowed(mandate, max(from_at, at + ahead), rules)
        told_at = moves_at - ahead
        return Debit(moves_at, told_at, told_at, _cycle_on(mandate, moves_at, rules))
    for notice in notices:
        if notice.told_at is None or not _is_of(notice, wanted):
            continue
        soonest = max(from_at, notice.told_at + needed, notice.debit_at)
        moves_at = _allowed(mandate, soonest, rules)
        if rules.day(moves_at) == rules.day(notice.debit_at):
            cycle_on = _cycle_on(mandate, moves_at, rules)
            return Debit(moves_at, moves_at, notice.told_at, cycle_on, notice=notice)
    moves_at = _allowed(mandate, max(from_at, at + max(needed, telling.ahead)), rules)
    return Debit(moves_at, moves_at, at, _cycle_on(mandate, moves_at, rules), tells=True)


def _is_of(notice: Notice, wanted: Wanted) -> bool:
    """Say whether it told of exactly this: one paisa more or less is told anew."""
    told = (notice.invoice_id, notice.amount, notice.currency)
    return not notice.opted_out and told == (wanted.invoice_id, wanted.amount, wanted.currency)


def _untold(history: History, wanted: Wanted) -> int:
    """Count of how many debits of the invoice the gateway took up to tell, and told nobody."""
    return sum(
        one.invoice_id == wanted.invoice_id and one.reference is not None and one.told_at is None
        for one in history.notices
    )


def _allowed(mandate: Mandate, moves_at: datetime, rules: RailRules) -> datetime:
    """Return `moves_at` or the first instant after it that is no closed hour and no last day."""
    kind = mandate.kind
    moves_at = rules.opened(kind, moves_at)
    cycle = _cycle(mandate, moves_at, rules)
    on = rules.day(moves_at)
    is_last = cycle is not None and cycle.days > 1 and on == cycle.end - timedelta(days=1)
    if cycle is not None and is_last and rules.not_on_last_day(kind, on=on):
        return rules.opened(kind, start_of_day(cycle.end, rules.zone))
    return moves_at


def _cycle(mandate: Mandate, moves_at: datetime, rules: RailRules) -> Period | None:
    terms = mandate.terms
    return cycle_of(terms.frequency, start=terms.start, day=rules.day(moves_at))


def _cycle_on(mandate: Mandate, moves_at: datetime, rules: RailRules) -> date | None:
    cycle = _cycle(mandate, moves_at, rules)
    return cycle.start if cycle else None


def _cycle_full(
    mandate: Mandate,
    wanted: Wanted,
    history: History,
    debit: Debit,
    *,
    telling: Telling,
    rules: RailRules,
) -> AskCustomer | None:
    """Say why nothing more may be debited in the debit's cycle; None: it may.

    A debit that its gateway may try again by itself needs room for all of those tries.
    """
    for one in history.opt_outs:
        in_cycle = one.cycle_on is not None and one.cycle_on == debit.cycle_on
        if in_cycle or one.invoice_id == wanted.invoice_id:
            return AskCustomer(Ask.OPTED_OUT)
    cycle, on = _cycle(mandate, debit.at, rules), rules.day(debit.at)
    before = [
        one
        for one in history.debits
        if (one.invoice_id == wanted.invoice_id if cycle is None else one.cycle_on == cycle.start)
    ]
    so_far = {one.state for one in before}
    if DebitState.OPTED_OUT in so_far:
        return AskCustomer(Ask.OPTED_OUT)
    next_cycle = start_of_day(cycle.end, rules.zone) if cycle else None
    if rules.once_a_cycle(mandate.kind, on=on) and DebitState.SUCCEEDED in so_far:
        return AskCustomer(Ask.ALREADY_DEBITED, next_cycle)
    most = rules.tries(mandate.kind, on=on)
    tried = sum(one.tries for one in before if one.state is not DebitState.UNREACHED)
    if most is not None and tried + telling.tries > most:
        return AskCustomer(Ask.NO_TRIES_LEFT, next_cycle)
    return None
