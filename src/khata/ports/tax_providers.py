"""The wish for the providers of sales tax that tenants have chosen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from khata.core.tax.quotes import TaxProviderName
from khata.ports.tax_provider import TaxProvider


@dataclass(frozen=True, slots=True)
class ChosenProvider:
    """`credentials` are sealed; each choice has a `version` of its own."""

    tenant: UUID
    provider: TaxProviderName
    base_url: str
    credentials: bytes
    product_code: str
    version: int
    chosen_at: datetime


class TaxProviders(Protocol):
    def of(self, chosen: ChosenProvider) -> TaxProvider | None:
        """Return the provider as the tenant has chosen it; None: its credentials do not open."""
        ...
