"""The story of a subscription: its moves, invoices and failed payments, told in their order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from khata.core.ids import public_id
from khata.core.words import grouped
from khata.dashboard.wording import decline, status
from khata.db.reads.browse import InvoiceRow
from khata.db.reads.closeup import AttemptCloseup, MoveCloseup


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence of a story; `tone` colours its mark."""

    at: datetime
    text: str
    detail: str
    tone: str
    rank: int  # what comes first, of things of one instant
    link: str | None = None


_MOVED = {
    "trialing": ("The trial began", "wait"),
    "active": ("Became active", "good"),
    "past_due": ("Became past due: a payment failed", "bad"),
    "unpaid": ("Became unpaid: collecting was given up", "bad"),
    "paused": ("Was paused", "quiet"),
    "canceled": ("Was canceled", "quiet"),
    "incomplete": ("Was agreed", "quiet"),
}

# An invoice follows what began its period (3), a failed try follows it (4), and the rest these.
_RANKS = {"incomplete": 0, "trialing": 1, "active": 2}


def story(
    moves: Iterable[MoveCloseup],
    invoices: Iterable[InvoiceRow],
    attempts: Iterable[AttemptCloseup],
    currency: str,
) -> list[Told]:
    """Return the sentences, newest first."""
    told = [_move(move) for move in moves]
    told += [_invoice(invoice) for invoice in invoices]
    told += [_attempt(attempt, currency) for attempt in attempts if attempt.status == "failed"]
    return sorted(told, key=lambda sentence: (sentence.at, sentence.rank), reverse=True)


def _move(move: MoveCloseup) -> Told:
    text, tone = _MOVED[move.to_status]
    if move.to_status == "active" and move.from_status in ("past_due", "unpaid"):
        text = "Became active again: it is paid"
    before = f"{status(move.from_status)} before; " if move.from_status else ""
    detail = f"{before}{move.cause.replace('_', ' ')}, by {move.actor}"
    return Told(move.at, text, detail, tone, _RANKS.get(move.to_status, 5))


def _invoice(invoice: InvoiceRow) -> Told:
    return Told(
        invoice.created_at,
        f"Invoice {invoice.number} of {grouped(invoice.total, invoice.currency)}",
        status(invoice.status).lower(),
        "good" if invoice.status == "paid" else "wait",
        3,
        f"/dashboard/invoices/{public_id('inv', invoice.id)}",
    )


def _attempt(attempt: AttemptCloseup, currency: str) -> Told:
    return Told(
        attempt.finished_at or attempt.created_at,
        f"A payment of {grouped(attempt.amount, currency)} failed (try {attempt.number})",
        decline(attempt.decline_code),
        "bad",
        4,
    )
