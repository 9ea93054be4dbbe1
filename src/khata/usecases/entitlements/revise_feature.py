"""Rename a feature. Its code and type never change: programs rely on them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypedDict
from uuid import UUID

from khata.core.entitlements import Feature
from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.db.transaction import Database


class FeatureChanges(TypedDict, total=False):
    """What is not named stays as it is."""

    name: str
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReviseFeature:
    tenant: UUID
    id: UUID
    changes: FeatureChanges


def revise_feature(command: ReviseFeature, *, db: Database) -> Feature:
    """Write the feature's new name or metadata. Raises: NotFound."""
    with db.transaction(command.tenant) as uow:
        feature = uow.features.lock(command.id)
        if feature is None:
            raise NotFound("feature", public_id("feat", command.id))
        revised = replace(feature, **command.changes)
        uow.features.change(revised)
    return revised
