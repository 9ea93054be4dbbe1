"""Change a customer. Documents made before keep the name and address they were made with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from khata.core.customer import Customer, TaxId, check_buyer, checked_tax_ids, vat_ids_of
from khata.core.ids import new_ids, public_id
from khata.core.periods import day_of
from khata.core.phone import known_phone
from khata.core.places import Address, known_country, known_state, known_timezone
from khata.core.refusal import NotFound
from khata.db.transaction import Database
from khata.usecases.selling.name_payer import name_payer
from khata.usecases.selling.refuse_bad_vat_ids import refuse_bad_vat_ids


class CustomerChanges(TypedDict, total=False):
    """What is not named stays as it is; country, state and address come together."""

    name: str
    email: str | None
    phone: str | None
    timezone: str
    country: str
    state: str | None
    address: Address
    tax_ids: Sequence[TaxId]
    sez: bool
    metadata: Mapping[str, str]
    payer_id: UUID | None
    invoice_together: bool
    related_establishment: bool
    deemed_export: bool


@dataclass(frozen=True, slots=True)
class ChangeCustomer:
    tenant: UUID
    id: UUID
    at: datetime
    changes: CustomerChanges


def change_customer(command: ChangeCustomer, *, db: Database) -> Customer:
    """Write the changes; what documents show of the customer is kept anew.

    Another payer is billed from the next invoice on; what was invoiced stays where it is.
    Raises: NotFound, and what create_customer raises.
    """
    payer_id = command.changes.get("payer_id")
    with db.transaction(command.tenant) as uow:
        if payer_id is not None:
            uow.customers.hold([command.id, payer_id])
        customer = uow.customers.lock(command.id)
        if customer is None:
            raise NotFound("customer", public_id("cus", command.id))
        party_id, *tax_id_ids = new_ids(command.at, 21)
        if payer_id is not None:
            name_payer(uow, customer.id, customer.currency, payer_id)
        changed = _changed(customer, command.changes, party_id)
        check_buyer(changed.buyer, on=day_of(command.at, uow.tenants.get().timezone))
        uow.customers.change(changed, tax_id_ids[: len(changed.tax_ids)], command.at)
    return changed


def _changed(customer: Customer, changes: CustomerChanges, party_id: UUID) -> Customer:
    country = changes.get("country", customer.country)
    return replace(
        customer,
        name=changes.get("name", customer.name),
        email=changes.get("email", customer.email),
        phone=known_phone(changes.get("phone", customer.phone), param="phone"),
        timezone=known_timezone(changes.get("timezone", customer.timezone), param="timezone"),
        country=known_country(country, param="address.country"),
        state=known_state(
            changes.get("state", customer.state), country=country, param="address.state"
        ),
        address=changes.get("address", customer.address),
        tax_ids=_tax_ids(customer, changes),
        sez=changes.get("sez", customer.sez),
        metadata=changes.get("metadata", customer.metadata),
        party_id=party_id,
        payer_id=changes.get("payer_id", customer.payer_id),
        invoice_together=changes.get("invoice_together", customer.invoice_together),
        related_establishment=changes.get("related_establishment", customer.related_establishment),
        deemed_export=changes.get("deemed_export", customer.deemed_export),
    )


def _tax_ids(customer: Customer, changes: CustomerChanges) -> tuple[TaxId, ...]:
    """Return its numbers; those that were there before rules grew stricter stay as they are."""
    if "tax_ids" not in changes:
        return customer.tax_ids
    checked = checked_tax_ids(changes["tax_ids"])
    refuse_bad_vat_ids(vat_ids_of(checked))
    return checked
