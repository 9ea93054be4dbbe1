"""Webhooks out, many at a time: places for calls, shared fairly by tenants and endpoints."""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import structlog

from khata.usecases.webhooks.send_due_webhooks import SendDueWebhooks, send_due_webhooks
from khata.wiring import Engine
from khata.worker.rests import Rests

PLACES: Final = 16  # calls at a time, of one relay
OF_A_TENANT: Final = 8
OF_AN_ENDPOINT: Final = 4
FOR_THE_FAILING: Final = 4  # endpoints that fail have these, one each: they may all hang at once
MOST_ENDPOINTS: Final = 1000  # of one look
PATIENCE: Final = 0.2  # seconds in which a place may become free before the next look

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Due:
    """An endpoint to which something is to be sent."""

    tenant: UUID
    endpoint: UUID
    failing: bool


@dataclass(slots=True)
class Places:
    """Who is being called at this moment, and who had a turn when."""

    taken: Counter[Due] = field(default_factory=Counter)
    _turn: int = 0
    _turns: dict[UUID, int] = field(default_factory=dict)

    def choose(self, due: Sequence[Due]) -> Iterator[Due]:
        """Yield whom to call next, as far as there are places: tenants in turn.

        An endpoint that hangs takes its own few places, never those of another. It is chosen
        once; if there is still more for it at the next look, it gets another place.
        """
        waiting = list(due)
        while waiting:
            one = min(waiting, key=lambda each: self._turns.get(each.tenant, 0))
            waiting.remove(one)
            if not self._has_place(one):
                continue
            self.taken[one] += 1
            self._turn += 1
            self._turns[one.tenant] = self._turn
            yield one

    def leave(self, one: Due) -> None:
        """Give a place back."""
        self.taken[one] -= 1
        self.taken += Counter()  # forget who has none
        if not self.taken:
            self._turns.clear()

    def full(self) -> list[UUID]:
        """Return the endpoints that are called as often as they may be."""
        return [one.endpoint for one in self.taken if not self._of_endpoint(one)]

    def _has_place(self, one: Due) -> bool:
        of_tenant = sum(n for each, n in self.taken.items() if each.tenant == one.tenant)
        failing = sum(n for each, n in self.taken.items() if each.failing)
        return (
            self.taken.total() < PLACES
            and of_tenant < OF_A_TENANT
            and self._of_endpoint(one)
            and (not one.failing or failing < FOR_THE_FAILING)
        )

    def _of_endpoint(self, one: Due) -> bool:
        calls = sum(n for each, n in self.taken.items() if each.endpoint == one.endpoint)
        return calls < (1 if one.failing else OF_AN_ENDPOINT)


class WebhookDuty:
    """The relay's duty to send webhooks. It looks, fills the free places, and comes back."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(PLACES, thread_name_prefix="webhook")
        self._calls: dict[Future[int], Due] = {}
        self._places = Places()
        self._rests = Rests()

    def __call__(self, engine: Engine, stop: threading.Event) -> int:
        if stop.is_set():
            wait(self._calls)
            done = self._settle()
            self._pool.shutdown()
            return done
        done = self._settle()
        begun = 0
        for one in self._places.choose(self._due(engine)):
            self._calls[self._pool.submit(_send, engine, one, stop)] = one
            begun += 1
        if not begun and self._calls:
            wait(self._calls, timeout=PATIENCE, return_when=FIRST_COMPLETED)
        return done + begun

    def _due(self, engine: Engine) -> list[Due]:
        if self._places.taken.total() >= PLACES:
            return []
        passed_over = [*self._places.full(), *self._rests.resting()]
        rows = engine.db.ask(
            "select tenant_id, endpoint_id, failing from tenants_with_webhooks_due(%s, %s, %s)",
            engine.clock.now(),
            MOST_ENDPOINTS,
            passed_over,
        )
        return [Due(*row) for row in rows]

    def _settle(self) -> int:
        """Free the places of calls that have ended, and return how many webhooks were sent."""
        done = 0
        for call in [call for call in self._calls if call.done()]:
            one = self._calls.pop(call)
            self._places.leave(one)
            fault = call.exception()
            if fault is None:
                done += call.result()
                self._rests.went_well(one.endpoint)
            else:
                _log.error("webhooks_not_sent", tenant=str(one.tenant), exc_info=fault)
                self._rests.failed(one.endpoint)
        return done


def _send(engine: Engine, one: Due, stop: threading.Event) -> int:
    command = SendDueWebhooks(one.tenant, one.endpoint, engine.clock.now())
    return send_due_webhooks(command, tools=engine.webhook_tools, is_over=stop.is_set)
