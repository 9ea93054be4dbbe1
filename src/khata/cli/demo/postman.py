"""The postman: brings what the gateways tell, during the story by hand and then over HTTP."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from khata.cli.demo.pretend import PretendGateways
from khata.core.ids import parse_id
from khata.core.refusal import Refusal
from khata.simulators.hooks import Endpoint
from khata.usecases.gateways.receive_gateway_event import (
    ReceiveGatewayEvent,
    receive_gateway_event,
)
from khata.wiring import Engine

_log = structlog.get_logger(__name__)

_EVERY: Final = 1.0  # seconds between two rounds while the demo is served


def bring(engine: Engine, pretend: PretendGateways, tenant: UUID, at: datetime) -> int:
    """Hand in, at the tenant's time, all that waits, as the web server does with what it is sent.

    Returns how much it was. Nobody serves while the story is lived, so it takes no network.
    """
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

    return pretend.deliver(hand_in)


@contextmanager
def on_the_rounds(engine: Engine, pretend: PretendGateways, tenant: UUID) -> Iterator[None]:
    """While the demo is served, let the gateways live in the tenant's time and tell what happens.

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
