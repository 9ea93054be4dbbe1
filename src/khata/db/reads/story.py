"""What the story of a subscription is told from: the newest facts of each kind."""

from datetime import date
from uuid import UUID

from khata.core.story import (
    ChangeFact,
    EndingFact,
    Fact,
    FailedTry,
    InvoiceFact,
    MoveFact,
    NoteFact,
    Sentence,
    tell_story,
)
from khata.db.reads.views import views
from khata.db.rows import Connection

MOST = 500  # of each kind; who wants more reads the lists


def story_of(connection: Connection, subscription: UUID) -> list[Sentence]:
    """Return what happened to a subscription in sentences, oldest first."""
    named = {"subscription": subscription, "most": MOST}
    facts: list[Fact] = [
        *views(connection, MoveFact, _MOVES, **named),
        *views(connection, InvoiceFact, _INVOICES, **named),
        *views(connection, FailedTry, _FAILED, **named),
        *views(connection, NoteFact, _NOTES, **named),
        *views(connection, ChangeFact, _CHANGES, **named),
    ]
    for on, at in connection.execute(_ENDINGS, named):
        facts.append(EndingFact(date.fromisoformat(on) if on else None, at))
    return tell_story(facts)


_MOVES = """
    select from_status, to_status, cause, actor, at from moves
     where subscription_id = %(subscription)s order by id desc limit %(most)s
"""
# Its invoices, alone or together with others.
_OWN = """
    select id from invoices where subscription_id = %(subscription)s
    union select invoice_id from invoice_subscriptions where subscription_id = %(subscription)s
"""
_INVOICES = f"""
    select id, number, status, currency, total, created_at, paid_at, voided_at, written_off_at
      from invoices where id = any(array({_OWN})) and status <> 'draft'
     order by id desc limit %(most)s
"""
_FAILED = f"""
    select a.invoice_id, a.number, i.currency, a.amount, a.decline_code,
           coalesce(a.finished_at, a.created_at) as at
      from attempts a join invoices i on i.tenant_id = a.tenant_id and i.id = a.invoice_id
     where i.id = any(array({_OWN})) and a.status = 'failed'
     order by a.id desc limit %(most)s
"""
_NOTES = """
    select n.id, n.number, i.number as invoice, i.currency, n.total, n.reason, n.created_at
      from credit_notes n join invoices i on i.tenant_id = n.tenant_id and i.id = n.invoice_id
     where n.subscription_id = %(subscription)s order by n.id desc limit %(most)s
"""
_CHANGES = """
    select id, kind, status, effective_on, outcome, failure, actor, created_at, finished_at
      from scheduled_changes where subscription_id = %(subscription)s
     order by id desc limit %(most)s
"""
_ENDINGS = """
    select facts ->> 'cancel_on', at from events
     where tenant_id = current_tenant() and subject_id = %(subscription)s
       and type in ('subscription.cancel_scheduled', 'subscription.cancel_withdrawn')
     order by sequence desc limit %(most)s
"""
