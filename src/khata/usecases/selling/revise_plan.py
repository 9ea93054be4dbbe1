"""Rename a plan. Its terms never change: subscriptions rely on them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypedDict
from uuid import UUID

from khata.core.catalog import Plan
from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.db.transaction import Database


class PlanChanges(TypedDict, total=False):
    """What is not named stays as it is."""

    name: str
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RevisePlan:
    tenant: UUID
    id: UUID
    changes: PlanChanges


def revise_plan(command: RevisePlan, *, db: Database) -> Plan:
    """Write the plan's new name or metadata. Raises: NotFound."""
    with db.transaction(command.tenant) as uow:
        plan = uow.catalog.lock_plan(command.id)
        if plan is None:
            raise NotFound("plan", public_id("plan", command.id))
        revised = replace(plan, **command.changes)
        uow.catalog.change_plan(revised)
    return revised
