"""Find whom a tenant has chosen to say sales tax."""

from khata.db.stores.chosen_providers import ChosenProviders
from khata.db.transaction import UnitOfWork
from khata.ports.tax_providers import ChosenProvider


def find_tax_provider(uow: UnitOfWork) -> ChosenProvider | None:
    """Return the provider, its key sealed; None where confirmations decide."""
    row = ChosenProviders(uow.connection).get()
    return None if row is None else ChosenProvider(*row)
