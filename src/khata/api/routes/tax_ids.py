"""/v1/customers/{id}/tax_id_checks and …/location_evidence"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.tax_ids import (
    EvidenceCreate,
    LocationEvidenceObject,
    TaxIdCheckCreate,
    TaxIdCheckObject,
)
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id
from khata.core.tax.location import EvidenceType
from khata.db.reads.lists import find
from khata.db.reads.tax_ids import LOCATION_EVIDENCE, TAX_ID_CHECKS
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.selling.check_tax_id import CheckTaxId, check_tax_id
from khata.usecases.selling.record_evidence import RecordEvidence, record_evidence

router = APIRouter(prefix="/v1/customers", tags=["Tax ids"], route_class=StrictRoute)


@router.post("/{id}/tax_id_checks", status_code=201, response_model=TaxIdCheckObject)
def check(id: str, body: TaxIdCheckCreate, post: Posted) -> Response:
    """Ask the register whether a customer's number is in force, and keep its answer."""
    caller, customer = post.caller, parse_id("cus", id)

    def act(db: Database, check: UUID) -> None:
        command = CheckTaxId(caller.tenant, check, customer, body.type, caller.at)
        check_tax_id(command, db=db, registers=caller.engine.registers)

    return post.make(act, tell_check)


@router.get("/{id}/tax_id_checks", response_model=ListOf[TaxIdCheckObject])
def checks(id: str, caller: Called, query: Annotated[ListQuery, Query()]) -> Response:
    """List what registers answered about a customer's numbers, newest first."""
    narrowed = {"customer": parse_id("cus", id)}
    return listed(caller, TAX_ID_CHECKS, query, TaxIdCheckObject.of, within=narrowed)


@router.post("/{id}/location_evidence", status_code=201, response_model=LocationEvidenceObject)
def record(id: str, body: EvidenceCreate, post: Posted) -> Response:
    """Record what says where a customer is. A consumer is where two items agree."""
    caller, customer = post.caller, parse_id("cus", id)

    def act(db: Database, evidence: UUID) -> None:
        command = RecordEvidence(
            caller.tenant,
            evidence,
            caller.at,
            customer,
            EvidenceType(body.type),
            body.country,
            body.captured_at,
            body.source,
        )
        record_evidence(command, db=db)

    return post.make(act, tell_evidence)


@router.get("/{id}/location_evidence", response_model=ListOf[LocationEvidenceObject])
def evidence(id: str, caller: Called, query: Annotated[ListQuery, Query()]) -> Response:
    """List what says where a customer is, newest first; the billing address says so, too."""
    narrowed = {"customer": parse_id("cus", id)}
    return listed(caller, LOCATION_EVIDENCE, query, LocationEvidenceObject.of, within=narrowed)


def tell_check(uow: UnitOfWork, id: UUID, livemode: bool) -> TaxIdCheckObject:
    return TaxIdCheckObject.of(find(uow.connection, TAX_ID_CHECKS, id), livemode)


def tell_evidence(uow: UnitOfWork, id: UUID, livemode: bool) -> LocationEvidenceObject:
    return LocationEvidenceObject.of(find(uow.connection, LOCATION_EVIDENCE, id), livemode)
