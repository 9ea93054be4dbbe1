"""Create a dunning policy: what plans may name for what cannot be collected."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.dunning_terms import DunningPolicy, DunningPolicyNameTaken, DunningTerms
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class CreateDunningPolicy:
    tenant: UUID
    id: UUID
    at: datetime
    name: str
    terms: DunningTerms


def create_dunning_policy(command: CreateDunningPolicy, *, db: Database) -> DunningPolicy:
    """Add the policy in its first version; nothing follows it before a plan names it.

    Raises: DunningPolicyNameTaken.
    """
    policy = DunningPolicy(command.id, command.name, 1, command.terms, command.at, command.at)
    with db.transaction(command.tenant) as uow:
        if not uow.dunning.add_policy(policy):
            raise DunningPolicyNameTaken(
                f"There is a dunning policy called {policy.name}", param="name"
            )
    return policy
