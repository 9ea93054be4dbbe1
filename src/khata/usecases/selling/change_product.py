"""Change a product. Invoices made before keep what they show."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from khata.core.catalog import Product
from khata.core.ids import public_id
from khata.core.periods import day_of
from khata.core.refusal import NotFound
from khata.core.tax.rate_table import rate_of
from khata.db.transaction import Database


class ProductChanges(TypedDict, total=False):
    """What is not named stays as it is."""

    name: str
    tax_code: str
    description: str | None
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ChangeProduct:
    tenant: UUID
    id: UUID
    at: datetime
    changes: ProductChanges


def change_product(command: ChangeProduct, *, db: Database) -> Product:
    """Write the changes. Raises: NotFound, UnknownTaxCode."""
    with db.transaction(command.tenant) as uow:
        product = uow.catalog.lock_product(command.id)
        if product is None:
            raise NotFound("product", public_id("prod", command.id))
        changed = replace(product, **command.changes)
        tenant = uow.tenants.get()
        if tenant.country == "IN":
            rate_of(changed.tax_code, on=day_of(command.at, tenant.timezone))
        uow.catalog.change_product(changed)
    return changed
