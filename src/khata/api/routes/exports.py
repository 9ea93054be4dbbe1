"""/v1/exports: files for the accountant's own programs"""

from collections.abc import Iterator
from datetime import timedelta
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, Literal, cast

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from khata.api.caller import Called, Caller, as_json
from khata.api.routes.accounting import DaysQuery
from khata.api.schemas.fields import Id, Line
from khata.api.schemas.tally import TallyObject
from khata.api.strict_route import StrictRoute
from khata.core.exports.return_period import ReturnPeriod
from khata.core.exports.tally.booked import vouchers_of
from khata.core.exports.tally.xml import masters_xml, vouchers_xml
from khata.core.ids import parse_id
from khata.core.periods import day_of
from khata.db.reads.booked_entries import booked_between
from khata.usecases.documents.zip_documents import ZipDocuments, zip_documents

MOST_DOCUMENTS = 1000  # a document that is rendered for the first time takes some 20 ms
_CHUNK = 1 << 16

router = APIRouter(prefix="/v1/exports", tags=["Accounting"], route_class=StrictRoute)


class TallyQuery(DaysQuery):
    """Which days, and how."""

    part: Literal["masters", "vouchers"] = Field(
        "vouchers", description="The ledgers, which are imported first, or the vouchers"
    )
    revenue: Literal["sales", "deferred"] = Field(
        "sales",
        description="`sales`: what is invoiced is Sales at once. `deferred`: it is Deferred "
        "Revenue, and a journal of each month moves what was earned to Sales",
    )
    company: Line | None = Field(
        None, description="The company in Tally; else the one that is open"
    )


class DocumentsQuery(BaseModel):
    """Whose, and which month."""

    model_config = ConfigDict(extra="forbid")

    registration: Id | None = Field(None, description="Else the default one")
    period: str | None = Field(
        None,
        pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$",
        description="A month of the account's calendar; else the last one",
        examples=["2026-10"],
    )


@router.get(
    "/documents",
    response_class=Response,
    responses={200: {"description": "A ZIP of PDFs", "content": {"application/zip": {}}}},
)
def read_documents(caller: Called, query: Annotated[DocumentsQuery, Query()]) -> Response:
    """Download all documents of a month as PDFs in one ZIP: the very copies given out before.

    At most 1,000 documents; `khata export documents` writes any number. The same documents give
    the same bytes.
    """
    asked = query.registration
    registration = parse_id("reg", asked, param="registration") if asked else None
    month = ReturnPeriod.named(query.period) if query.period else _last_month(caller)
    command = ZipDocuments(
        caller.tenant, caller.at, registration, month.first, month.last, MOST_DOCUMENTS
    )
    file = SpooledTemporaryFile(max_size=1 << 24)  # noqa: SIM115
    try:
        zip_documents(command, cast(IO[bytes], file), tools=caller.engine.tools)
    except BaseException:
        file.close()
        raise
    name = f"documents-{month.year}-{month.month:02}.zip"
    return StreamingResponse(
        _chunks(file),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _last_month(caller: Caller) -> ReturnPeriod:
    with caller.reading() as uow:
        today = day_of(caller.at, uow.tenants.get().timezone)
    return ReturnPeriod.of(today.replace(day=1) - timedelta(days=1))


def _chunks(file: SpooledTemporaryFile[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk


@router.get(
    "/tally",
    response_class=Response,
    responses={200: {"description": "Tally's XML", "content": {"application/xml": {}}}},
)
def read_tally(caller: Called, query: Annotated[TallyQuery, Query()]) -> Response:
    """Download what was booked in some days as TallyPrime imports it.

    Import `part=masters` first, then `part=vouchers`. The vouchers move what the books moved, to
    the paisa; a second import of the same days changes the same vouchers, for each has its own id.
    """
    with caller.reading() as uow:
        first, last = query.days(day_of(caller.at, uow.tenants.get().timezone))
        found = booked_between(uow.connection, first=first, last=last)
    if query.part == "masters":
        file = masters_xml(found.ledgers, company=query.company)
    else:
        vouchers = vouchers_of(found.entries, deferred=query.revenue == "deferred")
        file = vouchers_xml(vouchers, company=query.company)
    name = f"tally-{query.part}-{first}-{last}.xml"
    return Response(
        file,
        media_type="application/xml",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/tally/summary", response_model=TallyObject)
def read_tally_summary(caller: Called, query: Annotated[DaysQuery, Query()]) -> Response:
    """Read what an export for Tally holds, and what it leaves out and why."""
    with caller.reading() as uow:
        first, last = query.days(day_of(caller.at, uow.tenants.get().timezone))
        found = booked_between(uow.connection, first=first, last=last)
    told = TallyObject.told(
        vouchers_of(found.entries),
        found.missing(deferred=False),
        ledgers=len(found.ledgers),
        first=first,
        last=last,
        livemode=caller.livemode,
    )
    return as_json(told)
