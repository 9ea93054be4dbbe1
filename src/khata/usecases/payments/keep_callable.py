"""Keep, of a customer's ways to pay, those that may be charged now for an invoice."""

from collections.abc import Sequence
from datetime import datetime

from khata.core.debit_plan import Debit, Telling, Wanted, plan
from khata.core.mandate_rules import rail_rules
from khata.core.network_caps import forbidding, free_at
from khata.db.stores.invoices import StoredInvoice
from khata.db.stores.payment_methods import Payable
from khata.db.transaction import UnitOfWork
from khata.usecases.dunning.read_past_tries import read_past_tries
from khata.usecases.mandates.plan_debits import Planning, plan_debits


def keep_callable(
    uow: UnitOfWork, ways: Sequence[Payable], invoice: StoredInvoice, *, at: datetime
) -> list[Payable]:
    """Return the ways that neither a network nor a mandate forbids, in their order.

    A card that must not be tried again, or not yet, and a mandate that needs its payer first are
    no ways to fall back on: nobody is called by them, and the payer has refused nothing. Mandates
    are locked first, then the methods; when a mandate is really debited is the planner's.
    """
    planning = plan_debits(uow, ways, at=at)
    past = read_past_tries(uow, ways, at=at)
    wanted = Wanted(invoice.id, invoice.payable, invoice.currency)
    return [
        way
        for way in ways
        if forbidding(past[way.id].tries) is None
        and free_at(past[way.id], at) <= at
        and _lets(planning, way, wanted)
    ]


def _lets(planning: Planning, way: Payable, wanted: Wanted) -> bool:
    mandate = planning.mandates.get(way.mandate_id) if way.mandate_id else None
    if mandate is None:
        return True
    history, telling = planning.histories[mandate.id], Telling(when_asked=False)
    planned = plan(mandate, wanted, history, telling=telling, rules=rail_rules(), at=planning.at)
    return isinstance(planned, Debit)
