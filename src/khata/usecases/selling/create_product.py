"""Add a product to the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.catalog import Product
from khata.core.periods import day_of
from khata.core.tax.nature import Nature, tax_class_of
from khata.db.transaction import Database
from khata.usecases.taxes.check_tax_code import check_tax_code


@dataclass(frozen=True, slots=True)
class CreateProduct:
    tenant: UUID
    id: UUID
    at: datetime
    name: str
    tax_code: str
    description: str | None
    metadata: Mapping[str, str]
    tax_nature: Nature = Nature.TAXABLE
    reverse_charge: bool = False


def create_product(command: CreateProduct, *, db: Database) -> Product:
    """Add the product. Raises: BadTaxNature; UnknownTaxCode, where the seller is in India."""
    product = Product(
        command.id,
        command.name,
        command.tax_code,
        command.description,
        command.metadata,
        command.at,
        tax_class_of(command.tax_nature, reverse_charge=command.reverse_charge),
    )
    with db.transaction(command.tenant) as uow:
        tenant = uow.tenants.get()
        if tenant.country == "IN":
            on = day_of(command.at, tenant.timezone)
            check_tax_code(uow, product.tax_code, product.tax_class, on=on)
        uow.catalog.add_product(product)
    return product
