"""The story of a subscription: what happened to it, told in sentences and in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from khata.core.decline_codes import reason_for_seller
from khata.core.ids import public_id
from khata.core.words import grouped


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing that happened; `tone` is good, wait, bad or quiet.

    `by` is who did it, where that is known, and `about` names the thing it tells of.
    """

    at: datetime
    rank: int  # what comes first, of things of one instant
    text: str
    detail: str
    tone: str
    by: str | None = None
    about: str | None = None


@dataclass(frozen=True, slots=True)
class MoveFact:
    from_status: str | None
    to_status: str
    cause: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class InvoiceFact:
    id: UUID
    number: str
    status: str
    currency: str
    total: int
    created_at: datetime
    paid_at: datetime | None
    voided_at: datetime | None
    written_off_at: datetime | None


@dataclass(frozen=True, slots=True)
class FailedTry:
    """A payment of an invoice that was declined."""

    invoice_id: UUID
    number: int
    currency: str
    amount: int
    decline_code: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class NoteFact:
    id: UUID
    number: str
    invoice: str  # its number
    currency: str
    total: int
    reason: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ChangeFact:
    id: UUID
    kind: str
    status: str
    effective_on: date
    outcome: Mapping[str, Any] | None
    failure: str | None
    actor: str
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class EndingFact:
    """An end that was set, or taken back: then `cancel_on` is None."""

    cancel_on: date | None
    at: datetime


Fact = MoveFact | InvoiceFact | FailedTry | NoteFact | ChangeFact | EndingFact

_MOVED = {
    "trialing": ("The trial began", "wait"),
    "active": ("Became active", "good"),
    "past_due": ("Became past due: a payment failed", "bad"),
    "unpaid": ("Became unpaid: collecting was given up", "bad"),
    "paused": ("Was paused", "quiet"),
    "canceled": ("Was canceled", "quiet"),
    "incomplete": ("Was agreed", "quiet"),
}
_KINDS = {"items": "A change of plans", "pause": "A pause", "resume": "A resumption",
          "anchor": "Another billing day"}  # fmt: skip

# An invoice follows what began its period (3), a failed try follows it (4), and the rest these.
_RANKS = {"incomplete": 0, "trialing": 1, "active": 2}


def tell_story(facts: Sequence[Fact]) -> list[Sentence]:
    """Return the sentences, oldest first."""
    told = [sentence for fact in facts for sentence in _told(fact)]
    return sorted(told, key=lambda sentence: (sentence.at, sentence.rank))


def _told(fact: Fact) -> list[Sentence]:
    match fact:
        case MoveFact():
            return [_move(fact)]
        case InvoiceFact():
            return _invoice(fact)
        case FailedTry():
            return [_failed(fact)]
        case NoteFact():
            return [_note(fact)]
        case ChangeFact():
            return _change(fact)
        case EndingFact():
            return [_ending(fact)]


def _move(move: MoveFact) -> Sentence:
    text, tone = _MOVED[move.to_status]
    if move.to_status == "active" and move.from_status in ("past_due", "unpaid"):
        text = "Became active again: it is paid"
    before = f"{_plain(move.from_status)} before; " if move.from_status else ""
    detail = f"{before}{move.cause.replace('_', ' ')}, by {move.actor}"
    return Sentence(move.at, _RANKS.get(move.to_status, 5), text, detail, tone, move.actor)


def _invoice(invoice: InvoiceFact) -> list[Sentence]:
    amount = grouped(invoice.total, invoice.currency)
    about = public_id("inv", invoice.id)
    what = f"Invoice {invoice.number} of {amount}"
    status = _plain(invoice.status).lower()
    tone = "good" if invoice.status == "paid" else "wait"
    told = [Sentence(invoice.created_at, 3, what, status, tone, about=about)]
    for at, text, tone in (
        (invoice.paid_at, "was paid", "good"),
        (invoice.voided_at, "was voided", "quiet"),
        (invoice.written_off_at, "was written off", "bad"),
    ):
        if at is not None and at != invoice.created_at:
            text = f"Invoice {invoice.number} {text}"
            told.append(Sentence(at, 5, text, amount, tone, about=about))
    return told


def _failed(failed: FailedTry) -> Sentence:
    text = f"A payment of {grouped(failed.amount, failed.currency)} failed (try {failed.number})"
    detail = reason_for_seller(failed.decline_code)
    return Sentence(failed.at, 4, text, detail, "bad", about=public_id("inv", failed.invoice_id))


def _note(note: NoteFact) -> Sentence:
    text = f"Credit note {note.number} of {grouped(note.total, note.currency)}"
    detail = f"{note.reason}; against invoice {note.invoice}"
    return Sentence(note.created_at, 3, text, detail, "quiet", about=public_id("cn", note.id))


def _change(change: ChangeFact) -> list[Sentence]:
    about, kind = public_id("chg", change.id), _KINDS.get(change.kind, _plain(change.kind))
    at_once = change.status == "applied" and change.finished_at == change.created_at
    told = []
    if not at_once:
        text = f"{kind} was scheduled for {_day(change.effective_on)}"
        told.append(
            Sentence(change.created_at, 5, text, f"by {change.actor}", "wait", change.actor, about)
        )
    is_told_by_a_move = change.kind == "pause" and change.status == "applied"
    if change.finished_at is None or is_told_by_a_move:
        return told
    text, tone = {
        "applied": (f"{kind} was made", "good"),
        "canceled": (f"{kind} was taken back", "quiet"),
    }.get(change.status, (f"{kind} could not be made", "bad"))
    by = change.actor if at_once else None
    detail = change.failure or _from_to(change.outcome) or (f"by {by}" if by else "as scheduled")
    told.append(Sentence(change.finished_at, 1, text, detail, tone, by, about))
    return told


def _from_to(outcome: Mapping[str, Any] | None) -> str | None:
    """Spell the items before and after, where they were kept: from Pro to 4 × Team."""
    if not outcome or "before" not in outcome or "after" not in outcome:
        return None
    before, after = (
        " and ".join(
            one["plan"] if one["quantity"] == 1 else f"{one['quantity']} × {one['plan']}"
            for one in outcome[side]
        )
        for side in ("before", "after")
    )
    return f"from {before} to {after}"


def _ending(ending: EndingFact) -> Sentence:
    if ending.cancel_on is None:
        return Sentence(ending.at, 5, "Its end was taken back", "it goes on", "good")
    text = f"Was set to end on {_day(ending.cancel_on)}"
    return Sentence(ending.at, 5, text, "until then it goes on", "wait")


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _plain(word: str) -> str:
    return word.replace("_", " ").capitalize()
