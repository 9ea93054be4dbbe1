"""Queue deliveries: each event for each endpoint that wants it, beside what follows from it."""

from collections.abc import Sequence
from datetime import datetime

from khata.core.events import StoredEvent
from khata.core.webhooks import goes_to_all, matches
from khata.db.transaction import UnitOfWork


def queue_deliveries(uow: UnitOfWork, events: Sequence[StoredEvent], at: datetime) -> None:
    """Queue the events in the transaction that marks them reacted to: once, and never lost."""
    news = [event for event in events if goes_to_all(event.type)]
    if not news:
        return
    uow.webhook_deliveries.queue(
        [
            (endpoint, event)
            for endpoint, filters in uow.webhook_endpoints.enabled()
            for event in news
            if matches(filters, event.type)
        ],
        at,
    )
