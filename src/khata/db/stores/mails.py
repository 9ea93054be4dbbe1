"""Mails as rows: queued with their cause, written and sent afterwards."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from khata.core.ids import new_ids
from khata.core.letter import Written
from khata.db.rows import Connection, as_json

LEASE = timedelta(minutes=10)  # a mail that somebody took and did not finish is due again


@dataclass(frozen=True, slots=True)
class Wanted:
    """A mail that an event asks for."""

    kind: str
    cause: UUID
    customer_id: UUID
    invoice_id: UUID | None = None
    subscription_id: UUID | None = None
    payment_id: UUID | None = None
    credit_note_id: UUID | None = None  # it travels with the mail
    attaches_invoice: bool = False
    not_before: datetime | None = None  # it waits for the customer's working hours


@dataclass(frozen=True, slots=True)
class Queued:
    """A mail that was taken to be written and sent. `tries` counts this one."""

    id: UUID
    kind: str
    cause: UUID
    customer_id: UUID | None  # None: it is for the tenant
    invoice_id: UUID | None
    subscription_id: UUID | None
    recipient: str
    attaches_invoice: bool
    tries: int
    created_at: datetime
    credit_note_id: UUID | None = None


class Mails:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def queue(self, wanted: Sequence[Wanted], at: datetime) -> None:
        """Queue mails to customers who have an address; one of a kind for an event, for ever."""
        if not wanted:
            return
        rows = [
            {
                "id": id,
                "kind": mail.kind,
                "cause": mail.cause,
                "customer_id": mail.customer_id,
                "invoice_id": mail.invoice_id,
                "subscription_id": mail.subscription_id,
                "payment_id": mail.payment_id,
                "credit_note_id": mail.credit_note_id,
                "attaches_invoice": mail.attaches_invoice,
                "created_at": at,
                "next_try_at": mail.not_before or at,
            }
            for id, mail in zip(new_ids(at, len(wanted)), wanted, strict=True)
        ]
        self._connection.execute(
            """insert into mails (id, kind, cause, customer_id, invoice_id, subscription_id,
                 payment_id, credit_note_id, attaches_invoice, created_at, recipient, status,
                 next_try_at)
               select r.id, r.kind, r.cause, r.customer_id, r.invoice_id, r.subscription_id,
                      r.payment_id, r.credit_note_id, r.attaches_invoice, r.created_at, c.email,
                      'queued', r.next_try_at
                 from json_populate_recordset(null::mails, %s::json) r
                 join customers c on c.tenant_id = current_tenant() and c.id = r.customer_id
                where c.email is not null
               on conflict (tenant_id, cause, kind) do nothing""",
            [as_json(rows)],
        )

    def queue_to_owner(self, wanted: Sequence[tuple[str, UUID]], at: datetime) -> None:
        """Queue mails to the tenant, each a kind and the event that asks for it; once for ever."""
        if not wanted:
            return
        self._connection.execute(
            """insert into mails (id, kind, cause, attaches_invoice, created_at, recipient, status,
                 next_try_at)
               select r.id, r.kind, r.cause, false, %(at)s, t.email, 'queued', %(at)s
                 from unnest(%(ids)s::uuid[], %(kinds)s::text[], %(causes)s::uuid[])
                        r (id, kind, cause)
                cross join tenants t
                where t.tenant_id = current_tenant()
               on conflict (tenant_id, cause, kind) do nothing""",
            {
                "ids": new_ids(at, len(wanted)),
                "kinds": [kind for kind, _ in wanted],
                "causes": [cause for _, cause in wanted],
                "at": at,
            },
        )

    def take_due(self, at: datetime, *, limit: int) -> list[Queued]:
        """Lease the mails that are due, the oldest first; what others hold is skipped."""
        rows = self._connection.execute(
            """with due as (
                 select id from mails
                  where tenant_id = current_tenant() and next_try_at <= %(at)s
                  order by next_try_at, id limit %(limit)s for update skip locked)
               update mails m set status = 'sending', tries = tries + 1, next_try_at = %(lease)s
                 from due where m.tenant_id = current_tenant() and m.id = due.id
               returning m.id, m.kind, m.cause, m.customer_id, m.invoice_id, m.subscription_id,
                 m.recipient, m.attaches_invoice, m.tries, m.created_at, m.credit_note_id""",
            {"at": at, "limit": limit, "lease": at + LEASE},
        )
        return sorted((Queued(*row) for row in rows), key=lambda mail: mail.id)

    def store_written(
        self, written: Sequence[tuple[UUID, str, Written]], *, kept_at: datetime | None
    ) -> None:
        """Keep the words of mails and their sender; with `kept_at` they are finished by that."""
        rows = [
            {
                "id": id,
                "sender": sender,
                "subject": words.subject,
                "html": words.html,
                "text": words.text,
            }
            for id, sender, words in written
        ]
        self._connection.execute(
            """update mails m set sender = r.sender, subject = r.subject, html = r.html,
                 text = r.text,
                 status = case when %(kept)s::timestamptz is null then m.status else 'kept' end,
                 sent_at = %(kept)s::timestamptz,
                 next_try_at = case when %(kept)s::timestamptz is null then m.next_try_at end
               from json_populate_recordset(null::mails, %(rows)s::json) r
               where m.tenant_id = current_tenant() and m.id = r.id""",
            {"rows": as_json(rows), "kept": kept_at},
        )

    def drop(self, ids: Collection[UUID]) -> None:
        """Let mails go that are not to leave; their events do not ask for them again."""
        if ids:
            self._connection.execute("delete from mails where id = any(%s)", [list(ids)])

    def finish(
        self,
        id: UUID,
        status: str,
        *,
        at: datetime,
        next_try_at: datetime | None,
        error: str | None,
    ) -> None:
        """Record how sending a mail ended, and when it is tried again."""
        self._connection.execute(
            """update mails set status = %s, error = %s, next_try_at = %s,
                 sent_at = case when %s = 'sent' then %s::timestamptz end where id = %s""",
            [status, error, next_try_at, status, at, id],
        )

    def try_again(self, id: UUID, at: datetime) -> None:
        """Let a mail that failed be due again."""
        self._connection.execute(
            "update mails set status = 'queued', tries = 0, next_try_at = %s where id = %s",
            [at, id],
        )
