"""Questions of the pages of dunning policies: the list, and which plans use one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.db.reads.browse import Connection, Cursor, Page, paged, within
from khata.db.reads.views import views


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A policy in the list. `plans` go by it, and `campaigns` are under way under any version."""

    id: UUID
    name: str
    version: int
    created_at: datetime
    changed_at: datetime
    plans: int
    campaigns: int


@dataclass(frozen=True, slots=True)
class PlanOfPolicy:
    id: UUID
    name: str
    product: str


def dunning_policies(
    connection: Connection, cursor: Cursor, *, search: str | None = None
) -> Page[PolicyRow]:
    """Return policies, the newest first."""
    return paged(
        connection,
        PolicyRow,
        cursor,
        """
        select t.id, t.name, t.version, t.created_at, t.changed_at,
               (select count(*) from plans p where p.dunning_policy_id = t.id) as plans,
               (select count(*) from dunning_campaigns c
                 where c.policy_id = t.id and c.outcome is null) as campaigns
          from dunning_policies t
        """,
        "(%(search)s::text is null or t.name ilike %(search)s)",
        search=within(search),
    )


def plans_of_policy(connection: Connection, policy: UUID) -> list[PlanOfPolicy]:
    """Return the plans that go by a policy, by name; a hundred are the most shown."""
    return views(
        connection,
        PlanOfPolicy,
        """
        select p.id, p.name, d.name as product
          from plans p join products d on d.tenant_id = p.tenant_id and d.id = p.product_id
         where p.dunning_policy_id = %(policy)s order by p.name, p.id limit 100
        """,
        policy=policy,
    )
