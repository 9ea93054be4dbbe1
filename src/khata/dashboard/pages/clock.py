"""The test clock: where time stands, and the form that moves it."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from khata.core.ids import new_id
from khata.core.periods import Interval, Unit, edge
from khata.core.refusal import Refusal
from khata.dashboard.journey import figures, set_out
from khata.dashboard.page import page
from khata.dashboard.route import HtmlRoute, status_of
from khata.dashboard.viewer import Viewer, own_form, viewers
from khata.usecases.tenants.advance_test_clock import AdvanceTestClock, advance_test_clock
from khata.usecases.tenants.delete_test_clock import DeleteTestClock, delete_test_clock
from khata.usecases.tenants.set_test_clock import SetTestClock, set_test_clock
from khata.wiring import Engine

_HERE = "/dashboard/clock"
LONGEST_WAIT = timedelta(days=100)


class NotAMoment(Refusal):
    """What was typed is not a day and time."""


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.get(_HERE)
    def clock(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        return _page(engine, viewer, was=request.query_params.get("was", ""))

    @routes.post(_HERE, dependencies=[Depends(own_form)])
    def move(
        by: str = Form(""), to: str = Form(""), back: str = Form(""), viewer: Viewer = Depends(seen)
    ) -> Response:
        try:
            arrival = _moved(engine, viewer, by, to)
        except Refusal as refusal:
            return _page(engine, viewer, refusal, to)
        home = back == "/dashboard" and by != "now"
        return RedirectResponse("/dashboard" if home else arrival, status_code=303)

    return routes


def _moved(engine: Engine, viewer: Viewer, by: str, to: str) -> str:
    """Do what the button says, and return the address that tells of it. Raises: as the verbs."""
    if by == "freeze":
        set_test_clock(SetTestClock(viewer.tenant, new_id(viewer.now), viewer.now), db=engine.db)
        return _HERE
    if by == "now":
        delete_test_clock(DeleteTestClock(viewer.tenant, engine.clock.now()), db=engine.db)
        return _HERE
    target = _target(engine, viewer, by, to)
    again = by == "again"
    with engine.db.transaction(viewer.tenant) as uow:
        was = set_out(uow.connection, viewer)
    # A browser does not wait for a year; the page tells how far it has come.
    waits = again or target - viewer.now <= LONGEST_WAIT
    command = AdvanceTestClock(viewer.tenant, target, wait=waits)
    advance_test_clock(command, tools=engine.tools)
    return f"{_HERE}?{urlencode({'was': was})}"


def _page(
    engine: Engine, viewer: Viewer, refusal: Refusal | None = None, to: str = "", was: str = ""
) -> Response:
    with engine.db.transaction(viewer.tenant) as uow:
        facts = {
            "next_due": uow.clocks.due_times().first,
            "figures": figures(uow.connection, viewer, was),
        }
    local = viewer.now.astimezone(ZoneInfo(viewer.zone))
    return page(
        "clock.html",
        code=status_of(refusal) if refusal else 200,
        viewer=viewer,
        here="clock",
        refusal=refusal,
        to=to or f"{local:%Y-%m-%dT%H:%M}",
        **facts,
    )


def _target(engine: Engine, viewer: Viewer, by: str, to: str) -> datetime:
    """Return where time shall go. A month is a month of the tenant's calendar, its hour kept.

    Raises: NotAMoment.
    """
    if by == "again" and viewer.clock and viewer.clock.target_time:
        return viewer.clock.target_time
    local = viewer.now.astimezone(ZoneInfo(viewer.zone))
    if by in ("day", "month"):
        ahead = edge(local.date(), Interval(Unit(by)), 1)
        return local.replace(year=ahead.year, month=ahead.month, day=ahead.day).astimezone(UTC)
    if by == "next":
        with engine.db.transaction(viewer.tenant) as uow:
            due = uow.clocks.due_times().first
        return max(due, viewer.now) if due else viewer.now
    try:
        typed = datetime.fromisoformat(to[:30])
        zoned = typed if typed.tzinfo else typed.replace(tzinfo=ZoneInfo(viewer.zone))
        return zoned.astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotAMoment(
            "That is not a day and time; choose one such as 2027-02-01 09:00", param="to"
        ) from None
