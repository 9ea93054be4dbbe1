"""What moves by notification: thresholds, days and the portals' errors, read from dated rows."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from importlib.resources import files
from typing import Any, Final


class Reaction(StrEnum):
    """What an error of a portal asks of us."""

    FIX_CONFIGURATION = "fix_configuration"  # a header or credential is missing
    AUTHENTICATE_AGAIN = "authenticate_again"  # once
    STOP = "stop"  # whoever goes on is locked out; a person looks
    CORRECT = "correct"  # the document or a master record is wrong: its owner looks
    OUR_FAULT = "our_fault"  # the tax engine and the portal add up differently
    TRY_AGAIN = "try_again"
    NOT_THERE = "not_there"
    COMPARE = "compare"  # fetch what the portal has: only the same is a success
    ASK_ELSEWHERE = "ask_elsewhere"  # the GST portal still has it
    SYNC_GSTIN = "sync_gstin"  # let the portal look again, once
    TOO_LATE_TO_CANCEL = "too_late_to_cancel"  # a credit note is the way
    CANCELLED_ALREADY = "cancelled_already"
    IGNORE = "ignore"
    MANUAL = "manual"


class ExemptClass(StrEnum):
    """Sellers who need not register their invoices, whatever their turnover."""

    SEZ_UNIT = "sez_unit"
    BANK_OR_INSURER = "bank_or_insurer"
    GOODS_TRANSPORT = "goods_transport"
    PASSENGER_TRANSPORT = "passenger_transport"
    MULTIPLEX = "multiplex"
    GOVERNMENT = "government"


@dataclass(frozen=True, slots=True)
class Bound:
    """An amount of turnover in rupees that holds from a day on, and days that go with it."""

    valid_from: date
    rupees: int
    source: str
    days: int = 0


def in_force(bounds: tuple[Bound, ...], on: date) -> Bound | None:
    """Return the bound that holds on a day: the latest that has begun, or None."""
    begun = [bound for bound in bounds if bound.valid_from <= on]
    return max(begun, key=lambda bound: bound.valid_from, default=None)


def reaction_to(code: str) -> Reaction:
    """Return what an error code asks of us; one that nobody has met yet is for a person."""
    return _REACTIONS.get(code, Reaction.MANUAL)


def _bounds(name: str, amount: str) -> tuple[Bound, ...]:
    rows: list[dict[str, Any]] = _FILE[name]
    return tuple(
        Bound(row["valid_from"], row[amount], row["source"], row.get("days", 0)) for row in rows
    )


_FILE: Final[dict[str, Any]] = tomllib.loads(
    files("khata.core.e_invoice").joinpath("e_invoice.toml").read_text("utf-8")
)
_REACTIONS: Final[Mapping[str, Reaction]] = {
    code: Reaction(name) for name, codes in _FILE["reactions"].items() for code in codes
}

THRESHOLDS: Final = _bounds("threshold", "above")
REPORTS: Final = _bounds("report", "from")
CONSUMER_QR: Final = _bounds("consumer_qr", "above")
EXEMPT: Final[Mapping[ExemptClass, str]] = {
    ExemptClass(row["class"]): row["source"] for row in _FILE["exempt"]
}
CASE_BLIND_FROM: Final[date] = _FILE["portal"]["case_blind_from"]
CANCELLED_WITHIN: Final = timedelta(hours=_FILE["portal"]["cancel_hours"])
WARNED_BEFORE: Final = timedelta(days=_FILE["portal"]["warned_days_before"])
WAITS: Final = tuple(
    timedelta(minutes=minutes) for minutes in _FILE["portal"]["tries_after_minutes"]
)
