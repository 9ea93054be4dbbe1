"""Add a registration: another name, tax number or place to sell under."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from khata.core.e_invoice.dated import ExemptClass
from khata.core.ids import new_id, public_id
from khata.core.numbering import check_pattern
from khata.core.periods import day_of
from khata.core.places import Address, known_country, known_state, seller_timezone
from khata.core.refusal import Kind, NotFound, Refusal
from khata.core.registration import (
    DEFAULT_SERIES,
    Registration,
    check_scheme,
    checked_seller_tax_id,
)
from khata.core.series_overlap import check_documents_apart
from khata.core.succession import check_dates, check_succession
from khata.core.tax.luts import with_lut
from khata.core.tax.nexuses import checked_nexuses
from khata.core.tax.parties import ExportRoute, Lut, Nexus, Scheme, VatRegistration
from khata.core.tax.vat_registrations import checked_vat_registrations, numbers_to_check
from khata.db.transaction import Database, UnitOfWork
from khata.ports.pdf import PdfRenderer
from khata.usecases.selling.refuse_bad_vat_ids import refuse_bad_vat_ids
from khata.usecases.tenants.check_logo import check_logo


class TaxIdTaken(Refusal):
    """The tenant has a registration with this tax number."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class CreateRegistration:
    """`series` maps a type of document to its pattern; what is missing has the default."""

    tenant: UUID
    id: UUID
    at: datetime
    legal_name: str
    country: str
    state: str | None
    tax_id_type: str | None
    tax_id: str | None
    address: Address
    lut: Lut | None
    series: Mapping[str, str]
    default: bool
    scheme: Scheme = Scheme.REGULAR
    export_route: ExportRoute = ExportRoute.LUT_IF_VALID
    trade_name: str | None = None
    bank: Mapping[str, str | None] | None = None
    logo: str | None = None
    signatory: str | None = None
    e_invoice_exempt_as: ExemptClass | None = None
    vat_registrations: tuple[VatRegistration, ...] = ()
    nexuses: tuple[Nexus, ...] = ()
    effective_on: date | None = None
    certificate_on: date | None = None
    succeeds: UUID | None = None


def create_registration(
    command: CreateRegistration, *, db: Database, pdf: PdfRenderer
) -> Registration:
    """Add the registration; a new default takes the place of the one before.

    One that succeeds another sells from now on what that one did: by its subscriptions and rules,
    and as the default, where that was it.

    Raises: UnknownCountry, UnknownState, TaxIdOfAnotherCountry, InvalidGstin, GstinStateMismatch,
    BadScheme, LogoUnreadable, LogoTooHeavy, BadSeries, SeriesOverlap, BadLut, BadVatRegistration,
    VatRegistrationsOverlap, InvalidVatId, BadNexus, NexusesOverlap, TimezoneNotIndian, TaxIdTaken,
    BadRegistrationDates, BadSuccession, NotFound.
    """
    registration = _registration(command)
    if command.logo is not None:
        check_logo(command.logo, pdf=pdf)
    with db.transaction(command.tenant) as uow:
        tenant = uow.tenants.lock()  # two at once must not both find the number free
        seller_timezone(tenant.timezone, country=registration.country, param="country")
        tax_id = registration.tax_id
        if tax_id is not None and uow.sellers.with_tax_id(tax_id) is not None:
            raise TaxIdTaken(f"There is a registration with {tax_id}", param="tax_id.value")
        check_dates(registration, today=day_of(command.at, tenant.timezone))
        before = _before(uow, registration)
        if before is not None and before.is_default:
            registration = replace(registration, is_default=True)
        if registration.is_default:
            uow.sellers.no_default()
        uow.sellers.add(registration, registration.facts(name=tenant.name, email=tenant.email))
        if before is not None:
            uow.sellers.hand_over(before.id, registration.id)
    return registration


def _before(uow: UnitOfWork, registration: Registration) -> Registration | None:
    """Return the one in whose place it is to sell. Raises: NotFound, BadSuccession."""
    if registration.succeeds is None:
        return None
    before = uow.sellers.get(registration.succeeds)  # the tenant is locked: nobody takes its place
    if before is None:
        id = public_id("reg", registration.succeeds)
        raise NotFound("registration", id, param="succeeds")
    uow.sellers.hold_sold(before.id)
    check_succession(registration, before, taken_by=uow.sellers.successor_of(before.id))
    return before


def _registration(command: CreateRegistration) -> Registration:
    country = known_country(command.country, param="country")
    state = known_state(command.state, country=country, param="state")
    tax_id = command.tax_id
    if tax_id is not None and command.tax_id_type is not None:
        tax_id = checked_seller_tax_id(
            tax_id,
            type=command.tax_id_type,
            country=country,
            state=state,
            param="tax_id.value",
            type_param="tax_id.type",
            scheme=command.scheme,
        )
    gstin = tax_id if command.tax_id_type == "in_gst" else None
    check_scheme(command.scheme, command.export_route, country=country, gstin=gstin, param="scheme")
    luts = with_lut((), command.lut, gstin=gstin, param="lut") if command.lut else ()
    series = {**DEFAULT_SERIES, **command.series}
    for document, pattern in series.items():
        check_pattern(pattern, country=country, param=f"series.{document}")
    check_documents_apart(series, country=country, param="series")
    vat = checked_vat_registrations(
        command.vat_registrations, home=country, param="vat_registrations"
    )
    refuse_bad_vat_ids(numbers_to_check(vat))
    return Registration(
        id=command.id,
        legal_name=command.legal_name,
        country=country,
        state=state,
        tax_id_type=command.tax_id_type,
        tax_id=tax_id,
        address=command.address,
        luts=luts,
        series=series,
        is_default=command.default,
        party_id=new_id(command.at),
        created_at=command.at,
        scheme=command.scheme,
        export_route=command.export_route,
        trade_name=command.trade_name,
        bank=command.bank,
        logo=command.logo,
        signatory=command.signatory,
        e_invoice_exempt_as=command.e_invoice_exempt_as,
        vat_registrations=vat,
        nexuses=checked_nexuses(command.nexuses, param="nexuses"),
        effective_on=command.effective_on,
        certificate_on=command.certificate_on,
        succeeds=command.succeeds,
    )
