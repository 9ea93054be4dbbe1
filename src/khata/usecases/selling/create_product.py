"""Add a product to the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.catalog import Product
from khata.core.periods import day_of
from khata.core.tax.rate_table import rate_of
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class CreateProduct:
    tenant: UUID
    id: UUID
    at: datetime
    name: str
    tax_code: str
    description: str | None
    metadata: Mapping[str, str]


def create_product(command: CreateProduct, *, db: Database) -> Product:
    """Add the product. Raises: UnknownTaxCode, where the seller is in India."""
    product = Product(
        command.id,
        command.name,
        command.tax_code,
        command.description,
        command.metadata,
        command.at,
    )
    with db.transaction(command.tenant) as uow:
        tenant = uow.tenants.get()
        if tenant.country == "IN":
            rate_of(product.tax_code, on=day_of(command.at, tenant.timezone))
        uow.catalog.add_product(product)
    return product
