"""Razorpay sits the exam, before the pretend Razorpay."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import httpx

from khata.adapters.clock import SystemClock
from khata.adapters.gateways.razorpay import RazorpayVendor
from khata.db.embedded.provision import Urls
from khata.ports.gateway import Answer, ChargeRequest
from khata.ports.gateway_visits import OpenedVisit
from khata.simulators.razorpay.accounts import READY_MADE_CUSTOMER, numbered
from khata.simulators.server import SimulatorServer
from tests.contracts.candidates.candidate import Candidate, captured_at, refunded_at
from tests.contracts.razorpay.wire import Inspected

# Not here: a token cannot stop a connection from being made.
BEHAVIOURS = (
    "ok declined insufficient_funds declined_twice lost_card expired_card mandate_gone "
    "authentication timeout timeout_before pending pending_fails late_success ok_then_declined_3"
)


def open_candidate(urls: Urls) -> Iterator[Candidate]:
    """Razorpay tells the payer when a debit is handed in, and debits by itself."""
    yield from _opened("", frozenset())


def open_decoupled(urls: Urls) -> Iterator[Candidate]:
    """It tells the payer when it is asked to, and debits when it is told to.

    No notice has a bank that takes days.
    """
    yield from _opened("decoupled", frozenset({"pending", "pending_fails"}))


def _opened(debits: str, knows_no: frozenset[str]) -> Iterator[Candidate]:
    simulator = Inspected(SystemClock().now)
    server = SimulatorServer(simulator).start()
    gateway, other = (
        RazorpayVendor().open(
            {"key_id": key.key_id, "key_secret": key.key_secret, "debits": debits},
            base_url=server.url,
        )
        for key in (numbered(1), numbered(2))
    )

    def as_stranger(request: ChargeRequest, at: datetime) -> Answer | None:
        simulator.advance(at)
        return other.look_up(request, reference=None, at=at)

    def acts(act: str) -> Callable[[OpenedVisit], None]:
        def at_the_page(opened: OpenedVisit) -> None:
            assert opened.url is not None
            httpx.post(opened.url, data={"act": act, "method": "card"})

        return at_the_page

    yield Candidate(
        gateway,
        captured_at(simulator),
        refunded_at(simulator),
        as_stranger,
        {name: f"token_{name}" for name in BEHAVIOURS.split()},
        "token_nobodyIssuedIt",
        knows_no=frozenset({"down", "never_reached"}) | knows_no,
        fee=2_785,  # 2 % of 118,000 is 2,360, and 18 % GST on that 424.80
        holder=READY_MADE_CUSTOMER,
        settles_within=timedelta(hours=36, minutes=5),
        pending_for=timedelta(days=3),
        # Told before, it is debited within five minutes, and turns two days after that.
        late_after=timedelta(days=2) - (timedelta(hours=36) if debits else timedelta()),
        set_clock=simulator.advance,
        visits=True,
        visit_fee=2_785,
        payer_pays=acts("pay"),
        payer_declines=acts("decline"),
        payer_leaves=acts("back"),
        confirms_within=timedelta(days=1),
        simulator=simulator,
        takes_at_once=False,
        request_fields={"facts": {"email": "asha@example.com", "contact": "+919900000000"}},
    )
    for one in (gateway, other):
        one.close()
    server.close()
    assert simulator.faults_found == []
