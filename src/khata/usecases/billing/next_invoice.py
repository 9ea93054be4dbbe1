"""The next invoice of a subscription, as its renewal will make it: decide without store."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from khata.core.due import Due
from khata.core.foreseeing import steps_to_come
from khata.core.ids import new_id
from khata.core.invoice import Invoice
from khata.core.periods import start_of_day
from khata.core.refusal import Kind, Refusal
from khata.core.subscription import Status, Subscription, awaits_payment
from khata.core.together import draw_together, groups_of
from khata.core.usage_periods import settles_alone
from khata.db.stores.due import DueWork
from khata.db.stores.taken import Taken
from khata.db.transaction import UnitOfWork
from khata.usecases.billing.read_foreseeing import read_foreseeing


class NothingToCome(Refusal):
    """The subscription will have no further invoice as it stands."""

    kind = Kind.CONFLICT


def next_invoice(uow: UnitOfWork, subscription_id: UUID, *, at: datetime) -> Invoice:
    """Return the invoice that the next of its things to come will bring, on its own day, unstored.

    That is a period, a change, or the end where something waits to be billed. A trial is seen as
    if there will be a way to pay when it ends, and a first payment that is awaited as made.
    Where it will be one with others that fall due together, that is the one.
    Raises: NotFound, NothingToCome, and what the renewal itself would refuse.
    """
    ids = iter(lambda: new_id(at), None)
    together = DueWork(uow.connection).read_together(subscription_id)
    [own] = [one for one in together if one.subscription.id == subscription_id]
    first = _first_invoice(uow, own, at, ids)
    if first is None:
        raise NothingToCome(
            "This subscription has ended, or nothing of it will be billed as it stands"
        )
    _, invoice = first
    if len(together) == 1 or invoice.period is None:
        return invoice
    parts = [first if one is own else _beside(uow, one, at, ids) for one in together]
    return _drawn_with(first, [part for part in parts if part is not None], uow, ids)


def _first_invoice(
    uow: UnitOfWork, taken: Taken, at: datetime, ids: Iterator[UUID]
) -> tuple[Due, Invoice] | None:
    """Return the first invoice to come, and the subscription as it is due then."""
    due, by = read_foreseeing(uow, taken, at=at)
    due = replace(
        due,
        subscription=_begun(due.subscription),
        has_method=True,
        usage=tuple(one for one in due.usage if not settles_alone(one.row, due.subscription)),
    )
    for renewal, after in steps_to_come(due, by, ids):
        if renewal.invoice is not None:
            return replace(due, terms=by.terms_on(renewal.invoice.issued_on)), renewal.invoice
        due = after
    return None


def _beside(
    uow: UnitOfWork, taken: Taken, at: datetime, ids: Iterator[UUID]
) -> tuple[Due, Invoice] | None:
    """The same of one that may fall due together with it; what is refused there stands alone."""
    try:
        return _first_invoice(uow, taken, at, ids)
    except Refusal:
        return None


def _drawn_with(
    first: tuple[Due, Invoice],
    parts: list[tuple[Due, Invoice]],
    uow: UnitOfWork,
    ids: Iterator[UUID],
) -> Invoice:
    """Return the one invoice of those that begin a period with it, in the order they are due."""
    invoice_of = {id(due): made for due, made in parts if made.period is not None}
    group = next(
        group
        for group in groups_of([due for due, made in parts if made.period is not None])
        if any(due is first[0] for due in group)
    )
    if len(group) == 1:
        return first[1]
    return draw_together(
        [(due, invoice_of[id(due)]) for due in group],
        today=first[1].issued_on,
        policies=uow.tenants.get().policies,
        ids=ids,
    )


def _begun(subscription: Subscription) -> Subscription:
    """Return one that waits for its first payment as it will be when that has come."""
    if not awaits_payment(subscription) or subscription.period is None:
        return subscription
    renews_at = start_of_day(subscription.period.end, subscription.timezone)
    return replace(subscription, status=Status.ACTIVE, next_billing_at=renews_at)
