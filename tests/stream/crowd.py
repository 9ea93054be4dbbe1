"""Thousands of events about a few hundred subjects, that have been reacted to and wait to leave."""

from uuid import UUID

from khata.core.events import SubscriptionActivated, SubscriptionPastDue
from khata.core.ids import new_id
from khata.db.transaction import Database
from khata.usecases.due_work.react_to_events import ReactToEvents, react_to_events
from tests.db.fleet import DUE, Fleet


def waiting(db: Database, *, tenants: int, subjects: int, each: int) -> list[UUID]:
    """Tenants whose events wait for the stream: `each` of so many subjects, all told in turns."""
    return [_told(db, subjects, each) for _ in range(tenants)]


def _told(db: Database, subjects: int, each: int) -> UUID:
    tenant = Fleet(db, 0).tenant
    ids = [(new_id(DUE), new_id(DUE)) for _ in range(subjects)]
    for turn in range(each):
        of = SubscriptionPastDue if turn % 2 else SubscriptionActivated
        with db.transaction(tenant) as uow:
            uow.events.add([of(*one) for one in ids], DUE)
    while react_to_events(ReactToEvents(tenant, DUE, streams=True), db=db):
        pass
    return tenant


def still_waiting(db: Database) -> int:
    """How many events of all tenants wait for the stream."""
    [(pending, _)] = db.ask("select pending, oldest from stream_lag()")
    return int(pending)


def broken_order(messages: list[tuple[str, dict[str, object]]]) -> list[str]:
    """Where a key's events do not come as 1, 2, 3 … when what came before is left out."""
    last: dict[str, int] = {}
    broken = []
    for key, event in messages:
        number = int(str(event["sequence"]))
        if number > last.get(key, 0) + 1:
            broken.append(f"{key}: {number} after {last.get(key, 0)}")
        last[key] = max(number, last.get(key, 0))
    return broken
