"""Renderings as rows: invoices to be set in type before the mails that attach them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from khata.core.ids import new_ids
from khata.db.rows import Connection

LEASE = timedelta(minutes=10)  # what somebody took and did not finish is due again
LONGEST_WAIT = timedelta(hours=1)  # of a mail for its document: then it goes on by itself


@dataclass(frozen=True, slots=True)
class Rendering:
    """An invoice that was taken to be rendered. `tries` counts this one."""

    id: UUID
    invoice_id: UUID
    tries: int


class Renderings:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def want_for_mails(self, causes: Sequence[UUID], at: datetime) -> None:
        """Want what the mails that these events have queued attach; the mails wait for it.

        What is parked stays parked, and its mails go on without waiting. An invoice that waits for
        its IRN is not rendered ahead.
        """
        rows = self._connection.execute(
            """select distinct invoice_id from mails m
                where tenant_id = current_tenant() and cause = any(%s) and attaches_invoice
                  and invoice_id is not null and status = 'queued' and tries = 0
                  and not exists (
                    select from e_invoices e
                     where e.tenant_id = m.tenant_id and e.invoice_id = m.invoice_id
                       and e.kind = 'invoice' and e.held_until > %s)
                order by invoice_id""",
            [list(causes), at],
        ).fetchall()
        if not rows:
            return
        invoices = [row[0] for row in rows]
        self.want(invoices, at)
        self._connection.execute(
            """update mails m set next_try_at = %(until)s from renderings r
                where m.tenant_id = current_tenant() and m.cause = any(%(causes)s)
                  and m.attaches_invoice and m.status = 'queued' and m.tries = 0
                  and r.tenant_id = m.tenant_id and r.invoice_id = m.invoice_id
                  and r.next_try_at is not null""",
            {"until": at + LONGEST_WAIT, "causes": list(causes)},
        )

    def want(self, invoice_ids: Sequence[UUID], at: datetime) -> None:
        """Let invoices be rendered at an instant; what is wanted or parked already stays so."""
        self._connection.execute(
            """insert into renderings (id, invoice_id, next_try_at, created_at)
               select n.id, n.invoice_id, %(at)s, %(at)s
                 from unnest(%(ids)s::uuid[], %(invoices)s::uuid[]) n (id, invoice_id)
               on conflict (tenant_id, invoice_id) do nothing""",
            {"at": at, "ids": new_ids(at, len(invoice_ids)), "invoices": list(invoice_ids)},
        )

    def take_due(self, at: datetime, *, limit: int) -> list[Rendering]:
        """Lease what is due, the oldest first; what others hold is skipped."""
        rows = self._connection.execute(
            """with due as (
                 select id from renderings
                  where tenant_id = current_tenant() and next_try_at <= %(at)s
                  order by next_try_at, id limit %(limit)s for update skip locked)
               update renderings r set tries = tries + 1, next_try_at = %(lease)s
                 from due where r.tenant_id = current_tenant() and r.id = due.id
               returning r.id, r.invoice_id, r.tries""",
            {"at": at, "limit": limit, "lease": at + LEASE},
        )
        return sorted((Rendering(*row) for row in rows), key=lambda rendering: rendering.id)

    def end(self, renderings: Sequence[Rendering], at: datetime) -> None:
        """Be done with these: the mails that waited for them are due."""
        if not renderings:
            return
        self._connection.execute(
            "delete from renderings where tenant_id = current_tenant() and id = any(%s)",
            [[rendering.id for rendering in renderings]],
        )
        self.let_mails_go(renderings, at)

    def let_mails_go(self, renderings: Sequence[Rendering], at: datetime) -> None:
        """Let the mails that wait for these be due, rendered or not."""
        self._connection.execute(
            """update mails set next_try_at = %(at)s
                where tenant_id = current_tenant() and invoice_id = any(%(invoices)s)
                  and attaches_invoice and status = 'queued' and tries = 0
                  and next_try_at > %(at)s""",
            {"at": at, "invoices": [rendering.invoice_id for rendering in renderings]},
        )

    def try_at(self, id: UUID, at: datetime | None, error: str) -> None:
        """Let one be tried again at an instant, or with None never by itself."""
        self._connection.execute(
            """update renderings set next_try_at = %s, error = %s
                where tenant_id = current_tenant() and id = %s""",
            [at, error, id],
        )

    def try_again(self, id: UUID, at: datetime) -> None:
        """Let one that was parked be due, with all its tries."""
        self._connection.execute(
            """update renderings set next_try_at = %s, tries = 0
                where tenant_id = current_tenant() and id = %s and next_try_at is null""",
            [at, id],
        )
