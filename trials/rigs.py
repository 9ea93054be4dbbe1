"""Each pretend gateway, set up for a trial: an account with it, and ways to pay."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from khata.adapters.clock import SystemClock
from khata.adapters.gateways.paypal import PayPalVendor
from khata.adapters.gateways.razorpay import RazorpayVendor
from khata.adapters.gateways.stripe import StripeVendor
from khata.ports.gateway_vendor import GatewayVendor
from khata.simulators.paypal import PayPalSimulator
from khata.simulators.paypal.accounts import numbered
from khata.simulators.paypal.vault import READY_MADE_HOLDER
from khata.simulators.razorpay import RazorpaySimulator
from khata.simulators.stripe import StripeSimulator
from khata.simulators.vendor import SimulatedVendor


@dataclass(frozen=True)
class Rig:
    """A vendor and its simulator, and what one account of it needs.

    `tokens` are dealt out in turn, all of one kind and holder; each says what happens to it. What
    the vendor tells of each is `facts`, or what `other_facts` says of that token.
    In a token or holder `{n}` stands for the number of the customer: each has its own.
    `charges` are the paths, as regular expressions, of the requests that take money, and
    `hook_account` is by which name the simulator knows whose webhooks they are.
    """

    vendor: GatewayVendor
    simulator: SimulatedVendor
    credentials: Mapping[str, str]
    webhook_secret: str
    hook_account: str
    currency: str
    tokens: Sequence[str]
    kind: str
    holder: str
    charges: Sequence[str]
    facts: Mapping[str, str] = field(default_factory=dict)
    other_facts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def facts_of(self, token: str) -> Mapping[str, str]:
        return self.other_facts.get(token, self.facts)


def stripe() -> Rig:
    simulator = StripeSimulator(SystemClock().now)
    key = "sk_test_simulatedIndia"
    cards = ["pm_card_visa"] * 14 + [
        "pm_sim_insufficient_funds_once",
        "pm_sim_declined_twice",
        "pm_card_chargeDeclinedLostCard",
        "pm_sim_timeout",
        "pm_sim_timeout_before",
        "pm_sim_bank_debit",
    ]
    return Rig(
        StripeVendor(),
        simulator,
        {"secret_key": key},
        "whsec_trial",
        "acct_simulatedIndia",
        "INR",
        [f"{card}_of_c{{n}}" for card in cards],
        "card",
        "cus_c{n}",
        ["/v1/payment_intents"],
        {"type": "card"},
        {"pm_sim_bank_debit_of_c{n}": {"type": "sepa_debit"}},
    )


def paypal() -> Rig:
    simulator = PayPalSimulator(SystemClock().now)
    account = numbered(1)
    cards = ["card_ok"] * 14 + [
        "card_insufficient_funds",
        "card_declined_twice",
        "card_lost_card",
        "card_timeout",
        "card_timeout_before",
        "card_pending",
    ]
    return Rig(
        PayPalVendor(),
        simulator,
        {
            "client_id": account.client_id,
            "client_secret": account.client_secret,
            "webhook_root": simulator.webhook_root,
        },
        account.webhook_id,
        account.name,
        "USD",
        cards,
        "card",
        READY_MADE_HOLDER,
        ["/v2/checkout/orders", "/v2/checkout/orders/[^/]+/capture"],
    )


def razorpay() -> Rig:
    simulator = RazorpaySimulator(SystemClock().now)
    known = simulator.introduction()
    cards = ["token_ok"] * 12 + [
        "token_insufficient_funds",
        "token_declined_twice",
        "token_lost_card",
        "token_timeout",
        "token_timeout_before",
        "token_late_success",
        "token_late_success",
        "token_pending",
    ]
    return Rig(
        RazorpayVendor(),
        simulator,
        known.credentials,
        known.webhook_secret,
        known.hook_account,
        "INR",
        cards,
        "card",
        known.holder,
        ["/v1/orders", "/v1/payments/create/recurring"],
        {"email": "asha@example.com", "contact": "+919900000000"},
    )


RIGS: dict[str, Callable[[], Rig]] = {"paypal": paypal, "razorpay": razorpay, "stripe": stripe}
