"""Add a customer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.account import Tenant
from khata.core.customer import Customer, TaxId, check_buyer, checked_tax_ids, vat_ids_of
from khata.core.ids import new_ids
from khata.core.money import known_currency
from khata.core.periods import day_of
from khata.core.phone import known_phone
from khata.core.places import Address, known_country, known_state, known_timezone
from khata.db.transaction import Database
from khata.usecases.selling.name_payer import name_payer
from khata.usecases.selling.refuse_bad_vat_ids import refuse_bad_vat_ids


@dataclass(frozen=True, slots=True)
class CreateCustomer:
    """Where `currency`, `timezone` or `country` is None, the tenant's own is taken."""

    tenant: UUID
    id: UUID
    at: datetime
    name: str
    email: str | None
    currency: str | None
    timezone: str | None
    country: str | None
    state: str | None
    address: Address
    tax_ids: Sequence[TaxId]
    sez: bool
    metadata: Mapping[str, str]
    payer_id: UUID | None = None
    invoice_together: bool = False
    related_establishment: bool = False
    deemed_export: bool = False
    phone: str | None = None


def create_customer(command: CreateCustomer, *, db: Database) -> Customer:
    """Add the customer, checked as far as tax will ask.

    A consumer in India without a state can be added; billing it is refused until there is one.
    Raises: UnknownCurrency, UnknownTimezone, UnknownCountry, UnknownState, BadState,
    BadPhone, InvalidGstin, InvalidVatId, TaxIdTwice, GstinStateMismatch, SezWithoutGstin,
    PayerNotPossible.
    """
    party_id, *tax_id_ids = new_ids(command.at, 1 + len(command.tax_ids))
    with db.transaction(command.tenant) as uow:
        tenant = uow.tenants.get()
        customer = _customer(command, tenant, party_id)
        check_buyer(customer.buyer, on=day_of(command.at, tenant.timezone))
        if command.payer_id is not None:
            name_payer(uow, customer.id, customer.currency, command.payer_id)
        uow.customers.add(customer, tax_id_ids)
    return customer


def _customer(command: CreateCustomer, tenant: Tenant, party_id: UUID) -> Customer:
    tax_ids = checked_tax_ids(command.tax_ids)
    refuse_bad_vat_ids(vat_ids_of(tax_ids))
    country = tenant.country
    if command.country is not None:
        country = known_country(command.country, param="address.country")
    return Customer(
        id=command.id,
        name=command.name,
        email=command.email,
        currency=known_currency(command.currency or tenant.currency, param="currency"),
        timezone=known_timezone(command.timezone or tenant.timezone, param="timezone"),
        country=country,
        state=known_state(command.state, country=country, param="address.state"),
        address=command.address,
        tax_ids=tax_ids,
        sez=command.sez,
        party_id=party_id,
        metadata=command.metadata,
        created_at=command.at,
        payer_id=command.payer_id,
        invoice_together=command.invoice_together,
        related_establishment=command.related_establishment,
        deemed_export=command.deemed_export,
        phone=known_phone(command.phone, param="phone"),
    )
