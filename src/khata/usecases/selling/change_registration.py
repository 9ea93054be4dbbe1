"""Change a registration: its address, its letters of undertaking, its series."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypedDict
from uuid import UUID

from khata.core.e_invoice.dated import ExemptClass
from khata.core.ids import new_id, public_id
from khata.core.numbering import check_pattern
from khata.core.periods import day_of
from khata.core.places import Address
from khata.core.refusal import NotFound
from khata.core.registration import DEFAULT_SERIES, Registration, check_scheme
from khata.core.series_overlap import check_apart, check_documents_apart, sharing
from khata.core.succession import BadSuccession, check_dates
from khata.core.tax.luts import lut_shown, with_lut
from khata.core.tax.nexuses import checked_nexuses
from khata.core.tax.parties import ExportRoute, Lut, Nexus, Scheme, VatRegistration
from khata.core.tax.vat_registrations import checked_vat_registrations, numbers_to_check
from khata.db.transaction import Database, UnitOfWork
from khata.ports.pdf import PdfRenderer
from khata.usecases.selling.refuse_bad_vat_ids import refuse_bad_vat_ids
from khata.usecases.tenants.check_logo import check_logo


class RegistrationChanges(TypedDict, total=False):
    """What is not named stays. Place and tax number stay always: those are another registration.

    `lut` joins the letters there are, or corrects one; None takes away the one to speak of today.
    `vat_registrations` and `nexuses` are all of them from now on.
    """

    legal_name: str
    address: Address
    lut: Lut | None
    series: Mapping[str, str]
    scheme: Scheme
    export_route: ExportRoute
    trade_name: str | None
    bank: Mapping[str, str | None] | None
    logo: str | None
    signatory: str | None
    e_invoice_exempt_as: ExemptClass | None
    vat_registrations: tuple[VatRegistration, ...]
    nexuses: tuple[Nexus, ...]
    annual_returns: Mapping[str, date]
    effective_on: date | None
    certificate_on: date | None


@dataclass(frozen=True, slots=True)
class ChangeRegistration:
    tenant: UUID
    id: UUID
    at: datetime
    changes: RegistrationChanges
    make_default: bool = False


def change_registration(
    command: ChangeRegistration, *, db: Database, pdf: PdfRenderer
) -> Registration:
    """Write the changes; documents made before keep what they show.

    Raises: NotFound, BadScheme, LogoUnreadable, LogoTooHeavy, BadSeries, SeriesOverlap, BadLut,
    LutsOverlap, BadVatRegistration, VatRegistrationsOverlap, InvalidVatId, BadNexus,
    NexusesOverlap, BadRegistrationDates, BadSuccession.
    """
    if (logo := command.changes.get("logo")) is not None:
        check_logo(logo, pdf=pdf)
    with db.transaction(command.tenant) as uow:
        tenant = uow.tenants.lock()  # there is one default, whoever asks at once
        before = uow.sellers.lock(command.id)
        if before is None:
            raise NotFound("registration", public_id("reg", command.id))
        today = day_of(command.at, tenant.timezone)
        changed = _changed(before, command, today=today)
        check_dates(changed, today=today)
        scheme, route = changed.scheme, changed.export_route
        check_scheme(scheme, route, country=changed.country, gstin=changed.gstin, param="scheme")
        _check_series(uow, changed, command)
        if command.make_default:
            _check_place(uow, changed)
            uow.sellers.no_default()
        facts = changed.facts(name=tenant.name, email=tenant.email)
        uow.sellers.change(changed, facts, command.at)
    return changed


def _check_place(uow: UnitOfWork, registration: Registration) -> None:
    """Refuse to sell under a registration whose place another has taken. Raises: BadSuccession."""
    successor = uow.sellers.successor_of(registration.id)
    if successor is not None:
        raise BadSuccession(
            f"{successor.gstin} sells in the place of {registration.legal_name}: make that one the "
            "default",
            param="default",
        )


def _check_series(uow: UnitOfWork, changed: Registration, command: ChangeRegistration) -> None:
    for document, pattern in command.changes.get("series", {}).items():
        param = f"series.{document}"
        check_pattern(pattern, country=changed.country, param=param)
        used = uow.sellers.series_used(changed.id, document)
        for other in sharing(document):
            used += uow.sellers.series_used(changed.id, other)
        all_of_them = {**DEFAULT_SERIES, **changed.series}
        check_documents_apart(all_of_them, country=changed.country, param=param)
        check_apart(pattern, used, country=changed.country, param=param)


def _changed(before: Registration, command: ChangeRegistration, *, today: date) -> Registration:
    changes = command.changes
    series = {**before.series, **changes.get("series", {})}
    return replace(
        before,
        legal_name=changes.get("legal_name", before.legal_name),
        address=changes.get("address", before.address),
        luts=_luts(before, changes, today) if "lut" in changes else before.luts,
        series=series,
        is_default=before.is_default or command.make_default,
        party_id=new_id(command.at),
        scheme=changes.get("scheme", before.scheme),
        export_route=changes.get("export_route", before.export_route),
        trade_name=changes.get("trade_name", before.trade_name),
        bank=changes.get("bank", before.bank),
        logo=changes.get("logo", before.logo),
        signatory=changes.get("signatory", before.signatory),
        e_invoice_exempt_as=changes.get("e_invoice_exempt_as", before.e_invoice_exempt_as),
        vat_registrations=_vat(before, changes),
        nexuses=_nexuses(before, changes),
        annual_returns={**before.annual_returns, **changes.get("annual_returns", {})},
        effective_on=changes.get("effective_on", before.effective_on),
        certificate_on=changes.get("certificate_on", before.certificate_on),
    )


def _luts(before: Registration, changes: RegistrationChanges, today: date) -> tuple[Lut, ...]:
    lut = changes["lut"]
    if lut is not None:
        return with_lut(before.luts, lut, gstin=before.gstin, param="lut")
    gone = lut_shown(before.luts, on=today)
    return tuple(one for one in before.luts if one is not gone)


def _vat(before: Registration, changes: RegistrationChanges) -> tuple[VatRegistration, ...]:
    if "vat_registrations" not in changes:
        return before.vat_registrations
    vat = checked_vat_registrations(
        changes["vat_registrations"], home=before.country, param="vat_registrations"
    )
    refuse_bad_vat_ids(numbers_to_check(vat))
    return vat


def _nexuses(before: Registration, changes: RegistrationChanges) -> tuple[Nexus, ...]:
    if "nexuses" not in changes:
        return before.nexuses
    return checked_nexuses(changes["nexuses"], param="nexuses")
