"""/v1/returns/oss"""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from khata.api.caller import Called, as_json
from khata.api.schemas.oss import OssQuery, OssReturnObject
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id
from khata.core.periods import day_of
from khata.core.refusal import NotFound
from khata.core.tax.oss import Quarter, oss_return, read_rates
from khata.db.reads.oss import oss_amounts

router = APIRouter(prefix="/v1/returns", tags=["Returns"], route_class=StrictRoute)


@router.get("/oss", response_model=OssReturnObject)
def read(caller: Called, query: Annotated[OssQuery, Query()]) -> Response:
    """Read the figures of a quarter's return to a one-stop shop, by country and rate."""
    named = query.registration
    asked = parse_id("reg", named, param="registration") if named is not None else None
    with caller.reading() as uow:
        seller = uow.sellers.default() if asked is None else uow.sellers.get(asked)
        if seller is None:
            raise NotFound("registration", str(named), param="registration")
        quarter = _quarter(query.period, today=day_of(caller.at, uow.tenants.get().timezone))
        amounts = oss_amounts(uow.connection, seller.id, quarter, query.scheme)
    texts = query.rates.split(",") if query.rates is not None else []
    figures = oss_return(quarter, amounts, read_rates(texts, quarter=quarter, param="rates"))
    return as_json(OssReturnObject.of(figures, seller.id, query.scheme, caller.livemode))


def _quarter(asked: str | None, *, today: date) -> Quarter:
    """Return the quarter that was asked for, or the last that is over: the one to file."""
    if asked is not None:
        return Quarter.read(asked, param="period")
    return Quarter.of(Quarter.of(today).start - timedelta(days=1))
