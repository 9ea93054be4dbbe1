"""A customer's statement of account on paper, of the financial year so far."""

from datetime import date

from fastapi import APIRouter, Depends, Response

from khata.core.ids import parse_id
from khata.core.refusal import NotFound
from khata.dashboard.route import HtmlRoute
from khata.dashboard.viewer import Viewer, viewers
from khata.db.reads.statements import customer_statement, statement_document
from khata.wiring import Engine


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.get("/dashboard/customers/{name}/statement.pdf")
    def statement(name: str, viewer: Viewer = Depends(seen)) -> Response:
        id = parse_id("cus", name)
        with engine.db.transaction(viewer.tenant) as uow:
            found = uow.customers.get(id)
            if found is None:
                raise NotFound("customer", name)
            told = customer_statement(
                uow.connection,
                id,
                currency=found.currency,
                first=year_of(viewer.today),
                last=viewer.today,
            )
            document = statement_document(uow.connection, id, told)
        return Response(
            engine.pdf.statement(document),
            media_type="application/pdf",
            headers={"Content-Disposition": f'inline; filename="statement-{viewer.today}.pdf"'},
        )

    return routes


def year_of(day: date) -> date:
    """Return the first day of the financial year that a day is in: 1 April."""
    return date(day.year if day.month >= 4 else day.year - 1, 4, 1)
