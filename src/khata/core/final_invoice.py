"""The final invoice of a subscription that ends: what waited, and what a minimum is short of."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from khata.core.catalog import Item
from khata.core.charge import Charge
from khata.core.commitments import Gave, closing
from khata.core.credit_note import CreditNote
from khata.core.crediting import by_item
from khata.core.invoice import Invoice
from khata.core.issuing import Issuing, draw_up
from khata.core.paying import for_whom
from khata.core.subscription import Subscription


def final_invoice(
    subscription: Subscription,
    items: Sequence[Item],
    gave: Mapping[UUID, Gave] | None,
    notes: Sequence[CreditNote],
    under: Issuing,
    ids: Iterator[UUID],
    waited: Sequence[Charge] = (),
) -> Invoice | None:
    """Return the invoice that closes the running period of a subscription that ends, if any.

    Where unused days are credited the minimum is of the days until then; else of the period.
    `waited` had been waiting for a next invoice, and this is the last.
    """
    period = subscription.period
    charges = list(waited)
    if gave is not None and period is not None:
        days = [line.period.start for note in notes for line in note.lines if line.takes_days]
        until = min(days, default=period.end)
        owed = closing(subscription, items, until=until, gave=gave, credited=by_item(notes))
        charges += for_whom(owed, under.terms)
    return draw_up(charges, None, under, ids) if charges else None
