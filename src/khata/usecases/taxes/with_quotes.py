"""Do what needs a provider's word on tax: without it once, and again when it has been asked."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from khata.core.refusal import Kind, Refusal
from khata.core.tax.quotes import TaxQuoteNeeded
from khata.db.stores.tax_quotes import TaxQuotes
from khata.db.transaction import Database
from khata.ports.tax_providers import TaxProviders
from khata.usecases.taxes.ask_due_quotes import AskDueQuotes, ask_due_quotes

T = TypeVar("T")


class TaxProviderRefused(Refusal):
    """The provider of sales tax says no to the sale; its own words say why."""

    kind = Kind.CONFLICT


def with_quotes(
    act: Callable[[], T],
    *,
    tenant: UUID,
    at: datetime,
    db: Database,
    providers: TaxProviders | None,
) -> T:
    """Return what `act` does, which opens transactions of its own and may be done twice.

    The first that is refused for want of a quote is undone; the provider is asked outside of any
    transaction. Raises: TaxQuoteNeeded, where it gives no answer now; TaxProviderRefused; and
    what `act` refuses.
    """
    try:
        return act()
    except TaxQuoteNeeded as needed:
        key = needed.basket.key
        with db.transaction(tenant) as uow:
            TaxQuotes(uow.connection).want([(needed, None)], at)
    ask_due_quotes(AskDueQuotes(tenant, at), db=db, providers=providers)
    with db.transaction(tenant) as uow:
        why = TaxQuotes(uow.connection).why_refused(key)
    if why is not None:
        raise TaxProviderRefused(f"No tax can be put on this sale: {why}")
    return act()
