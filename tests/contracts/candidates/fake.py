"""The fake gateway sits the exam."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from khata.adapters.gateways.fake import FakeGateway
from khata.db.embedded.provision import Urls
from khata.ports.gateway import Answer, ChargeRequest
from khata.ports.gateway_visits import OpenedVisit
from tests.contracts.candidates.candidate import Candidate

BEHAVIOURS = (
    "ok declined insufficient_funds declined_twice lost_card expired_card timeout "
    "timeout_before pending pending_fails late_success down never_reached ok_then_declined_3"
)


def open_candidate(urls: Urls) -> Iterator[Candidate]:
    gateway = FakeGateway(urls.app)

    def captured(request: ChargeRequest, at: datetime) -> int:
        charges = gateway.book.captures(
            request.merchant, invoice_number=request.invoice_number, at=at
        )
        assert all(charge.request.amount == request.amount for charge in charges)
        return len(charges)

    def as_stranger(request: ChargeRequest, at: datetime) -> Answer | None:
        other = replace(request, merchant=str(uuid4()))
        return gateway.look_up(other, reference=None, at=at)

    clock: list[datetime] = []

    def acts(card: str) -> Callable[[OpenedVisit], None]:
        def act(opened: OpenedVisit) -> None:
            gateway.payer.agree(UUID(hex=opened.reference[-32:]), card, at=clock[-1])

        return act

    def disputes(request: ChargeRequest) -> str:
        return gateway.disputes.open(request.merchant, request.attempt_id, at=clock[-1])

    def decides(reference: str, outcome: str) -> None:
        gateway.disputes.decide(reference, outcome, at=clock[-1])

    yield Candidate(
        gateway,
        captured,
        lambda request: gateway.book.refunded(request.merchant, request.attempt_id),
        as_stranger,
        {name: f"tok_{name}" for name in BEHAVIOURS.split()},
        "tok_nobody_issued_this",
        knows_no=frozenset({"mandate_gone", "authentication"}),
        set_clock=clock.append,
        visits=True,
        payer_pays=acts("tok_ok"),
        payer_declines=acts("tok_declined"),
        disputes=disputes,
        decides=decides,
        dispute_fee=1_500,
    )
    gateway.close()
