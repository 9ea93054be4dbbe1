"""Resolve an attempt by hand: a person has found out what the gateway did not tell."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from khata.core.dunning import DeclineClass
from khata.core.ids import public_id
from khata.core.payment import Answer, Attempt, AttemptStatus, Outcome, SaidBy
from khata.core.refusal import Kind, NotFound, Refusal
from khata.db.stores.attempts import Attempts
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.payments.record_result import RecordResult, record_result


class AttemptResolved(Refusal):
    """The attempt has its end already; only a failure may still turn out to be a success."""

    kind = Kind.CONFLICT


class ReferenceUsed(Refusal):
    """Another attempt has this reference: the same money would be booked twice."""

    kind = Kind.CONFLICT


class ReferenceMissing(Refusal):
    """Money that was taken has the gateway's reference, by which others find it."""


class FeeTooHigh(Refusal):
    """A gateway keeps a part of what it took, never more."""


# A person may be wrong: so long the gateway is asked before anything is charged again.
MAY_BE_WRONG = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class ResolveAttempt:
    """`reference` is the gateway's name for the charge; `fee` what it kept, in minor units."""

    tenant: UUID
    payment_id: UUID
    attempt_id: UUID
    at: datetime
    has_succeeded: bool
    reference: str | None = None
    fee: int = 0


def resolve_attempt(command: ResolveAttempt, *, db: Database) -> Attempt:
    """Record that the attempt took the money, or that it did not; what follows is as ever.

    Raises: NotFound, AttemptResolved, ReferenceMissing, ReferenceUsed, FeeTooHigh.
    """
    answer = Answer(
        Outcome.SUCCEEDED if command.has_succeeded else Outcome.FAILED,
        command.reference,
        fee=command.fee if command.has_succeeded else 0,
        decline_class=None if command.has_succeeded else DeclineClass.SOFT,
        decline_code=None if command.has_succeeded else "resolved_by_hand",
        late_until=None if command.has_succeeded else command.at + MAY_BE_WRONG,
    )

    def only_if(uow: UnitOfWork, attempt: Attempt) -> bool:
        _check(uow, attempt, command)
        return True

    result = RecordResult(
        command.tenant, command.attempt_id, answer, command.at, SaidBy.HUMAN, only_if=only_if
    )
    return record_result(result, db=db)


def _check(uow: UnitOfWork, attempt: Attempt, command: ResolveAttempt) -> None:
    if attempt.payment_id != command.payment_id:
        uow.payments.get(command.payment_id)
        raise NotFound("attempt", public_id("att", command.attempt_id), param="attempt")
    late = attempt.status is AttemptStatus.FAILED and command.has_succeeded
    if not attempt.is_open and not late:
        raise AttemptResolved(f"This attempt has {attempt.status}; nothing of it is unknown")
    if not command.has_succeeded:
        return
    if command.reference is None:
        raise ReferenceMissing(
            "Tell the gateway's reference of the money that it took", param="reference"
        )
    if command.fee > attempt.amount:
        raise FeeTooHigh(f"The attempt took {attempt.amount}; the fee is a part of it", param="fee")
    attempts = Attempts(uow.connection)
    if command.reference != attempt.gateway_reference and attempts.has_reference(
        attempt.gateway, command.reference
    ):
        raise ReferenceUsed(
            f"Another attempt at {attempt.gateway} has this reference", param="reference"
        )
