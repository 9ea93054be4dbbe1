"""Stripe sits the exam, before a pretend Stripe."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx

from khata.adapters.gateways.stripe import StripeVendor
from khata.db.embedded.provision import Urls
from khata.ports.gateway import Answer, ChargeRequest
from khata.ports.gateway_visits import OpenedVisit
from khata.simulators.server import SimulatorServer
from khata.simulators.stripe import StripeSimulator
from tests.contracts.candidates.candidate import Candidate, captured_at, refunded_at

TOKENS = {
    "ok": "pm_card_visa",
    "declined": "pm_card_chargeDeclined",
    "insufficient_funds": "pm_sim_insufficient_funds_once",
    "declined_twice": "pm_sim_declined_twice",
    "lost_card": "pm_card_chargeDeclinedLostCard",
    "expired_card": "pm_card_chargeDeclinedExpiredCard",
    "timeout": "pm_sim_timeout",
    "timeout_before": "pm_sim_timeout_before",
    "pending": "pm_card_in",
    "pending_fails": "pm_sim_in_fails",
    "authentication": "pm_card_authenticationRequired",
    "mandate_gone": "pm_sim_mandate_gone",
    "ok_then_declined_3": "pm_sim_ok_then_declined_3",
}


MACHINE = datetime(2026, 11, 26, 9, tzinfo=UTC)


def acts(browser: httpx.Client, *methods: str) -> Callable[[OpenedVisit], None]:
    """The payer takes the first of these ways that the page offers."""

    def act(opened: OpenedVisit) -> None:
        assert opened.url is not None
        page = browser.get(opened.url)
        offered = [method for method in methods if f'value="{method}"' in page.text]
        if offered:
            browser.post(opened.url, data={"method": offered[0]})
        else:
            assert page.status_code != 200 or "This is done" in page.text

    return act


def open_candidate(urls: Urls) -> Iterator[Candidate]:
    simulator = StripeSimulator(lambda: MACHINE)
    server = SimulatorServer(simulator).start()
    vendor = StripeVendor()
    gateway = vendor.open({"secret_key": "sk_test_simulatedIndia"}, base_url=server.url)
    stranger = vendor.open({"secret_key": "sk_test_simulatedAmerica"}, base_url=server.url)

    browser = httpx.Client(verify=False)

    def as_stranger(request: ChargeRequest, at: datetime) -> Answer | None:
        simulator.advance(at)
        return stranger.look_up(replace(request, holder=None), reference=None, at=at)

    yield Candidate(
        gateway,
        captured_at(simulator),
        refunded_at(simulator),
        as_stranger,
        TOKENS,
        "pm_nobodyIssuedThis",
        knows_no=frozenset({"late_success", "down", "never_reached"}),
        # 2 % of 118,000 is 2,360; 18 % GST of that is 424.8, so 425.
        fee=2_785,
        holder="cus_ReadyMade",
        pending_for=timedelta(hours=26),
        set_clock=simulator.advance,
        visits=True,
        payer_pays=acts(browser, "pm_card_visa", "pm_sim_upi"),
        payer_declines=acts(browser, "pm_card_chargeDeclined", "pm_sim_upi_declined"),
        payer_leaves=acts(browser, "leave"),
        visit_fee=2_785,
        simulator=simulator,
        dispute_fee=1_500,
    )
    browser.close()
    server.close()
