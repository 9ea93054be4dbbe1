"""Bill in batches, until nothing is due: what breaks is found, and the rest goes on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import psycopg
import structlog

from khata.core.refusal import Refusal, unforeseen
from khata.db.stores.due import DueWork
from khata.db.stores.runs import BillingRun
from khata.db.stores.taken import Refused, Taken
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.billing.renew_due_subscriptions import (
    Batch,
    RenewDueSubscriptions,
    count,
    park,
    renew_due_subscriptions,
    renew_taken,
)

_log = structlog.get_logger(__name__)

# Lost to another transaction, not to a mistake: the same batch succeeds when it is asked again.
_PASSING = psycopg.OperationalError

# So many break in one way, and not one renewal works: the fault is not a subscription's.
TOO_MANY_ALIKE = 10


class RenewalFailed(Refusal):
    """A renewal broke on a fault of ours; the subscription is set aside and the rest go on."""


class NothingWorks(RuntimeError):
    """One renewal after the other breaks in the same way; nobody is set aside for it."""


@dataclass(frozen=True, slots=True)
class _Suspect:
    """A subscription whose renewal broke when it was alone in its batch."""

    id: UUID
    fault: Exception


@dataclass(frozen=True, slots=True)
class Billed:
    """The run with these batches counted in, and how many subscriptions they took."""

    run: BillingRun
    taken: int


def bill_in_batches(
    work: RenewDueSubscriptions, *, db: Database, most: int | None = None
) -> Billed:
    """Renew batch after batch, and tell how far the run has come.

    It ends when nothing is due, or after the batch with which `most` have been taken.
    A batch that breaks is halved until the culprit stands alone. It is passed over, and set
    aside at the end, when others have shown that renewing works. Raises: NothingWorks.
    """
    largest, suspects, taken = work.limit, list[_Suspect](), 0
    while True:
        done = _alone(work, db) if work.limit == 1 else _together(work, db)
        if done is None:
            work = replace(work, limit=work.limit // 2)
        elif isinstance(done, _Suspect):
            suspects.append(done)
            if taken == 0 and _are_alike(suspects):
                raise NothingWorks(f"{len(suspects)} renewals, and all break") from done.fault
            work = replace(work, but=(*work.but, done.id))
        else:
            taken += done.taken
            if done.is_last or (most is not None and taken >= most):
                break
            work = replace(work, limit=min(2 * work.limit, largest))
    for suspect in suspects:
        done = _renewed_or_parked(suspect, work, db)
        taken += done.taken
    assert done.run is not None
    return Billed(done.run, taken)


def _together(work: RenewDueSubscriptions, db: Database) -> Batch | None:
    try:
        return renew_due_subscriptions(work, db=db)
    except _PASSING:
        raise
    except Exception:
        return None


def _alone(work: RenewDueSubscriptions, db: Database) -> Batch | _Suspect:
    """Renew the one that is due the longest, or say that it breaks and leave it as it is."""
    with db.transaction(work.tenant) as uow:
        taken = DueWork(uow.connection).take_due(work.due_by, limit=1, but=work.but)
        done = _tried(uow, taken, work)
        if isinstance(done, Batch):
            return done
    return _Suspect(taken[0].subscription.id, done)


def _renewed_or_parked(suspect: _Suspect, work: RenewDueSubscriptions, db: Database) -> Batch:
    """Try a suspect once more, and park it under the same lock if it still breaks."""
    with db.transaction(work.tenant) as uow:
        taken = DueWork(uow.connection).take([suspect.id], work.due_by)
        done = _tried(uow, taken, replace(work, limit=2))
        if isinstance(done, Batch):
            return done
        park(uow, [Refused(one.subscription, _reason(done)) for one in taken], work.at)
        return count(uow, Batch(len(taken), 0, len(taken), is_last=True), work.run_id)


def _tried(
    uow: UnitOfWork, taken: Sequence[Taken], work: RenewDueSubscriptions
) -> Batch | Exception:
    try:
        with uow.connection.transaction():  # a savepoint: the lock outlives the fault
            batch = renew_taken(uow, taken, work)
            uow.connection.execute("set constraints all immediate")
            return batch
    except _PASSING:
        raise
    except Exception as fault:
        if not taken:
            raise
        return fault


def _are_alike(suspects: Sequence[_Suspect]) -> bool:
    """Say whether one fault of ours breaks them all; a refusal has a name and parks by it."""
    kinds = {type(one.fault) for one in suspects}
    is_refusal = isinstance(suspects[0].fault, Refusal)
    return len(suspects) >= TOO_MANY_ALIKE and len(kinds) == 1 and not is_refusal


def _reason(fault: Exception) -> Refusal:
    if isinstance(fault, Refusal):
        return fault
    _log.error("renewal_failed", exc_info=fault)
    return RenewalFailed(unforeseen(fault))
