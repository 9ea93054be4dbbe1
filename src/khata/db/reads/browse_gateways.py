"""Questions of the pages about gateways: what they told, and days laid beside their lists."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from khata.db.reads.browse import Connection, Cursor, Page, paged


@dataclass(frozen=True, slots=True)
class GatewayEventRow:
    id: UUID
    type: str
    subject: str
    status: str
    outcome: str | None
    tries: int
    deliveries: int
    received_at: datetime
    next_try_at: datetime | None
    account_id: UUID
    account: str
    gateway: str


@dataclass(frozen=True, slots=True)
class ReconciliationRow:
    """`findings` are as they were told: difference, attempt, reference, amounts, words."""

    id: UUID
    day: date
    status: str
    payments: int | None
    findings: list[dict[str, Any]]
    next_try_at: datetime | None
    ran_at: datetime | None
    account_id: UUID
    account: str
    gateway: str
    is_parked: bool


def gateway_events(
    connection: Connection,
    cursor: Cursor,
    *,
    status: str | None = None,
    account: UUID | None = None,
    search: str | None = None,
) -> Page[GatewayEventRow]:
    """Return a page of events; `search` is the gateway's id of one, or of what it is about."""
    return paged(
        connection,
        GatewayEventRow,
        cursor,
        """
        select t.id, t.type, t.subject, t.status, t.outcome, t.tries, t.deliveries, t.received_at,
               t.next_try_at, t.account_id, a.name as account, a.gateway
          from gateway_events t
          join gateway_accounts a on a.tenant_id = t.tenant_id and a.id = t.account_id
        """,
        """(%(status)s::text is null or t.status = %(status)s)
           and (%(account)s::uuid is null or t.account_id = %(account)s)
           and (%(search)s::text is null or t.event_id = %(search)s or t.reference = %(search)s
                or t.type = %(search)s)""",
        status=status,
        account=account,
        search=search,
    )


def reconciliations(
    connection: Connection,
    cursor: Cursor,
    *,
    status: str | None = None,
    account: UUID | None = None,
    id: UUID | None = None,
) -> Page[ReconciliationRow]:
    return paged(
        connection,
        ReconciliationRow,
        cursor,
        """
        select t.id, t.day, t.status, t.payments, t.findings, t.next_try_at, t.ran_at,
               t.account_id, a.name as account, a.gateway,
               exists (select from parked k where k.tenant_id = t.tenant_id
                          and k.kind = 'reconciliation' and k.subject_id = t.id
                          and k.released_at is null) as is_parked
          from reconciliations t
          join gateway_accounts a on a.tenant_id = t.tenant_id and a.id = t.account_id
        """,
        """(%(status)s::text is null or t.status = %(status)s)
           and (%(account)s::uuid is null or t.account_id = %(account)s)
           and (%(id)s::uuid is null or t.id = %(id)s)""",
        status=status,
        account=account,
        id=id,
    )
