"""Settle the visits of an invoice before it is collected in another way."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from khata.core.visiting import Visit
from khata.db.transaction import Database
from khata.ports.gateways import Gateways
from khata.usecases.visits.settle_visit import NoWord, SettleVisit, settle_visit


def settle_before_charging(
    visits: Iterable[Visit], *, tenant: UUID, at: datetime, db: Database, gateways: Gateways
) -> bool:
    """Close the page that is open, ask at those that are closed, and say whether all is known.

    What was paid there is recorded. A page that was closed is asked about for as long as its money
    may come late: else what it has brought would be charged a second time. False: a gateway does
    not tell now, or its page cannot be closed; nothing may be charged beside it. That has an end
    (LONGEST_SILENCE): money that comes after all is given back.
    """
    is_known = True
    for visit in visits:
        settle = SettleVisit(tenant, visit.id, at, is_unwanted=True, needs_word=True)
        try:
            is_known &= not settle_visit(settle, db=db, gateways=gateways).is_open
        except NoWord:
            is_known = False
    return is_known
