"""Tell providers of sales tax what credit notes have taken back of the sales they know."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from khata.core.ids import public_id
from khata.core.tax.quotes import next_try_at
from khata.db.retrying import retrying
from khata.db.stores.tax_reversals import DueReversal, TaxReversals
from khata.db.transaction import Database, UnitOfWork
from khata.ports.tax_provider import ProviderAway, ProviderRefused, Reversal, TaxProvider
from khata.ports.tax_providers import ChosenProvider, TaxProviders
from khata.usecases.taxes.find_tax_provider import find_tax_provider


@dataclass(frozen=True, slots=True)
class TellDueReversals:
    tenant: UUID
    at: datetime
    limit: int = 20


Answer = str | ProviderAway | ProviderRefused


def tell_due_reversals(
    command: TellDueReversals, *, db: Database, providers: TaxProviders | None
) -> int:
    """Tell what is due, each outside a transaction, and return how many were looked at.

    A sale that the provider does not know yet is told of first; one of a provider that was left
    stays untold, with its reason.
    """

    def take(uow: UnitOfWork) -> tuple[list[DueReversal], ChosenProvider | None]:
        due = TaxReversals(uow.connection).take_due(command.at, limit=command.limit)
        return due, find_tax_provider(uow) if due else None

    due, chosen = retrying(db, command.tenant, take)
    provider = providers.of(chosen) if providers and chosen else None
    for one in due:
        answer: Answer
        if chosen is None or one.basket.provider is not chosen.provider:
            answer = ProviderRefused("not_chosen", "This provider is chosen no more")
        else:
            answer = _answer(one, provider)
        retrying(db, command.tenant, partial(_keep, one=one, answer=answer, at=command.at))
    return len(due)


def _answer(one: DueReversal, provider: TaxProvider | None) -> Answer:
    if provider is None:
        return ProviderAway("The credentials do not open here")
    if one.recorded_as is None:
        return ProviderAway("The provider has not been told of the sale yet")
    told = Reversal(
        public_id("cn", one.note_id),
        public_id("inv", one.invoice_id),
        one.recorded_as,
        one.basket,
        one.net,
        one.tax,
        one.on,
    )
    try:
        return provider.reverse(told)
    except (ProviderAway, ProviderRefused) as no:
        return no


def _keep(uow: UnitOfWork, *, one: DueReversal, answer: Answer, at: datetime) -> None:
    store = TaxReversals(uow.connection)
    if isinstance(answer, str):
        store.settle(one.note_id, "recorded", told=answer, why=None)
    elif isinstance(answer, ProviderRefused):
        store.settle(one.note_id, "unrecorded", told=None, why=str(answer))
    else:
        store.again(one.note_id, str(answer), next_try_at(one.tries, at))
