"""/v1/returns/oss"""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from khata.api.caller import Called, as_json
from khata.api.schemas.oss import OssQuery, OssReturnObject
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id, public_id
from khata.core.refusal import NotFound
from khata.core.tax.oss import Quarter, oss_return, read_rates
from khata.db.reads.oss import oss_amounts

router = APIRouter(prefix="/v1/returns", tags=["Returns"], route_class=StrictRoute)


@router.get("/oss", response_model=OssReturnObject)
def read(caller: Called, query: Annotated[OssQuery, Query()]) -> Response:
    """Read the figures of a quarter's return to a one-stop shop, by country and rate."""
    registration = parse_id("reg", query.registration, param="registration")
    quarter = Quarter.read(query.period, param="period")
    rates = read_rates(query.rates, quarter=quarter, param="rates")
    with caller.reading() as uow:
        if uow.sellers.get(registration) is None:
            raise NotFound("registration", public_id("reg", registration), param="registration")
        amounts = oss_amounts(uow.connection, registration, quarter, query.scheme)
        livemode = uow.tenants.get().livemode
    figures = oss_return(quarter, amounts, rates)
    return as_json(OssReturnObject.of(figures, registration, query.scheme, livemode))
