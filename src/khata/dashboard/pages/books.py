"""The books: the trial balance of a day, each currency on its own."""

from datetime import date
from itertools import groupby

from fastapi import APIRouter, Depends, Request, Response

from khata.dashboard.page import page
from khata.dashboard.route import HtmlRoute
from khata.dashboard.viewer import Viewer, viewers
from khata.db.reads.books import trial_balance
from khata.wiring import Engine


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.get("/dashboard/books")
    def books(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        asked = request.query_params.get("as_of", "")
        as_of, mistake = viewer.today, None
        if asked:
            try:
                as_of = date.fromisoformat(asked[:10])
            except ValueError:
                mistake = "That is not a day; choose one such as 2026-03-31"
        with engine.db.transaction(viewer.tenant) as uow:
            rows = trial_balance(uow.connection, as_of)
        balances = {
            currency: list(accounts)
            for currency, accounts in groupby(rows, key=lambda row: row.currency)
        }
        return page(
            "books.html",
            code=400 if mistake else 200,
            viewer=viewer,
            here="books",
            as_of=as_of,
            mistake=mistake,
            balances=balances,
        )

    return routes
