"""Questions about what was collected through each gateway, and what became of what it refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from khata.db.reads.views import views

Connection = psycopg.Connection[TupleRow]


@dataclass(frozen=True, slots=True)
class Collected:
    """Payments by the gateway of their first attempt.

    `failed` are those of which a try was refused or lost its way; each of them is `recovered`,
    `given_up`, or still tried. `open` are those that are neither collected nor given up.
    """

    gateway: str
    charged: int
    collected: int
    failed: int
    recovered: int
    given_up: int
    open: int


@dataclass(frozen=True, slots=True)
class Cash:
    """What attempts at a gateway took, less what refunds gave back, in minor units."""

    gateway: str
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class Asked:
    """An attempt as a gateway's books name it: by our id, for an invoice of so much."""

    id: UUID
    gateway: str
    invoice_id: UUID
    total: int
    is_unknown: bool


def collected(connection: Connection) -> Sequence[Collected]:
    """Return how the payments went, by gateway. What is paid by hand has no attempt and is in none.

    A try that failed and was captured late all the same counts as failed, and recovered.
    """
    return views(
        connection,
        Collected,
        """
        with tried as (
          select distinct on (a.payment_id) a.payment_id, a.gateway, p.status,
                 exists (select from attempts f join attempt_moves m
                             on m.tenant_id = f.tenant_id and m.attempt_id = f.id
                          where f.tenant_id = a.tenant_id and f.payment_id = a.payment_id
                            and m.to_status = 'failed') as has_failed
            from attempts a join payments p on p.tenant_id = a.tenant_id and p.id = a.payment_id
           order by a.payment_id, a.number)
        select gateway, count(*) as charged,
               count(*) filter (where status = 'succeeded') as collected,
               count(*) filter (where has_failed) as failed,
               count(*) filter (where has_failed and status = 'succeeded') as recovered,
               count(*) filter (where status = 'given_up') as given_up,
               count(*) filter (where status in ('scheduled', 'processing')) as open
          from tried group by gateway order by gateway
        """,
    )


def cash(connection: Connection) -> Sequence[Cash]:
    """Return what each gateway holds or has settled of ours, before its fees, by currency."""
    return views(
        connection,
        Cash,
        """
        select gateway, currency, sum(amount)::bigint as amount
          from (select gateway, currency, amount from attempts where status = 'succeeded'
                union all
                select gateway, currency, -amount from refunds where status = 'succeeded') moved
         group by gateway, currency order by gateway, currency
        """,
    )


def asked(connection: Connection) -> Sequence[Asked]:
    """Return every attempt, to be looked up in the gateways' books."""
    return views(
        connection,
        Asked,
        """
        select a.id, a.gateway, a.invoice_id, i.total,
               a.status in ('sending', 'unknown') as is_unknown
          from attempts a join invoices i on i.tenant_id = a.tenant_id and i.id = a.invoice_id
         order by a.id
        """,
    )
