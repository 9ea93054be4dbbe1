"""/v1/registrations"""

from datetime import date
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from khata.api.caller import Called, Caller, Tell
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.registrations import (
    RegistrationChange,
    RegistrationCreate,
    RegistrationObject,
)
from khata.api.strict_route import StrictRoute
from khata.core.e_invoice.dated import ExemptClass
from khata.core.ids import parse_id, public_id
from khata.core.periods import day_of
from khata.core.places import Address
from khata.core.refusal import NotFound
from khata.core.tax.parties import ExportRoute, Scheme
from khata.db.reads.selling import REGISTRATIONS
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.selling.change_registration import (
    ChangeRegistration,
    RegistrationChanges,
    change_registration,
)
from khata.usecases.selling.create_registration import CreateRegistration, create_registration

router = APIRouter(prefix="/v1/registrations", tags=["Registrations"], route_class=StrictRoute)


@router.post("", status_code=201, response_model=RegistrationObject)
def create(body: RegistrationCreate, post: Posted) -> Response:
    """Add a name, tax number and place to sell under."""
    caller = post.caller

    def act(db: Database, id: UUID) -> None:
        command = CreateRegistration(
            tenant=caller.tenant,
            id=id,
            at=caller.at,
            legal_name=body.legal_name,
            country=body.country,
            state=body.state,
            tax_id_type=body.tax_id.type if body.tax_id else None,
            tax_id=body.tax_id.value if body.tax_id else None,
            address=body.address.lines if body.address else Address(),
            lut=body.lut.lut if body.lut else None,
            series={str(document): pattern for document, pattern in body.series.items()},
            default=body.default,
            scheme=Scheme(body.scheme),
            export_route=ExportRoute(body.export_route),
            trade_name=body.trade_name,
            bank=body.bank.model_dump() if body.bank else None,
            logo=body.logo,
            signatory=body.signatory,
            e_invoice_exempt_as=_exempt(body.e_invoice_exempt_as),
            vat_registrations=tuple(one.registration for one in body.vat_registrations),
            nexuses=tuple(one.nexus for one in body.nexuses),
            effective_on=body.effective_on,
            certificate_on=body.certificate_on,
            succeeds=parse_id("reg", body.succeeds, param="succeeds") if body.succeeds else None,
        )
        create_registration(command, db=db, pdf=caller.engine.pdf)

    return post.make(act, teller(caller))


@router.get("", response_model=ListOf[RegistrationObject])
def list_all(caller: Called, query: Annotated[ListQuery, Query()]) -> Response:
    """List the registrations, newest first."""
    with caller.reading() as uow:
        of = partial(RegistrationObject.of, today=_today(uow, caller))
    return listed(caller, REGISTRATIONS, query, of)


@router.get("/{id}", response_model=RegistrationObject)
def read(id: str, caller: Called) -> Response:
    """Read a registration."""
    return caller.answer(teller(caller), parse_id("reg", id))


@router.patch("/{id}", response_model=RegistrationObject)
def change(id: str, body: RegistrationChange, caller: Called) -> Response:
    """Change a registration. Documents made before keep what they show."""
    registration = parse_id("reg", id)
    command = ChangeRegistration(
        caller.tenant,
        registration,
        caller.at,
        _changes(body),
        make_default="default" in body.model_fields_set,
    )
    change_registration(command, db=caller.engine.db, pdf=caller.engine.pdf)
    return caller.answer(teller(caller), registration)


def teller(caller: Caller) -> Tell:
    """Return what tells a registration, with the letter of undertaking of the tenant's today."""

    def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> RegistrationObject:
        registration = uow.sellers.get(id)
        if registration is None:
            raise NotFound("registration", public_id("reg", id))
        return RegistrationObject.of(registration, livemode, today=_today(uow, caller))

    return tell


def _today(uow: UnitOfWork, caller: Caller) -> date:
    return day_of(caller.at, uow.tenants.get().timezone)


def _changes(body: RegistrationChange) -> RegistrationChanges:
    given = body.model_fields_set
    changes = RegistrationChanges()
    if "legal_name" in given:
        changes["legal_name"] = body.legal_name
    if "address" in given:
        changes["address"] = body.address.lines
    if "lut" in given:
        changes["lut"] = body.lut.lut if body.lut else None
    if "series" in given:
        changes["series"] = {str(document): text for document, text in body.series.items()}
    if "scheme" in given:
        changes["scheme"] = Scheme(body.scheme)
    if "export_route" in given:
        changes["export_route"] = ExportRoute(body.export_route)
    if "trade_name" in given:
        changes["trade_name"] = body.trade_name
    if "bank" in given:
        changes["bank"] = body.bank.model_dump() if body.bank else None
    if "logo" in given:
        changes["logo"] = body.logo
    if "signatory" in given:
        changes["signatory"] = body.signatory
    if "e_invoice_exempt_as" in given:
        changes["e_invoice_exempt_as"] = _exempt(body.e_invoice_exempt_as)
    if "vat_registrations" in given:
        changes["vat_registrations"] = tuple(one.registration for one in body.vat_registrations)
    if "nexuses" in given:
        changes["nexuses"] = tuple(one.nexus for one in body.nexuses)
    if "annual_returns" in given:
        changes["annual_returns"] = body.annual_returns
    if "effective_on" in given:
        changes["effective_on"] = body.effective_on
    if "certificate_on" in given:
        changes["certificate_on"] = body.certificate_on
    return changes


def _exempt(told: str | None) -> ExemptClass | None:
    return None if told is None else ExemptClass(told)
