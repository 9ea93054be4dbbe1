"""/v1/customers/{id}/entitlements and /v1/customers/{id}/feature_usage"""

from hashlib import sha256
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header
from starlette.responses import Response

from khata.api.caller import Called, as_json
from khata.api.entity_tags import seals
from khata.api.posting import Posted
from khata.api.schemas.entitlements import CustomerEntitlementsObject, FeatureUsageReport
from khata.api.strict_route import StrictRoute
from khata.core.entitlements import Entitled
from khata.core.ids import parse_id, public_id
from khata.core.refusal import NotFound
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.entitlements.report_use import ReportUse, report_use

router = APIRouter(prefix="/v1/customers", tags=["Customer entitlements"], route_class=StrictRoute)

_TAGGED = {"headers": {"ETag": {"description": "Its SHA-256", "schema": {"type": "string"}}}}


@router.get(
    "/{id}/entitlements",
    response_model=CustomerEntitlementsObject,
    responses={200: _TAGGED, 304: {"description": "It is the one named in `If-None-Match`"}},
)
def read(
    id: str,
    caller: Called,
    if_none_match: Annotated[
        str | None, Header(description="The `ETag` of an answer that is there already")
    ] = None,
) -> Response:
    """Read what a customer may use now. One row answers, so ask as often as you like."""
    told = caller.told(tell, parse_id("cus", id))
    tag = sha256(told.model_dump_json(by_alias=True).encode()).hexdigest()
    if tag in seals(if_none_match):
        return Response(status_code=304, headers={"ETag": f'"{tag}"'})
    return as_json(told, ETag=f'"{tag}"')


@router.post("/{id}/feature_usage", response_model=CustomerEntitlementsObject)
def report(id: str, body: FeatureUsageReport, post: Posted) -> Response:
    """Report how much of a limit is in use; a later report takes the place of this one.

    A change of plans that would leave less than that is refused, where the plan says so.
    """
    caller = post.caller
    feature = parse_id("feat", body.feature, param="feature")

    def act(db: Database, customer: UUID) -> None:
        report_use(ReportUse(caller.tenant, customer, feature, body.used), db=db)

    return post.move(parse_id("cus", id), act, tell)


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> CustomerEntitlementsObject:
    entitled = uow.entitlements.of(id)
    if entitled is None:
        if uow.customers.get(id) is None:
            raise NotFound("customer", public_id("cus", id))
        entitled = Entitled(id, 0, {}, {}, None)
    return CustomerEntitlementsObject.of(entitled, livemode)
