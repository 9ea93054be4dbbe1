"""Replay events: all that happened in a stretch of time, once more to one endpoint."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.refusal import Kind, Refusal
from khata.core.webhooks import EndpointStatus, goes_to_all, matches
from khata.db.transaction import Database
from khata.usecases.webhooks.lock_endpoint import lock_endpoint
from khata.usecases.webhooks.resend_delivery import EndpointDisabled

MOST_EVENTS = 20_000  # of one call


class StretchEmpty(Refusal):
    """The stretch of time ends before it begins."""


class TooMuchToReplay(Refusal):
    """More has happened in the stretch of time than one call replays."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class ReplayEvents:
    """Of [begin, end) in the tenant's time; `only_missed` leaves out what arrived already."""

    tenant: UUID
    endpoint: UUID
    at: datetime
    begin: datetime
    end: datetime
    only_missed: bool


def replay_events(command: ReplayEvents, *, db: Database) -> int:
    """Queue what the endpoint's filters let through, in order, and return how many there are.

    Raises: NotFound, EndpointDisabled, StretchEmpty, TooMuchToReplay.
    """
    if command.begin >= command.end:
        raise StretchEmpty("The end must come after the beginning", param="to")
    with db.transaction(command.tenant) as uow:
        endpoint = lock_endpoint(uow, command.endpoint)
        if endpoint.status is not EndpointStatus.ENABLED:
            raise EndpointDisabled("The endpoint is disabled; enable it, then replay")
        happened = uow.past_events.between(command.begin, command.end, limit=MOST_EVENTS + 1)
        if len(happened) > MOST_EVENTS:
            raise TooMuchToReplay(
                f"More than {MOST_EVENTS:,} events happened then; ask for shorter stretches",
                param="to",
            )
        wanted = [
            event
            for event in happened
            if goes_to_all(event.type) and matches(endpoint.events, event.type)
        ]
        if command.only_missed:
            arrived = uow.webhook_deliveries.arrived(endpoint.id, [event.id for event in wanted])
            wanted = [event for event in wanted if event.id not in arrived]
        uow.webhook_deliveries.queue([(endpoint.id, event) for event in wanted], command.at)
        uow.webhook_deliveries.queue_again(endpoint.id, [event.id for event in wanted])
    return len(wanted)
