"""A gateway that is watched: each call is timed and is a piece of its trace."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from khata.core.payment_method import SavedMethod
from khata.ports.gateway import (
    Answer,
    Capabilities,
    ChargeRequest,
    Gateway,
    RefundRequest,
    SeenPayment,
)
from khata.ports.settlements import SeenSettlement, settlements_of
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

    def obstacle(self, amount: int, currency: str) -> str | None:
        return self._gateway.obstacle(amount, currency)

    def read_method(self, token: str, *, holder: str | None = None) -> SavedMethod | None:
        with self._watched("read_method"):
            return self._gateway.read_method(token, holder=holder)

    def charge(self, request: ChargeRequest, *, at: datetime) -> Answer:
        with self._watched("charge"):
            return self._gateway.charge(request, at=at)

    def look_up(
        self, request: ChargeRequest, *, reference: str | None, at: datetime
    ) -> Answer | None:
        with self._watched("look_up"):
            return self._gateway.look_up(request, reference=reference, at=at)

    def refund(self, request: RefundRequest, *, at: datetime) -> Answer:
        with self._watched("refund"):
            return self._gateway.refund(request, at=at)

    def look_up_refund(
        self, request: RefundRequest, *, reference: str | None, at: datetime
    ) -> Answer | None:
        with self._watched("look_up_refund"):
            return self._gateway.look_up_refund(request, reference=reference, at=at)

    def payments_between(self, start: datetime, end: datetime) -> Iterator[SeenPayment]:
        with self._watched("payments_between"):
            yield from self._gateway.payments_between(start, end)

    def settlements_between(
        self, start: datetime, end: datetime, *, but: Collection[str] = ()
    ) -> Iterator[SeenSettlement]:
        told = settlements_of(self._gateway)
        if told is not None:
            with self._watched("settlements_between"):
                yield from told.settlements_between(start, end, but=but)

    @contextmanager
    def _watched(self, call: str) -> Iterator[None]:
        with (
            piece(f"gateway {call}", kind="client", khata__gateway=self._name),
            figures.gateway_requests.timing(self._name),
        ):
            yield
