"""Send the webhooks that are due to one endpoint: take a few, send each, record them all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from khata.core.event_wire import event_object
from khata.core.ids import public_id
from khata.core.webhook_message import body_of, headers_of, sign
from khata.core.webhooks import (
    DeliveryStatus,
    Disabled,
    Endpoint,
    EndpointStatus,
    Health,
    Outcome,
    disabled_by,
    health_after,
    next_try,
)
from khata.db.retrying import retrying
from khata.db.stores.webhook_deliveries import TakenDelivery, Tried
from khata.db.transaction import UnitOfWork
from khata.ports.vault import Place
from khata.ports.webhook_sender import Message
from khata.usecases.webhooks.disable_webhook_endpoint import disable
from khata.usecases.webhooks.tools import WebhookTools
from khata.watch import figures

BUDGET: Final = timedelta(seconds=5)  # after it no other call of this batch begins
LEASE: Final = timedelta(seconds=30)  # longer than the budget, the longest call and the recording
_LONGEST_WISH: Final = timedelta(hours=1)  # of an endpoint that asks to be left in peace


@dataclass(frozen=True, slots=True)
class SendDueWebhooks:
    """`at` is the machine's time; a test tenant's clock moves what happens, not the network."""

    tenant: UUID
    endpoint: UUID
    at: datetime
    limit: int = 50


@dataclass(slots=True)
class _Batch:
    endpoint: Endpoint
    keys: Sequence[str]
    livemode: bool
    taken: Sequence[TakenDelivery]
    begun_at: datetime
    tried: list[Tried] = field(default_factory=list)


def send_due_webhooks(
    command: SendDueWebhooks, *, tools: WebhookTools, is_over: Callable[[], bool] = lambda: False
) -> int:
    """Send what is due and return how many were sent, well or not.

    What is taken is leased: when we die between sending and recording, it is sent again under the
    same `webhook-id` when the lease has ended. An endpoint that hangs or is overloaded ends the
    batch, as does whoever says that it `is_over`; the rest is handed back. Raises: SealBroken.
    """
    batch = _take(command, tools)
    if batch is None:
        return 0
    _send(batch, command, tools, is_over)
    retrying(tools.db, command.tenant, lambda uow: _record(uow, batch))
    for one in batch.tried:
        figures.webhook_deliveries.happened("delivered" if one.outcome.succeeded else "failed")
    return len(batch.tried)


def _take(command: SendDueWebhooks, tools: WebhookTools) -> _Batch | None:
    with tools.db.transaction(command.tenant) as uow:
        endpoint = uow.webhook_endpoints.get(command.endpoint)
        if endpoint is None or endpoint.status is not EndpointStatus.ENABLED:
            return None
        keys = _keys(uow, endpoint, command.at, tools)
        taken = uow.webhook_deliveries.take_due(
            endpoint.id, command.at, until=command.at + LEASE, limit=command.limit
        )
        if not taken:
            return None
        return _Batch(endpoint, keys, uow.tenants.get().livemode, taken, command.at)


def _keys(uow: UnitOfWork, endpoint: Endpoint, at: datetime, tools: WebhookTools) -> Sequence[str]:
    """Return the secrets that sign now: the current one, and the one before while it may."""
    sealed = uow.webhook_endpoints.secrets(endpoint.id)
    place = Place("webhook_endpoints", "secret", endpoint.id)
    keys = [tools.vault.open(sealed.current, place)]
    if sealed.previous is not None and sealed.previous_until and at < sealed.previous_until:
        before = Place("webhook_endpoints", "previous_secret", endpoint.id)
        keys.append(tools.vault.open(sealed.previous, before))
    return keys


def _send(
    batch: _Batch, command: SendDueWebhooks, tools: WebhookTools, is_over: Callable[[], bool]
) -> None:
    now, health = command.at, Health()
    for delivery in batch.taken:
        if now - command.at > BUDGET or health.slow_until is not None or is_over():
            return
        told = _try(batch, delivery, now, tools)
        now += told.outcome.took
        health = health_after(health, told.outcome, now)
        batch.tried.append(told)
        if told.outcome.gone:
            return


def _try(batch: _Batch, delivery: TakenDelivery, at: datetime, tools: WebhookTools) -> Tried:
    id = public_id("evt", delivery.event.id)
    body = body_of(event_object(delivery.event, livemode=batch.livemode))
    signature = sign(batch.keys, id=id, at=at, body=body)
    headers = headers_of(id=id, at=at, signature=signature)
    outcome = tools.sender.send(Message(batch.endpoint.url, headers, body))
    status, again = _verdict(delivery, outcome, at + outcome.took, tools.chance())
    return Tried(delivery, at, batch.endpoint.url, signature, outcome, status, again)


def _verdict(
    delivery: TakenDelivery, outcome: Outcome, ended_at: datetime, chance: float
) -> tuple[DeliveryStatus, datetime | None]:
    """Return how a delivery stands after a try, and when it is tried again."""
    if outcome.succeeded:
        return DeliveryStatus.SUCCEEDED, None
    again = next_try(delivery.tries + 1, at=ended_at, chance=chance)
    if again is None or outcome.gone:
        return DeliveryStatus.FAILED, None
    if outcome.retry_after is not None:
        again = max(again, ended_at + min(outcome.retry_after, _LONGEST_WISH))
    return DeliveryStatus.PENDING, again


def _record(uow: UnitOfWork, batch: _Batch) -> None:
    """Write down all that came of it, in one transaction."""
    id = batch.endpoint.id
    endpoint = uow.webhook_endpoints.get(id, lock=True)
    uow.webhook_deliveries.record(id, batch.tried)
    uow.webhook_deliveries.hand_back(batch.taken[len(batch.tried) :])
    if endpoint is None or endpoint.status is not EndpointStatus.ENABLED:
        return
    health, because, at = endpoint.health, None, batch.begun_at
    for one in batch.tried:
        at = one.at + one.outcome.took
        health = health_after(health, one.outcome, at)
        because = because or disabled_by(health, one.outcome, at)
    if health != endpoint.health:
        uow.webhook_endpoints.store_health(id, health)
    if because is not None:
        _give_up(uow, endpoint, because, at)


def _give_up(uow: UnitOfWork, endpoint: Endpoint, because: Disabled, at: datetime) -> None:
    clock = uow.clocks.get()
    now = at if clock is None else clock.frozen_time  # what happens, happens in the tenant's time
    disable(uow, endpoint, because, at=at, now=now)
