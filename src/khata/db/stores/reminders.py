"""Reminders as rows: what a customer is to be told again, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from khata.core.ids import new_ids
from khata.db.rows import Connection

TRIAL_NOTICE = timedelta(days=3)  # before its end; a shorter trial is announced at its start


class ReminderKind(StrEnum):
    OVERDUE = "overdue"  # an invoice that the customer was to pay by hand
    TRIAL_ENDING = "trial_ending"


@dataclass(frozen=True, slots=True)
class Reminder:
    """What is due; `invoice_id` is set where an invoice is overdue."""

    id: UUID
    kind: ReminderKind
    invoice_id: UUID | None
    subscription_id: UUID | None
    due_at: datetime


class Reminders:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def watch_invoices(self, invoice_ids: Sequence[UUID], at: datetime) -> None:
        """Look at these invoices again when the day after their due date begins.

        The day is one of the customer's calendar (docs/glossary.md, overdue).
        """
        self._connection.execute(
            """insert into reminders (id, kind, invoice_id, subscription_id, next_at, created_at)
               select n.id, 'overdue', i.id, i.subscription_id,
                      (i.due_on + 1)::timestamp at time zone c.timezone, %(at)s
                 from unnest(%(ids)s::uuid[], %(invoices)s::uuid[]) n (id, invoice_id)
                 join invoices i on i.tenant_id = current_tenant() and i.id = n.invoice_id
                 join customers c on c.tenant_id = i.tenant_id and c.id = i.customer_id
               on conflict (tenant_id, invoice_id) where kind = 'overdue' do nothing""",
            {
                "ids": new_ids(at, len(invoice_ids)),
                "invoices": list(invoice_ids),
                "at": at,
            },
        )

    def watch_trials(self, subscription_ids: Sequence[UUID], at: datetime) -> None:
        """Announce the ends of these trials in time."""
        self._connection.execute(
            """insert into reminders (id, kind, subscription_id, next_at, created_at)
               select n.id, 'trial_ending', s.id, greatest(%(at)s,
                        (s.trial_end::timestamp at time zone s.timezone) - %(notice)s), %(at)s
                 from unnest(%(ids)s::uuid[], %(subscriptions)s::uuid[]) n (id, subscription_id)
                 join subscriptions s on s.tenant_id = current_tenant() and s.id = n.subscription_id
                where s.trial_end is not null
               on conflict (tenant_id, subscription_id) where kind = 'trial_ending'
               do nothing""",
            {
                "ids": new_ids(at, len(subscription_ids)),
                "subscriptions": list(subscription_ids),
                "notice": TRIAL_NOTICE,
                "at": at,
            },
        )

    def move_trial(self, subscription_id: UUID, at: datetime) -> None:
        """Announce the end of a trial anew: it is another one now."""
        self._connection.execute(
            """update reminders r set next_at = greatest(%(at)s,
                      (s.trial_end::timestamp at time zone s.timezone) - %(notice)s)
                 from subscriptions s
                where r.tenant_id = current_tenant() and r.kind = 'trial_ending'
                  and s.tenant_id = r.tenant_id and s.id = r.subscription_id
                  and s.id = %(subscription)s""",
            {"subscription": subscription_id, "notice": TRIAL_NOTICE, "at": at},
        )

    def take_due(self, at: datetime) -> Reminder | None:
        """Lock and return the reminder that is due the longest; skip what others hold."""
        row = self._connection.execute(
            """select id, kind, invoice_id, subscription_id, next_at from reminders
                where tenant_id = current_tenant() and next_at <= %s
                order by next_at, id limit 1 for update skip locked""",
            [at],
        ).fetchone()
        if row is None:
            return None
        return Reminder(row[0], ReminderKind(row[1]), row[2], row[3], row[4])

    def next_at(self, id: UUID, at: datetime | None) -> None:
        """Let a reminder be due at an instant, or never again."""
        self._connection.execute("update reminders set next_at = %s where id = %s", [at, id])
