"""Calculate the tax of a sale, with its reasons; nothing is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from khata.core.customer import TaxId, TaxIdType, check_buyer, checked_tax_ids
from khata.core.ids import public_id
from khata.core.money import known_currency
from khata.core.places import known_country, known_state
from khata.core.refusal import NotFound
from khata.core.tax.foreign_ids import FOREIGN_TYPES
from khata.core.tax.parties import Abroad, Buyer
from khata.core.tax_calculation import Calculation, PricedLine, calculate
from khata.core.terms import Terms
from khata.db.stores.due import DueWork
from khata.db.transaction import Database, UnitOfWork


@dataclass(frozen=True, slots=True)
class AskedBuyer:
    """A buyer as the caller describes it; it need not be a customer."""

    country: str
    state: str | None
    tax_ids: Sequence[TaxId]
    sez: bool
    related_establishment: bool
    postal_code: str | None = None


@dataclass(frozen=True, slots=True)
class CalculateTax:
    tenant: UUID
    on: date
    currency: str
    registration: UUID | None
    buyer: AskedBuyer
    lines: Sequence[PricedLine]


def calculate_tax(command: CalculateTax, *, db: Database) -> Calculation:
    """Return lines and tax rows as on an invoice of that day. Raises: what the tax law refuses."""
    known_currency(command.currency, param="currency")
    buyer = _buyer(command.buyer)
    check_buyer(buyer, on=command.on)
    with db.transaction(command.tenant) as uow:
        terms = _terms(uow, command, buyer)
        rounding = uow.tenants.get().policies.round_off
    return calculate(command.lines, terms, currency=command.currency, rounding=rounding)


def _buyer(asked: AskedBuyer) -> Buyer:
    country = known_country(asked.country, param="customer.address.country")
    state = known_state(asked.state, country=country, param="customer.address.state")
    tax_ids = checked_tax_ids(asked.tax_ids)
    gstin = next((one.value for one in tax_ids if one.type is TaxIdType.IN_GST), None)
    wanted = TaxIdType.GB_VAT if country in ("GB", "IM") else TaxIdType.EU_VAT
    abroad = Abroad(
        asked.postal_code,
        next((one.value for one in tax_ids if one.type is wanted), None),
        numbers=tuple((one.type.value, one.value) for one in tax_ids if one.type in FOREIGN_TYPES),
    )
    return Buyer(
        country, state, gstin, asked.sez, related=asked.related_establishment, abroad=abroad
    )


def _terms(uow: UnitOfWork, command: CalculateTax, buyer: Buyer) -> Terms:
    registration = (
        uow.sellers.default()
        if command.registration is None
        else uow.sellers.get(command.registration)
    )
    if registration is None:
        assert command.registration is not None
        id = public_id("reg", command.registration)
        raise NotFound("registration", id, param="registration")
    return DueWork(uow.connection).terms_for(registration.id, buyer, on=command.on)
