"""/v1/returns/gstr1/file, /v1/filed_returns and /v1/return_amendments: filing and amending"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.filings import (
    AmendmentCreate,
    AmendmentObject,
    FiledReturnCreate,
    FiledReturnObject,
    FilingUndo,
    FilingUndoObject,
)
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.strict_route import StrictRoute
from khata.core.filing import read_period
from khata.core.ids import parse_id, public_id
from khata.core.refusal import NotFound
from khata.db.reads.filings import FILED_RETURNS, FILING_UNDOS, RETURN_AMENDMENTS
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.returns.amend_document import AmendDocument, amend_document
from khata.usecases.returns.file_return import FileReturn, file_return
from khata.usecases.returns.undo_filing import UndoFiling, undo_filing

router = APIRouter(prefix="/v1", tags=["Returns"], route_class=StrictRoute)


class FilingQuery(ListQuery):
    """Which of them."""

    registration: str | None = Field(None, description="Only those of this registration")


@router.post("/returns/gstr1/file", status_code=201, response_model=FiledReturnObject)
def file(body: FiledReturnCreate, post: Posted) -> Response:
    """Keep that a month's GSTR-1 was filed: the file is kept as it is, and the month is closed."""
    caller = post.caller
    registration = parse_id("reg", body.registration, param="registration")
    period = read_period(body.period, param="period")

    def act(db: Database, id: UUID) -> None:
        command = FileReturn(
            caller.tenant, id, caller.at, registration, period, body.arn, body.filed_on
        )
        file_return(command, db=db)

    return post.make(act, _tell_filed)


@router.get("/filed_returns", response_model=ListOf[FiledReturnObject])
def list_filed(caller: Called, query: Annotated[FilingQuery, Query()]) -> Response:
    """List the returns that were filed, newest first."""
    return listed(caller, FILED_RETURNS, query, FiledReturnObject.of)


@router.get("/filed_returns/{id}", response_model=FiledReturnObject)
def read_filed(id: str, caller: Called) -> Response:
    """Read a return that was filed."""
    return caller.answer(_tell_filed, parse_id("fret", id))


@router.post("/filed_returns/{id}/undo", response_model=FilingUndoObject)
def undo(id: str, body: FilingUndo, post: Posted) -> Response:
    """Open a month whose filing was written down by mistake; what was filed is amended instead."""
    caller, filed = post.caller, parse_id("fret", id)

    def act(db: Database, _: UUID) -> None:
        undo_filing(UndoFiling(caller.tenant, filed, caller.at, body.reason), db=db)

    return post.move(filed, act, _tell_undo)


@router.get("/filing_undos", response_model=ListOf[FilingUndoObject])
def list_undos(caller: Called, query: Annotated[FilingQuery, Query()]) -> Response:
    """List the filings that were undone, newest first."""
    return listed(caller, FILING_UNDOS, query, FilingUndoObject.of)


@router.post("/returns/amendments", status_code=201, response_model=AmendmentObject)
def amend(body: AmendmentCreate, post: Posted) -> Response:
    """Tell what was wrong in a document of a filed month: a later return tells it anew."""
    caller = post.caller
    prefix = body.document.partition("_")[0]
    known = prefix if prefix in ("cn", "vch") else "inv"
    document = parse_id(known, body.document, param="document")
    period = None if body.period is None else read_period(body.period, param="period")

    def act(db: Database, id: UUID) -> None:
        command = AmendDocument(
            caller.tenant, id, caller.at, document, body.gstin, body.place, body.reason, period
        )
        amend_document(command, db=db)

    return post.make(act, _tell_amendment)


@router.get("/return_amendments", response_model=ListOf[AmendmentObject])
def list_amendments(caller: Called, query: Annotated[FilingQuery, Query()]) -> Response:
    """List what later returns tell anew, newest first."""
    return listed(caller, RETURN_AMENDMENTS, query, AmendmentObject.of)


@router.get("/return_amendments/{id}", response_model=AmendmentObject)
def read_amendment(id: str, caller: Called) -> Response:
    """Read what a later return tells anew of a document."""
    return caller.answer(_tell_amendment, parse_id("ram", id))


def _tell_undo(uow: UnitOfWork, id: UUID, livemode: bool) -> FilingUndoObject:
    row = uow.filings.undone(id)
    if row is None:
        raise NotFound("filing that was undone", public_id("fret", id))
    return FilingUndoObject.of(row, livemode)


def _tell_filed(uow: UnitOfWork, id: UUID, livemode: bool) -> FiledReturnObject:
    row = uow.filings.row(id)
    if row is None:
        raise NotFound("filed return", public_id("fret", id))
    return FiledReturnObject.of(row, livemode)


def _tell_amendment(uow: UnitOfWork, id: UUID, livemode: bool) -> AmendmentObject:
    row = uow.filings.amendment(id)
    if row is None:
        raise NotFound("return amendment", public_id("ram", id))
    return AmendmentObject.of(row, livemode)
