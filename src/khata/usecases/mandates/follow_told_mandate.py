"""Follow what a gateway tells of a mandate that is known: it moves as the payer's bank says."""

from dataclasses import replace
from datetime import datetime

from khata.core.mandate import ENDED, MANDATE_MOVES, Mandate, ToldBy, terms_told
from khata.core.mandate_rules import rail_rules
from khata.core.payment_method import SavedMethod
from khata.core.told_mandate import MandateStatus
from khata.db.transaction import UnitOfWork
from khata.usecases.mandates.move_mandate import MoveMandate, move_mandate


def follow_told_mandate(
    uow: UnitOfWork, mandate: Mandate, saved: SavedMethod | None, *, at: datetime
) -> MandateStatus:
    """Move the mandate to where the gateway says it is, and return how it stands now.

    `saved` None: the gateway knows nothing of it any more; it was withdrawn. A pause of ours is
    not ended by a gateway that never knew of it.
    """
    to = _told(saved)
    if to is None or to not in MANDATE_MOVES[mandate.status]:
        return mandate.status
    ours = mandate.status is MandateStatus.PAUSED and to is MandateStatus.ACTIVE
    if ours and uow.mandates.last_told_by(mandate.id) != ToldBy.GATEWAY:
        return mandate.status
    move = MoveMandate(to, ToldBy.GATEWAY, "told by the gateway", at)
    after = move_mandate(uow, mandate, move)
    told = saved.mandate if saved else None
    if told is not None and after.status not in ENDED:
        terms = terms_told(
            told,
            mandate.kind,
            asked=mandate.terms,
            currency=mandate.terms.currency,
            today=rail_rules().day(at),
            rules=rail_rules(),
        )
        reference = told.reference or after.reference
        uow.mandates.change(replace(after, terms=terms, reference=reference))
    return after.status


def _told(saved: SavedMethod | None) -> MandateStatus | None:
    """Return the state that a method's own state says; None: nothing is said of a mandate."""
    told = saved.mandate.status if saved and saved.mandate else None
    if saved is None or (saved.has_ended and told not in ENDED):
        return MandateStatus.REVOKED
    return told
