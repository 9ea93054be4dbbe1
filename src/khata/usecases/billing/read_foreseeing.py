"""Read what foreseeing a subscription needs: how it stands, and the terms of any day to come."""

from datetime import date, datetime
from functools import cache

from khata.core.due import Due
from khata.core.foreseeing import Foreseeing
from khata.core.periods import day_of
from khata.core.terms import Terms
from khata.db.stores.due import DueWork
from khata.db.stores.reductions import Reductions
from khata.db.stores.taken import Taken
from khata.db.transaction import UnitOfWork


def read_foreseeing(uow: UnitOfWork, taken: Taken, *, at: datetime) -> tuple[Due, Foreseeing]:
    """Return what is due of a subscription, and by what it is foreseen from now on.

    Raises: what the tax law refuses today.
    """
    work, tenant = DueWork(uow.connection), uow.tenants.get()

    today = day_of(at, tenant.timezone)

    @cache
    def terms_on(day: date) -> Terms:
        terms = taken.terms(work.terms_of([taken], on=day))
        return terms.foreseen() if day > today else terms

    due, refused = work.with_terms([taken], on=today)
    if refused:
        raise refused[0].refusal
    lowered = Reductions(uow.connection, [taken], locking=False).joined(due[0])
    return lowered, Foreseeing(at, tenant.timezone, tenant.policies, terms_on)
