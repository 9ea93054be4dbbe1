"""The postman: lets the gateways live in the tenant's time, and brings what they tell."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from khata.cli.demo.pretend import PretendGateways
from khata.core.ids import parse_id
from khata.core.refusal import Refusal
from khata.simulators.hooks import Endpoint, Posting
from khata.usecases.gateways.receive_gateway_event import (
    ReceiveGatewayEvent,
    receive_gateway_event,
)
from khata.wiring import Engine

_log = structlog.get_logger(__name__)

_EVERY: Final = 1.0  # seconds between two rounds while the demo is served


@dataclass(frozen=True, slots=True)
class Postman:
    """Satisfies `khata.ports.beside.Beside`, for the one tenant with accounts at these gateways.

    What there is to tell is handed in at the tenant's time, as the web server hands in what it is
    sent: nobody serves while the story is lived, and a clock on its way waits for no network.
    """

    engine: Engine
    pretend: PretendGateways

    def next_at(self, tenant: UUID) -> datetime | None:
        return self.pretend.next_at() if self.pretend.are_of(tenant) else None

    def come_to(self, tenant: UUID, at: datetime) -> None:
        if not self.pretend.are_of(tenant):
            return
        self.pretend.advance(at)
        self.pretend.deliver(_handing_in(self.engine, tenant, at))


def _handing_in(engine: Engine, tenant: UUID, at: datetime) -> Posting:
    tools = engine.gateway_tools(engine.db)

    def hand_in(endpoint: Endpoint, body: bytes, headers: Mapping[str, str]) -> int:
        gateway, account = endpoint.url.split("/")[-2:]
        command = ReceiveGatewayEvent(
            tenant=tenant,
            gateway=gateway,
            account_id=parse_id("ga", account),
            headers={name.lower(): value for name, value in headers.items()},
            body=body,
            now=engine.clock.now(),
            at=at,
        )
        try:
            receive_gateway_event(command, tools=tools)
        except Refusal:
            return 400
        return 200

    return hand_in


@contextmanager
def on_the_rounds(engine: Engine, pretend: PretendGateways, tenant: UUID) -> Iterator[None]:
    """While the demo is served, let the gateways tell over HTTP what comes of somebody's requests.

    What nobody takes is brought again on the next round.
    """
    stop = threading.Event()

    def walk() -> None:
        while not stop.wait(_EVERY):
            try:
                pretend.advance(engine.now(tenant))
                pretend.deliver()
            except Exception as fault:
                # The server may be on its way up or down; whoever asks the gateways learns it all.
                _log.debug("postman_met_nobody", why=type(fault).__name__)

    walker = threading.Thread(target=walk, name="postman", daemon=True)
    walker.start()
    try:
        yield
    finally:
        stop.set()
        walker.join(10)
