"""/v1/analytics/recovery, and the dunning of one payment"""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from khata.api.caller import Called, as_json
from khata.api.schemas.campaigns import PaymentDunning
from khata.api.schemas.fields import Day
from khata.api.schemas.recovery import RecoveryObject
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id
from khata.core.periods import day_of, start_of_day
from khata.core.recovery import check_range
from khata.db.reads.campaigns import campaign_of
from khata.db.reads.recovery import recovery
from khata.db.transaction import UnitOfWork

router = APIRouter(prefix="/v1", tags=["Dunning"], route_class=StrictRoute)


class RangeQuery(BaseModel):
    """Which days, of the account's calendar."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    from_: Day | None = Field(
        None, alias="from", description="The first day; else 30 days before the last"
    )
    to: Day | None = Field(None, description="The last day, itself included; else today")


@router.get("/analytics/recovery", response_model=RecoveryObject)
def read_recovery(caller: Called, query: Annotated[RangeQuery, Query()]) -> Response:
    """Read how much of what failed at first was paid after all, and by what."""
    with caller.engine.db.transaction(caller.tenant) as uow:
        zone = uow.tenants.get().timezone
        last = query.to or day_of(caller.at, zone)
        first = query.from_ or last - timedelta(days=30)
        check_range(first, last)
        until = start_of_day(last + timedelta(days=1), zone)
        found = recovery(uow.connection, start_of_day(first, zone), until, zone=zone)
    return as_json(RecoveryObject.told(found, first, last, caller.livemode))


@router.get("/payments/{id}/dunning", response_model=PaymentDunning)
def read_payment_dunning(id: str, caller: Called) -> Response:
    """Read what was done about a payment that failed: each step, oldest first, in a sentence."""
    return caller.answer(tell_dunning, parse_id("pay", id))


def tell_dunning(uow: UnitOfWork, id: UUID, livemode: bool) -> PaymentDunning:
    payment = uow.payments.get(id)
    found = campaign_of(uow.connection, payment.id)
    return PaymentDunning.of(payment, found, livemode, zone=uow.tenants.get().timezone)
