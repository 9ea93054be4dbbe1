"""A gateway that is watched: each call is timed and is a piece of its trace."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from khata.ports.gateway import Answer, Capabilities, ChargeRequest, Gateway, RefundRequest
from khata.watch import figures
from khata.watch.traces import piece


class WatchedGateway:
    """Passes every call on; satisfies `khata.ports.gateway.Gateway`."""

    def __init__(self, name: str, gateway: Gateway) -> None:
        self._name = name
        self._gateway = gateway

    @property
    def capabilities(self) -> Capabilities:
        return self._gateway.capabilities

    def accepts_token(self, token: str) -> bool:
        with self._watched("accepts_token"):
            return self._gateway.accepts_token(token)

    def charge(self, request: ChargeRequest, *, at: datetime) -> Answer:
        with self._watched("charge"):
            return self._gateway.charge(request, at=at)

    def look_up(self, attempt_id: UUID, *, merchant: str, at: datetime) -> Answer | None:
        with self._watched("look_up"):
            return self._gateway.look_up(attempt_id, merchant=merchant, at=at)

    def refund(self, request: RefundRequest, *, at: datetime) -> Answer:
        with self._watched("refund"):
            return self._gateway.refund(request, at=at)

    def look_up_refund(self, refund_id: UUID, *, merchant: str, at: datetime) -> Answer | None:
        with self._watched("look_up_refund"):
            return self._gateway.look_up_refund(refund_id, merchant=merchant, at=at)

    @contextmanager
    def _watched(self, call: str) -> Iterator[None]:
        with (
            piece(f"gateway {call}", kind="client", khata__gateway=self._name),
            figures.gateway_requests.timing(self._name),
        ):
            yield
