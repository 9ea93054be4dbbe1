"""Queues: which kind of due work is done by whom, so that a slow kind delays no other."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Queue(StrEnum):
    BILLING = "billing"
    PAYMENTS = "payments"
    DOCUMENTS = "documents"
    NOTIFY = "notify"
    EXPORTS = "exports"


DEAD: Final = "khata.dead"  # where RabbitMQ puts what it has delivered too often

# The kinds of due work (the rows of kinds_due) and the queue that rings for each.
QUEUE_OF: Mapping[str, Queue] = {
    "close": Queue.BILLING,
    "billing": Queue.BILLING,
    "expiries": Queue.BILLING,
    "usage": Queue.BILLING,
    "events": Queue.BILLING,
    "told": Queue.PAYMENTS,
    "asks": Queue.PAYMENTS,
    "visits": Queue.PAYMENTS,
    "payments": Queue.PAYMENTS,
    "refunds": Queue.PAYMENTS,
    "reminders": Queue.PAYMENTS,
    "dunning": Queue.PAYMENTS,
    "reconcile": Queue.PAYMENTS,
    "mandates": Queue.PAYMENTS,
    "disputes": Queue.PAYMENTS,
    "settlements": Queue.PAYMENTS,
    "forgettings": Queue.PAYMENTS,
    "tax_quotes": Queue.NOTIFY,
    "tax_ids": Queue.NOTIFY,
    "e_invoices": Queue.NOTIFY,
    "documents": Queue.DOCUMENTS,
    "mails": Queue.NOTIFY,
}


def kinds_of(queue: Queue) -> frozenset[str]:
    """Return the kinds of due work that a queue rings for."""
    return frozenset(kind for kind, of in QUEUE_OF.items() if of is queue)
