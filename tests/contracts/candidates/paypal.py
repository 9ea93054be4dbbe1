"""PayPal sits the exam, before the pretend PayPal."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import httpx

from khata.adapters.clock import SystemClock
from khata.adapters.gateways.paypal import PayPalVendor
from khata.db.embedded.provision import Urls
from khata.ports.gateway import Answer, ChargeRequest
from khata.ports.gateway_visits import OpenedVisit
from khata.simulators.paypal.accounts import numbered
from khata.simulators.paypal.vault import READY_MADE_HOLDER
from khata.simulators.server import SimulatorServer
from tests.contracts.candidates.candidate import Candidate, captured_at, refunded_at
from tests.contracts.paypal.wire import Inspected

# Not here: a failure never turns into a success, and a token cannot stop a connection.
BEHAVIOURS = (
    "ok declined insufficient_funds declined_twice lost_card expired_card mandate_gone "
    "authentication timeout timeout_before pending pending_fails ok_then_declined_3"
)


def acts(browser: httpx.Client, choice: str) -> Callable[[OpenedVisit], None]:
    """The payer chooses so at the page that they are sent to."""

    def act(opened: OpenedVisit) -> None:
        assert opened.url is not None
        browser.post(opened.url, data={"choice": choice})

    return act


def open_candidate(urls: Urls) -> Iterator[Candidate]:
    simulator = Inspected(SystemClock().now)
    server = SimulatorServer(simulator).start()
    vendor = PayPalVendor()
    gateway, other = (
        vendor.open(
            {"client_id": one.client_id, "client_secret": one.client_secret}, base_url=server.url
        )
        for one in (numbered(1), numbered(2))
    )

    browser = httpx.Client(verify=False)

    def as_stranger(request: ChargeRequest, at: datetime) -> Answer | None:
        simulator.advance(at)
        return other.look_up(request, reference=None, at=at)

    yield Candidate(
        gateway,
        captured_at(simulator),
        refunded_at(simulator),
        as_stranger,
        {name: f"card_{name}" for name in BEHAVIOURS.split()},
        "card_nobody_saved",
        # A visit whose answer was lost: nobody has its address, and opened again it is the same.
        knows_no=frozenset({"late_success", "down", "never_reached", "visit_look_up"}),
        currency="USD",
        other_currency="EUR",
        fee=4_167,  # 3.49 % of 1,180.00 is 41.182, and 0.49 on top
        holder=READY_MADE_HOLDER,
        pending_for=timedelta(days=3),
        listed_within=timedelta(hours=3),
        set_clock=simulator.advance,
        visits=True,
        payer_pays=acts(browser, "ok"),
        payer_declines=acts(browser, "declined"),
        payer_leaves=acts(browser, "leave"),
        visit_fee=4_167,
        simulator=simulator,
        dispute_fee=2_000,
        itemises=False,
    )
    browser.close()
    for one in (gateway, other):
        one.close()
    server.close()
    assert simulator.faults_found == []
