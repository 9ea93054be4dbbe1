"""Leave the provider of sales tax: the tenant's own confirmations decide again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.refusal import NotFound
from khata.db.stores.chosen_providers import ChosenProviders
from khata.db.stores.tax_quotes import TaxQuotes
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class LeaveTaxProvider:
    tenant: UUID
    at: datetime


def leave_tax_provider(command: LeaveTaxProvider, *, db: Database) -> None:
    """Forget the choice and its key; what waits for the provider is decided anew.

    Raises: NotFound.
    """
    with db.transaction(command.tenant) as uow:
        if not ChosenProviders(uow.connection).leave():
            raise NotFound("tax provider", "of this account")
        TaxQuotes(uow.connection).wake(command.at)
