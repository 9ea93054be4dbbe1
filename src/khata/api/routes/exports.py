"""/v1/exports: files for the accountant's own programs"""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called, as_json
from khata.api.routes.accounting import DaysQuery
from khata.api.schemas.fields import Line
from khata.api.schemas.tally import TallyObject
from khata.api.strict_route import StrictRoute
from khata.core.exports.tally.booked import vouchers_of
from khata.core.exports.tally.xml import masters_xml, vouchers_xml
from khata.core.periods import day_of
from khata.db.reads.booked_entries import booked_between

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
        found.left_out,
        ledgers=len(found.ledgers),
        first=first,
        last=last,
        livemode=caller.livemode,
    )
    return as_json(told)
