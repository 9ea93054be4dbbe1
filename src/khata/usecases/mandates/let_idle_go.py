"""Let idle mandates go: those by which nothing is collected any more since a subscription ended."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from khata.core.mandate import Mandate, next_look
from khata.core.mandate_rules import rail_rules
from khata.core.policies import MandatesAfterCancel
from khata.db.transaction import UnitOfWork

_LOOKED_AGAIN = timedelta(days=1)  # while something is still owed


def let_idle_go(uow: UnitOfWork, subscriptions: Sequence[UUID], *, at: datetime) -> None:
    """Have the mandates of subscriptions that ended looked at now, unless the tenant keeps them.

    Source: RBI, E-mandate Framework, 2026: who cancels is not to be debited any more.
    """
    if uow.tenants.get().policies.mandates_after_cancel is MandatesAfterCancel.WITHDRAW:
        uow.mandates.look_whether_idle(subscriptions, at)


def is_to_go(uow: UnitOfWork, mandate: Mandate, *, at: datetime) -> bool:
    """Say whether a mandate, which is locked, is withdrawn now.

    It stays where a subscription goes on by it; while something is owed it is looked at again.
    """
    use = uow.mandates.use_of(mandate.id)
    if not use.is_watched:
        return False
    if not (use.serves or use.collects):
        return True
    again = next_look(mandate.terms, mandate.status, after=at, rules=rail_rules())
    if not use.serves:
        again = min(again or at + _LOOKED_AGAIN, at + _LOOKED_AGAIN)
    uow.mandates.watch(mandate.id, use.collects and not use.serves)
    uow.mandates.look_again(mandate.id, again)
    return False
