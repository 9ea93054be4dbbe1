"""The end of a month: what is left to do, who owes since when, what is unearned, and Tally."""

from datetime import date, timedelta

from fastapi import APIRouter, Depends, Request, Response

from khata.core.ageing import Bucket, totals_of
from khata.core.deferral import months_between
from khata.core.exports.tally.booked import vouchers_of
from khata.core.exports.tally.xml import masters_xml, vouchers_xml
from khata.core.month_end import checks_of, is_clean, last_day_of
from khata.core.periods import start_of_day
from khata.dashboard.page import page
from khata.dashboard.route import HtmlRoute
from khata.dashboard.viewer import Viewer, viewers
from khata.db.reads.account_sheets import account_sheets
from khata.db.reads.ageing import aged_receivables
from khata.db.reads.booked_entries import booked_between
from khata.db.reads.deferral import deferred_by_month, deferred_to_come
from khata.db.reads.month_end import month_facts
from khata.wiring import Engine

_SHOWN = 50  # customers; the API lists them all
_BUCKETS = {
    Bucket.NOT_DUE: "Not due",
    Bucket.TO_30: "1–30 days",
    Bucket.TO_60: "31–60 days",
    Bucket.TO_90: "61–90 days",
    Bucket.OVER_90: "Over 90 days",
}


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.get("/dashboard/month-end")
    def month_end(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        last_day, mistake = _month(request, viewer.today)
        after = start_of_day(last_day + timedelta(days=1), viewer.zone)
        with engine.db.transaction(viewer.tenant) as uow:
            checks = checks_of(month_facts(uow.connection, last_day=last_day, after=after))
            aged = aged_receivables(uow.connection, as_of=last_day, after=after)
            months = months_between(last_day.replace(day=1), last_day, param="month")
            deferred = deferred_by_month(uow.connection, months)
            to_come = sorted(deferred_to_come(uow.connection).items())
        return page(
            "month_end.html",
            code=400 if mistake else 200,
            viewer=viewer,
            here="month-end",
            last_day=last_day,
            mistake=mistake,
            checks=checks,
            clean=is_clean(checks),
            buckets=_BUCKETS,
            totals=totals_of(aged),
            aged=[row for row in aged if row.total][:_SHOWN],
            more=max(sum(1 for row in aged if row.total) - _SHOWN, 0),
            deferred=deferred,
            to_come=[(month, currency, amount) for (month, currency), amount in to_come if amount],
        )

    @routes.get("/dashboard/month-end/tally-{part}.xml")
    def tally(part: str, request: Request, viewer: Viewer = Depends(seen)) -> Response:
        last_day, _ = _month(request, viewer.today)
        with engine.db.transaction(viewer.tenant) as uow:
            found = booked_between(uow.connection, first=last_day.replace(day=1), last=last_day)
        file = (
            masters_xml(found.ledgers)
            if part == "masters"
            else vouchers_xml(vouchers_of(found.entries))
        )
        name = f"tally-{'masters' if part == 'masters' else 'vouchers'}-{last_day:%Y-%m}.xml"
        return Response(
            file,
            media_type="application/xml",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    @routes.get("/dashboard/month-end/accounts.xlsx")
    def accounts(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        last_day, _ = _month(request, viewer.today)
        with engine.db.transaction(viewer.tenant) as uow:
            _, sheets = account_sheets(uow.connection, last_day, at=viewer.now)
        return Response(
            engine.spreadsheets.workbook(sheets),
            media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            headers={"Content-Disposition": f'attachment; filename="accounts-{last_day}.xlsx"'},
        )

    return routes


def _month(request: Request, today: date) -> tuple[date, str | None]:
    """Return the last day of the month asked for, or of the last one with what was wrong."""
    usual = today.replace(day=1) - timedelta(days=1)
    asked = request.query_params.get("month", "")
    if not asked:
        return usual, None
    try:
        return last_day_of(date.fromisoformat(f"{asked[:7]}-01")), None
    except (ValueError, OverflowError):
        return usual, "A month is written as 2026-03."
