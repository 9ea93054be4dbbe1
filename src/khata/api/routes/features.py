"""/v1/features"""

from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called, as_json
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.entitlements import (
    FeatureChange,
    FeatureCreate,
    FeatureDeleted,
    FeatureObject,
)
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.plans import Code
from khata.api.strict_route import StrictRoute
from khata.core.entitlements import Combine, Feature, FeatureType
from khata.core.ids import parse_id, public_id
from khata.core.refusal import NotFound
from khata.db.reads.selling import FEATURES
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.entitlements.create_feature import CreateFeature, create_feature
from khata.usecases.entitlements.remove_feature import RemoveFeature, remove_feature
from khata.usecases.entitlements.revise_feature import (
    FeatureChanges,
    ReviseFeature,
    revise_feature,
)

router = APIRouter(prefix="/v1/features", tags=["Features"], route_class=StrictRoute)


class FeatureQuery(ListQuery):
    """Which features."""

    code: Code | None = Field(None, description="Only the feature with this code")


@router.post("", status_code=201, response_model=FeatureObject)
def create(body: FeatureCreate, post: Posted) -> Response:
    """Add something that plans may give."""
    caller = post.caller

    def act(db: Database, id: UUID) -> None:
        feature = Feature(
            id,
            body.code,
            body.name,
            FeatureType(body.type),
            body.unit,
            Combine(body.combine),
            body.meter,
            body.metadata,
            caller.at,
        )
        create_feature(CreateFeature(caller.tenant, feature), db=db)

    return post.make(act, tell)


@router.get("", response_model=ListOf[FeatureObject])
def list_all(caller: Called, query: Annotated[FeatureQuery, Query()]) -> Response:
    """List the features, newest first."""
    return listed(caller, FEATURES, query, FeatureObject.of)


@router.get("/{id}", response_model=FeatureObject)
def read(id: str, caller: Called) -> Response:
    """Read a feature."""
    return caller.answer(tell, parse_id("feat", id))


@router.patch("/{id}", response_model=FeatureObject)
def change(id: str, body: FeatureChange, caller: Called) -> Response:
    """Rename a feature. Its code and type never change."""
    feature = parse_id("feat", id)
    changes = cast(FeatureChanges, body.model_dump(exclude_unset=True))
    revise_feature(ReviseFeature(caller.tenant, feature, changes), db=caller.engine.db)
    return caller.answer(tell, feature)


@router.delete("/{id}", response_model=FeatureDeleted)
def delete(id: str, caller: Called) -> Response:
    """Delete a feature that no plan gives."""
    feature = parse_id("feat", id)
    remove_feature(RemoveFeature(caller.tenant, feature), db=caller.engine.db)
    return as_json(FeatureDeleted(id=public_id("feat", feature), deleted=True))


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> FeatureObject:
    feature = uow.features.get(id)
    if feature is None:
        raise NotFound("feature", public_id("feat", id))
    return FeatureObject.of(feature, livemode)
