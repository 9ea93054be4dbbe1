"""Recovery: how much of what failed at first was paid after all, by what, and why it counts so."""

from datetime import date, timedelta

from fastapi import APIRouter, Depends, Request, Response

from khata.core.campaign import RECOVERED_WITHIN
from khata.core.periods import start_of_day
from khata.core.recovery import Recovery, check_range
from khata.core.refusal import Refusal
from khata.core.words import grouped
from khata.dashboard.page import page
from khata.dashboard.route import HtmlRoute
from khata.dashboard.viewer import Viewer, viewers
from khata.db.reads.recovery import recovery
from khata.wiring import Engine

_SHOWN = timedelta(days=90)


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.get("/dashboard/recovery")
    def recovery_page(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        first, last, mistake = _days(request, viewer.today)
        with engine.db.transaction(viewer.tenant) as uow:
            found = recovery(
                uow.connection,
                start_of_day(first, viewer.zone),
                start_of_day(last + timedelta(days=1), viewer.zone),
                zone=viewer.zone,
            )
        return page(
            "recovery.html",
            viewer=viewer,
            here="recovery",
            first=first,
            last=last,
            mistake=mistake,
            found=found,
            reasons={one.currency: _reasons(one) for one in found},
        )

    return routes


def _days(request: Request, today: date) -> tuple[date, date, str | None]:
    """Return the days that are asked for, or the last ninety with what was wrong."""
    asked = request.query_params
    usual = (today - _SHOWN, today)
    try:
        first = date.fromisoformat(asked.get("from") or usual[0].isoformat())
        last = date.fromisoformat(asked.get("to") or usual[1].isoformat())
    except ValueError:
        return *usual, "A day is written as 2026-03-31."
    try:
        check_range(first, last)
        start_of_day(last + timedelta(days=1), "UTC")
    except Refusal as refusal:
        return *usual, refusal.detail
    except OverflowError:
        return *usual, "A day is written as 2026-03-31."
    return first, last, None


def _reasons(one: Recovery) -> list[str]:
    """Return why the rate is what it is, in sentences."""
    days = RECOVERED_WITHIN.days
    total = one.total
    return [
        f"Declined at the first try in these days: {total.failed_count}.",
        f"Paid within {days} days of that, by whatever way: {total.recovered_count}.",
        "The rate is the amount that was paid divided by the amount that failed: "
        f"{grouped(total.recovered_amount, one.currency)} ÷ "
        f"{grouped(total.failed_amount, one.currency)} = {total.rate}.",
        "A gateway that could not be reached failed nobody, and is not counted.",
    ]
