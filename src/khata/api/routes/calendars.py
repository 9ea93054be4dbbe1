"""/v1/subscriptions/{id}/calendar and /v1/customers/{id}/calendar"""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from khata.api.caller import Called, Caller, as_json
from khata.api.schemas.calendars import CalendarObject, subject
from khata.api.strict_route import StrictRoute
from khata.core.icalendar import icalendar
from khata.core.ids import parse_id
from khata.usecases.billing.foresee_calendar import ForeseeCalendar, foresee_calendar

router = APIRouter(prefix="/v1", tags=["Calendars"], route_class=StrictRoute)

_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "As JSON, or as iCalendar (RFC 5545)",
        "content": {"text/calendar": {"schema": {"type": "string"}}},
    }
}


class CalendarQuery(BaseModel):
    """How it is spelled."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["json", "ics"] = Field(
        "json", description="json, or ics for a calendar program"
    )


@router.get("/subscriptions/{id}/calendar", response_model=CalendarObject, responses=_ANSWERS)
def of_subscription(id: str, caller: Called, query: Annotated[CalendarQuery, Query()]) -> Response:
    """Read what will be due of a subscription in the next twelve months."""
    subscription = parse_id("sub", id)
    command = ForeseeCalendar(caller.tenant, caller.at, subscription_id=subscription)
    return _answer(caller, query, command, subject(subscription, "sub"))


@router.get("/customers/{id}/calendar", response_model=CalendarObject, responses=_ANSWERS)
def of_customer(id: str, caller: Called, query: Annotated[CalendarQuery, Query()]) -> Response:
    """Read what will be due of all of a customer's subscriptions in the next twelve months."""
    customer = parse_id("cus", id)
    command = ForeseeCalendar(caller.tenant, caller.at, customer_id=customer)
    return _answer(caller, query, command, subject(customer, "cus"))


def _answer(caller: Caller, query: CalendarQuery, command: ForeseeCalendar, name: str) -> Response:
    entries = foresee_calendar(command, db=caller.engine.db)
    if query.format == "ics":
        text = icalendar(entries, name=name, at=caller.at)
        return Response(text, media_type="text/calendar; charset=utf-8")
    return as_json(CalendarObject.of(entries, caller.livemode))
