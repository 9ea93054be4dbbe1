"""/v1/returns: GSTR-1, GSTR-3B and the sales register of a month; filing and amending"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from khata.api.caller import Called, Caller, as_json
from khata.api.schemas.filings import Month
from khata.api.schemas.returns import (
    Gstr1Object,
    Gstr3bObject,
    ReturnChecksObject,
    ReturnDocumentsObject,
)
from khata.api.strict_route import StrictRoute
from khata.core.exports.drill import documents_of, figures_of
from khata.core.exports.gstr1.parts import file_parts, part_names
from khata.core.exports.sales_register import register_name, sales_register
from khata.core.exports.sheets import csv_text
from khata.core.filing import check_given_out
from khata.core.ids import parse_id
from khata.core.periods import day_of
from khata.core.refusal import NotFound
from khata.db.reads.returns import ToldReturn, asked_return
from khata.db.transaction import UnitOfWork

router = APIRouter(prefix="/v1/returns", tags=["Returns"], route_class=StrictRoute)

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class MonthOf(BaseModel):
    """Which registration and month."""

    model_config = ConfigDict(extra="forbid")

    registration: str | None = Field(None, description="Who files; else the default registration")
    period: Month | None = Field(None, description="The month, as 2026-10; else the last one")


class FileQuery(MonthOf):
    """Which file."""

    part: Annotated[int, Field(ge=1, le=999)] = Field(
        1, description="Of a large return that the portal takes in parts, which one"
    )


class FigureQuery(MonthOf):
    """Which figure."""

    section: Annotated[str, Field(min_length=1, max_length=20)] = Field(
        "b2b", description="The table, as it stands in the figure"
    )
    key: list[str] = Field(
        [], max_length=4, description="The figure's key, given once for each of its words"
    )


class RegisterQuery(MonthOf):
    """Which sheet of the register."""

    sheet: Annotated[str, Field(pattern="^(by_rate|by_document)$")] = Field(
        "by_document", description="`by_document`: a row a document; `by_rate`: and rate"
    )


@router.get("/gstr1", response_model=Gstr1Object)
def read_gstr1(caller: Called, query: Annotated[MonthOf, Query()]) -> Response:
    """Read a month's GSTR-1: figures, findings, and the tie-out to the ledger."""
    with _told(caller, query) as told:
        parts = len(file_parts(told.gstr1))
    return as_json(Gstr1Object.told(told, parts=parts, livemode=caller.livemode))


@router.get(
    "/gstr1/file",
    response_class=Response,
    responses={200: {"description": "The portal's JSON", "content": {"application/json": {}}}},
)
def download_gstr1(caller: Called, query: Annotated[FileQuery, Query()]) -> Response:
    """Download the file for the portal. It is refused while anything blocks the return.

    Of a month that was filed it is the file as it was filed.
    """
    with caller.reading() as uow:
        told = _told_in(caller, uow, query)
        filed = None if told.filed is None else uow.filings.file_of(told.filed.id)
        on = day_of(caller.at, uow.tenants.get().timezone)
    if filed is not None and told.filed is not None:
        return _file(filed, told.gstr1.file_name(on=told.filed.filed_on), "application/json")
    check_given_out(told.findings)
    parts = file_parts(told.gstr1)
    if query.part > len(parts):
        raise NotFound("part", str(query.part), param="part")
    names = part_names(told.gstr1, on=on, count=len(parts))
    return _file(parts[query.part - 1], names[query.part - 1], "application/json")


@router.get("/gstr1/documents", response_model=ReturnDocumentsObject)
def read_documents(caller: Called, query: Annotated[FigureQuery, Query()]) -> Response:
    """Read the documents that a figure of GSTR-1 is made of."""
    with _told(caller, query) as told:
        ids = documents_of(figures_of(told.gstr1), query.section, *query.key)
        known = {one.id: one for one in told.gstr1.documents}
        for past in told.gstr1.amended:
            known |= {entry.document.id: entry.document for entry in past.now}
    found = ReturnDocumentsObject.told(
        told,
        [known[id] for id in ids if id in known],
        section=query.section,
        key=query.key,
        livemode=caller.livemode,
    )
    return as_json(found)


@router.get("/gstr3b", response_model=Gstr3bObject)
def read_gstr3b(caller: Called, query: Annotated[MonthOf, Query()]) -> Response:
    """Read what GSTR-3B owes for a month, by the documents that GSTR-1 declares."""
    with _told(caller, query) as told:
        return as_json(Gstr3bObject.told(told, caller.livemode))


@router.get("/checks", response_model=ReturnChecksObject)
def read_checks(caller: Called, query: Annotated[MonthOf, Query()]) -> Response:
    """Read the check list of a month's return: what blocks it, and what to read before it goes."""
    with _told(caller, query) as told:
        return as_json(ReturnChecksObject.told(told, caller.livemode))


@router.get(
    "/register.csv",
    response_class=Response,
    responses={200: {"description": "The sheet as CSV", "content": {"text/csv": {}}}},
)
def download_register_csv(caller: Called, query: Annotated[RegisterQuery, Query()]) -> Response:
    """Download the sales register of a month as CSV, one of its two sheets."""
    with _told(caller, query) as told:
        by_rate, by_document = sales_register(told.gstr1.documents, period=told.gstr1.period)
    sheet = by_rate if query.sheet == "by_rate" else by_document
    return _file(csv_text(sheet), _name(told, "csv"), "text/csv; charset=utf-8")


@router.get(
    "/register.xlsx",
    response_class=Response,
    responses={200: {"description": "Both sheets as a workbook", "content": {_XLSX: {}}}},
)
def download_register_xlsx(caller: Called, query: Annotated[MonthOf, Query()]) -> Response:
    """Download the sales register of a month as a workbook."""
    with _told(caller, query) as told:
        sheets = sales_register(told.gstr1.documents, period=told.gstr1.period)
    book = caller.engine.spreadsheets.workbook(sheets)
    return _file(book, _name(told, "xlsx"), _XLSX)


@contextmanager
def _told(caller: Caller, query: MonthOf) -> Iterator[ToldReturn]:
    with caller.reading() as uow:
        yield _told_in(caller, uow, query)


def _told_in(caller: Caller, uow: UnitOfWork, query: MonthOf) -> ToldReturn:
    """Return the return that is asked for. Raises: NotFound, BadPeriod, FilesNoGstr1."""
    today = day_of(caller.at, uow.tenants.get().timezone)
    id = query.registration and parse_id("reg", query.registration, param="registration")
    return asked_return(uow.connection, id or None, query.period, today=today)


def _file(content: str | bytes, name: str, media_type: str) -> Response:
    return Response(
        content,
        media_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _name(told: ToldReturn, ending: str) -> str:
    return register_name(told.gstr1.filer.gstin, told.gstr1.period, ending)
