"""What becomes of a document at the portal: its states, and the moves between them."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from khata.core.e_invoice.dated import CANCELLED_WITHIN, WAITS, Reaction
from khata.core.refusal import Kind, Refusal


class EInvoiceState(StrEnum):
    NOT_APPLICABLE = "not_applicable"
    PENDING = "pending"  # to be sent
    SUBMITTED = "submitted"  # sent; what came of it is not known yet
    RETRYING = "retrying"  # the portal was down or did not say; to be sent again
    GENERATED = "generated"  # it has its IRN
    FAILED = "failed"  # refused for what it says; its owner corrects and sends again
    MANUAL = "manual"  # a person looks
    CANCELLED = "cancelled"


_S = EInvoiceState
MOVES: Final[Mapping[EInvoiceState, frozenset[EInvoiceState]]] = {
    _S.NOT_APPLICABLE: frozenset({_S.PENDING}),  # what was known of the seller was corrected
    _S.PENDING: frozenset({_S.SUBMITTED, _S.FAILED, _S.MANUAL, _S.NOT_APPLICABLE}),
    _S.SUBMITTED: frozenset({_S.GENERATED, _S.RETRYING, _S.FAILED, _S.MANUAL}),
    _S.RETRYING: frozenset({_S.SUBMITTED, _S.GENERATED, _S.FAILED, _S.MANUAL}),
    _S.FAILED: frozenset({_S.PENDING, _S.MANUAL, _S.NOT_APPLICABLE}),
    _S.MANUAL: frozenset({_S.PENDING, _S.GENERATED, _S.FAILED, _S.NOT_APPLICABLE}),
    _S.GENERATED: frozenset({_S.CANCELLED}),
    _S.CANCELLED: frozenset(),
}


class EInvoiceMoveNotAllowed(Refusal):
    """An e-invoice in this state cannot come into that one."""

    kind = Kind.CONFLICT


class TooLateToCancel(Refusal):
    """A portal cancels an IRN within a day of giving it; after that a credit note is the way."""

    kind = Kind.CONFLICT


def moved(was: EInvoiceState, to: EInvoiceState) -> EInvoiceState:
    """Return `to`, where the table allows the move. Raises: EInvoiceMoveNotAllowed."""
    if to not in MOVES[was]:
        raise EInvoiceMoveNotAllowed(f"An e-invoice that is {was} cannot become {to}")
    return to


def state_after(reaction: Reaction) -> EInvoiceState:
    """Return the state of a document that was sent and refused with an error of this reaction."""
    if reaction in (Reaction.CORRECT, Reaction.SYNC_GSTIN):  # the registry has synced already
        return EInvoiceState.FAILED
    if reaction in (Reaction.TRY_AGAIN, Reaction.AUTHENTICATE_AGAIN):
        return EInvoiceState.RETRYING
    return EInvoiceState.MANUAL


def next_try_at(tries: int, failed_at: datetime) -> datetime:
    """Return when to send again after so many tries that told nothing: later each time."""
    return failed_at + WAITS[min(max(tries, 1), len(WAITS)) - 1]


_CREDIT: Final = "credit the document instead (CGST Act s.34)"
_RAISE: Final = "raise its invoice by a debit note instead (CGST Act s.34(3))"


def check_cancellable(
    number: str, *, generated_at: datetime, at: datetime, is_note: bool = False
) -> None:
    """Refuse to cancel an IRN that is older than a day. Raises: TooLateToCancel.

    `is_note`: it is a credit note's, which another document takes back than an invoice's.
    """
    if at - generated_at > CANCELLED_WITHIN:
        raise TooLateToCancel(
            f"The IRN of {number} was generated more than 24 hours ago, and the portal no longer "
            f"cancels it; {_RAISE if is_note else _CREDIT}"
        )
