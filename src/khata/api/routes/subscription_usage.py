"""/v1/subscriptions/{id}/usage: what was used so far, and what that costs by now"""

from fastapi import APIRouter
from starlette.responses import Response

from khata.api.caller import Called, as_json
from khata.api.schemas.subscription_usage import SubscriptionUsageObject
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id
from khata.usecases.usage.read_usage import ReadUsage, read_usage

router = APIRouter(prefix="/v1/subscriptions", tags=["Usage"], route_class=StrictRoute)


@router.get("/{id}/usage", response_model=SubscriptionUsageObject)
def read(id: str, caller: Called) -> Response:
    """Read what a subscription has used so far, and what that costs by now.

    Beside what runs stand stretches that are over and may still be corrected by late events.
    """
    command = ReadUsage(caller.tenant, parse_id("sub", id), caller.at)
    subscription, found = read_usage(command, db=caller.engine.db)
    return as_json(SubscriptionUsageObject.of(subscription, found, caller.livemode))
