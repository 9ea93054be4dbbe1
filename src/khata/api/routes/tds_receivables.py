"""/v1/tds_receivables"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.fields import Day, Id
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.tds import (
    FinancialYear,
    QuarterName,
    TdsCertificate,
    TdsReceivableObject,
    TdsStatusName,
)
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id
from khata.db.reads.lists import find
from khata.db.reads.tds import TDS_RECEIVABLES
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.tds.record_tds_certificate import RecordTdsCertificate, record_tds_certificate
from khata.usecases.tds.write_off_tds import WriteOffTds, write_off_tds

router = APIRouter(prefix="/v1/tds_receivables", tags=["TDS"], route_class=StrictRoute)


class TdsQuery(ListQuery):
    """Which of them."""

    customer: Id | None = Field(None, description="Only what this customer withheld")
    invoice: Id | None = Field(None, description="Only of this invoice")
    financial_year: FinancialYear | None = Field(None, description="Only of this year: 2026-27")
    quarter: QuarterName | None = Field(None, description="Only of this quarter")
    status: TdsStatusName | None = Field(None, description="Only those that stand so")
    due_before: Day | None = Field(
        None, description="Only where a certificate is awaited that was due before this day"
    )


@router.get("", response_model=ListOf[TdsReceivableObject])
def list_all(caller: Called, query: Annotated[TdsQuery, Query()]) -> Response:
    """List what customers withheld, newest first."""
    return listed(caller, TDS_RECEIVABLES, query, TdsReceivableObject.of)


@router.get("/{id}", response_model=TdsReceivableObject)
def read(id: str, caller: Called) -> Response:
    """Read what was withheld of one payment."""
    return caller.answer(tell, parse_id("tds", id))


@router.post("/{id}/certificate", response_model=TdsReceivableObject)
def certify(id: str, body: TdsCertificate, post: Posted) -> Response:
    """Record the certificate that came. One for less leaves the rest awaited."""

    def act(db: Database, tds: UUID) -> None:
        command = RecordTdsCertificate(post.caller.tenant, tds, body.number, body.date, body.amount)
        record_tds_certificate(command, db=db)

    return post.move(parse_id("tds", id), act, tell)


@router.post("/{id}/write_off", response_model=TdsReceivableObject)
def write_off(id: str, post: Posted) -> Response:
    """Give up what no certificate came for: it is a loss."""
    caller = post.caller

    def act(db: Database, tds: UUID) -> None:
        write_off_tds(WriteOffTds(caller.tenant, tds, caller.at), db=db)

    return post.move(parse_id("tds", id), act, tell)


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> TdsReceivableObject:
    return TdsReceivableObject.of(find(uow.connection, TDS_RECEIVABLES, id), livemode)
