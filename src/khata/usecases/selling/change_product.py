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
from khata.core.tax.nature import Nature, TaxClass, tax_class_of
from khata.db.transaction import Database
from khata.usecases.taxes.check_tax_code import check_tax_code


class ProductChanges(TypedDict, total=False):
    """What is not named stays as it is."""

    name: str
    tax_code: str
    description: str | None
    metadata: Mapping[str, str]
    tax_nature: Nature
    reverse_charge: bool


@dataclass(frozen=True, slots=True)
class ChangeProduct:
    tenant: UUID
    id: UUID
    at: datetime
    changes: ProductChanges


def change_product(command: ChangeProduct, *, db: Database) -> Product:
    """Write the changes. Raises: NotFound, BadTaxNature, UnknownTaxCode."""
    with db.transaction(command.tenant) as uow:
        product = uow.catalog.lock_product(command.id)
        if product is None:
            raise NotFound("product", public_id("prod", command.id))
        changed = _changed(product, command.changes)
        tenant = uow.tenants.get()
        if tenant.country == "IN":
            on = day_of(command.at, tenant.timezone)
            check_tax_code(uow, changed.tax_code, changed.tax_class, on=on)
        uow.catalog.change_product(changed)
    return changed


def _changed(product: Product, changes: ProductChanges) -> Product:
    nature = Nature(changes.get("tax_nature", product.tax_class.nature))
    is_reverse = product.tax_class is TaxClass.REVERSE_CHARGE
    return replace(
        product,
        name=changes.get("name", product.name),
        tax_code=changes.get("tax_code", product.tax_code),
        description=changes.get("description", product.description),
        metadata=changes.get("metadata", product.metadata),
        tax_class=tax_class_of(nature, reverse_charge=changes.get("reverse_charge", is_reverse)),
    )
