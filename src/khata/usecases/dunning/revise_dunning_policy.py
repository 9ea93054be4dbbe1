"""Revise a dunning policy: other terms are its next version, and what is running keeps its own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from khata.core.dunning_terms import DunningPolicy, DunningPolicyNameTaken
from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class ReviseDunningPolicy:
    """`changes` are fields of DunningTerms; what is not named stays as it is."""

    tenant: UUID
    id: UUID
    at: datetime
    name: str | None
    changes: Mapping[str, Any]


def revise_dunning_policy(command: ReviseDunningPolicy, *, db: Database) -> DunningPolicy:
    """Write the new name, and new terms as the next version; the same terms make none.

    Campaigns that have begun go on by the version under which they began.
    Raises: NotFound, DunningPolicyNameTaken.
    """
    with db.transaction(command.tenant) as uow:
        policy = uow.dunning.lock_policy(command.id)
        if policy is None:
            raise NotFound("dunning policy", public_id("dun", command.id))
        name = command.name or policy.name
        if name != policy.name and uow.dunning.has_name(name, beside=policy.id):
            raise DunningPolicyNameTaken(f"There is a dunning policy called {name}", param="name")
        terms = replace(policy.terms, **command.changes)
        is_new = terms != policy.terms
        revised = replace(
            policy,
            name=name,
            terms=terms,
            version=policy.version + is_new,
            changed_at=command.at if is_new else policy.changed_at,
        )
        uow.dunning.change_policy(revised, is_new_version=is_new)
    return revised
