"""Files of a month's return: the portal's, as it is now or as it was filed, and the register."""

from typing import Final

from fastapi import APIRouter, Depends, Response

from khata.core.exports.gstr1.parts import file_parts, part_names
from khata.core.exports.sales_register import register_name, sales_register
from khata.core.exports.sheets import csv_text
from khata.core.filing import check_given_out
from khata.core.ids import parse_id
from khata.core.refusal import NotFound
from khata.dashboard.reading import Fields, asked_fields
from khata.dashboard.route import HtmlRoute
from khata.dashboard.viewer import Viewer, viewers
from khata.db.reads.returns import ToldReturn, asked_return
from khata.wiring import Engine

HOME: Final = "/dashboard/returns"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.get(HOME + "/{name}.json")
    def portal_file(
        name: str, asked: Fields = Depends(asked_fields), viewer: Viewer = Depends(seen)
    ) -> Response:
        if name != "gstr1":
            raise NotFound("page", name[:40])
        told = told_asked(engine, viewer, asked)
        if told.filed is not None:
            with engine.db.transaction(viewer.tenant) as uow:
                kept = uow.filings.file_of(told.filed.id) or ""
            return _file(kept, told.gstr1.file_name(on=told.filed.filed_on), "application/json")
        check_given_out(told.findings)
        parts = file_parts(told.gstr1)
        part = min(asked.count("part", least=1, most=999) or 1, len(parts)) - 1
        names = part_names(told.gstr1, on=viewer.today, count=len(parts))
        return _file(parts[part], names[part], "application/json")

    @routes.get(HOME + "/register.{ending}")
    def register(
        ending: str, asked: Fields = Depends(asked_fields), viewer: Viewer = Depends(seen)
    ) -> Response:
        told = told_asked(engine, viewer, asked)
        sheets = sales_register(told.gstr1.documents, period=told.gstr1.period)
        name = register_name(told.gstr1.filer.gstin, told.gstr1.period, ending)
        if ending == "csv":
            return _file(csv_text(sheets[1]), name, "text/csv; charset=utf-8")
        if ending == "xlsx":
            return _file(engine.spreadsheets.workbook(sheets), name, _XLSX)
        raise NotFound("page", ending[:40])

    return routes


def told_asked(engine: Engine, viewer: Viewer, asked: Fields) -> ToldReturn:
    """Return the return that an address or a form asks for.

    Raises: NotFound, BadPeriod, FilesNoGstr1.
    """
    registration = asked.text("registration", 40)
    id = parse_id("reg", registration, param="registration") if registration else None
    with engine.db.transaction(viewer.tenant) as uow:
        month = asked.text("month", 10) or None
        return asked_return(uow.connection, id, month, today=viewer.today)


def _file(content: str | bytes, name: str, media_type: str) -> Response:
    return Response(
        content,
        media_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
