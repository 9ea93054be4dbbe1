"""Rename a plan, or give it another dunning policy. Its terms never change."""

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
    dunning_policy_id: UUID | None


@dataclass(frozen=True, slots=True)
class RevisePlan:
    tenant: UUID
    id: UUID
    changes: PlanChanges


def revise_plan(command: RevisePlan, *, db: Database) -> Plan:
    """Write the plan's new name, metadata or dunning policy. Raises: NotFound (either)."""
    with db.transaction(command.tenant) as uow:
        plan = uow.catalog.lock_plan(command.id)
        if plan is None:
            raise NotFound("plan", public_id("plan", command.id))
        policy = command.changes.get("dunning_policy_id")
        if policy is not None and uow.dunning.policy(policy) is None:
            raise NotFound("dunning policy", public_id("dun", policy), param="dunning_policy")
        revised = replace(plan, **command.changes)
        uow.catalog.change_plan(revised)
    return revised
