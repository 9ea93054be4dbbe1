"""A gateway that is watched: each call is timed and is a piece of its trace."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import cast

from khata.core.dispute import SeenDispute
from khata.core.evidence import Evidence
from khata.core.payment_method import SavedMethod
from khata.ports.disputes import GatewayDisputes, disputes_of
from khata.ports.gateway import (
    Answer,
    Capabilities,
    ChargeRequest,
    Gateway,
    RefundRequest,
    SeenPayment,
)
from khata.ports.gateway_visits import (
    GatewayVisits,
    OpenedVisit,
    VisitRequest,
    VisitState,
    visits_of,
)
from khata.ports.notices import NoticeRequest, Taken, TellsAhead
from khata.ports.settlements import SeenSettlement, failed_settlements_of, settlements_of
from khata.ports.tokens import tokens_of
from khata.watch import figures
from khata.watch.traces import piece


class WatchedGateway:
    """Passes every call on; satisfies `khata.ports.gateway.Gateway`, and
    `GatewayVisits` where what it watches does."""

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

    def open_visit(self, request: VisitRequest, *, at: datetime) -> OpenedVisit:
        with self._watched("open_visit"):
            return self._visits.open_visit(request, at=at)

    def finish_visit(self, request: VisitRequest, *, reference: str, at: datetime) -> VisitState:
        with self._watched("finish_visit"):
            return self._visits.finish_visit(request, reference=reference, at=at)

    def visit_state(
        self, request: VisitRequest, *, reference: str | None, at: datetime
    ) -> VisitState | None:
        with self._watched("visit_state"):
            return self._visits.visit_state(request, reference=reference, at=at)

    def close_visit(self, request: VisitRequest, *, reference: str, at: datetime) -> VisitState:
        with self._watched("close_visit"):
            return self._visits.close_visit(request, reference=reference, at=at)

    @property
    def _visits(self) -> GatewayVisits:
        visits = visits_of(self._gateway)
        assert visits is not None, "it says itself that it has no pages"
        return visits

    def tell_ahead(self, request: NoticeRequest, *, at: datetime) -> Taken:
        """Only for the rails of its capabilities' `tells_ahead`."""
        with self._watched("tell_ahead"):
            return cast(TellsAhead, self._gateway).tell_ahead(request, at=at)

    @property
    def disputes(self) -> GatewayDisputes | None:
        """Return the gateway's disputes, watched, where it has some."""
        disputes = disputes_of(self._gateway)
        return None if disputes is None else WatchedDisputes(self, disputes)

    @contextmanager
    def watched(self, call: str) -> Iterator[None]:
        """Time a call, and note it in the trace."""
        with self._watched(call):
            yield

    def settlements_between(
        self, start: datetime, end: datetime, *, but: Collection[str] = ()
    ) -> Iterator[SeenSettlement]:
        told = settlements_of(self._gateway)
        if told is not None:
            with self._watched("settlements_between"):
                yield from told.settlements_between(start, end, but=but)

    def failed_between(
        self, start: datetime, end: datetime, *, but: Collection[str] = ()
    ) -> Iterator[SeenSettlement]:
        told = failed_settlements_of(self._gateway)
        if told is not None:
            with self._watched("failed_between"):
                yield from told.failed_between(start, end, but=but)

    def forget_method(self, token: str, *, holder: str | None) -> None:
        tokens = tokens_of(self._gateway)
        assert tokens is not None, "it says itself that it forgets nothing"
        with self._watched("forget_method"):
            tokens.forget_method(token, holder=holder)

    @contextmanager
    def _watched(self, call: str) -> Iterator[None]:
        with (
            piece(f"gateway {call}", kind="client", khata__gateway=self._name),
            figures.gateway_requests.timing(self._name),
        ):
            yield


class WatchedDisputes:
    """Passes every call on; satisfies `khata.ports.disputes.GatewayDisputes`."""

    def __init__(self, gateway: WatchedGateway, disputes: GatewayDisputes) -> None:
        self._gateway = gateway
        self._disputes = disputes

    def read_dispute(self, reference: str, *, at: datetime) -> SeenDispute | None:
        with self._gateway.watched("read_dispute"):
            return self._disputes.read_dispute(reference, at=at)

    def disputes_between(self, start: datetime, end: datetime) -> Iterator[SeenDispute]:
        with self._gateway.watched("disputes_between"):
            yield from self._disputes.disputes_between(start, end)

    def accept_dispute(self, reference: str, *, at: datetime) -> SeenDispute:
        with self._gateway.watched("accept_dispute"):
            return self._disputes.accept_dispute(reference, at=at)

    def send_evidence(self, reference: str, evidence: Evidence, *, at: datetime) -> SeenDispute:
        with self._gateway.watched("send_evidence"):
            return self._disputes.send_evidence(reference, evidence, at=at)
