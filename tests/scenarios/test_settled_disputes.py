"""Two months at Stripe and Razorpay: disputes and payouts meet, and the money is booked once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date
from uuid import UUID

import pytest

from khata.adapters.gateways.desk import GatewayDesk
from khata.adapters.gateways.fake import FakeGateway
from khata.adapters.gateways.razorpay import RazorpayVendor
from khata.adapters.gateways.stripe import StripeVendor
from khata.adapters.vault import AesVault
from khata.core.bank_statement import StatementLine
from khata.core.ids import new_id
from khata.core.payment import SaidBy
from khata.db.reads.settlements import clearing
from khata.simulators.razorpay import RazorpaySimulator
from khata.simulators.server import SimulatorServer
from khata.simulators.stripe import StripeSimulator
from khata.simulators.vendor import SimulatedVendor
from khata.usecases.disputes.ask_about_dispute import AskAboutDispute, ask_about_dispute
from khata.usecases.gateways.add_gateway_account import AddGatewayAccount, add_gateway_account
from khata.usecases.gateways.tools import GatewayTools
from khata.usecases.selling.add_payment_method import AddPaymentMethod, add_payment_method
from khata.usecases.settlements.ask_for_settlements import AskForSettlements, ask_for_settlements
from khata.usecases.settlements.import_bank_lines import ImportBankLines, import_bank_lines
from tests.scenarios.customer import Customer
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, at, inr

VAULT = AesVault(b"a secret for tests, 32 bytes and more")


@dataclass
class Banked:
    """A shop that collects through a pretend gateway, which pays out into its bank."""

    world: World
    shop: Shop
    simulator: SimulatedVendor
    account: UUID

    def customer(self, name: str) -> Customer:
        known, now = self.simulator.introduction(), self.world.now
        customer = self.shop.customer(name, card=None)
        command = AddPaymentMethod(
            self.shop.tenant,
            new_id(now),
            now,
            customer.id,
            self.simulator.name,
            known.token,
            True,
            account=self.account,
            holder=known.holder,
        )
        add_payment_method(command, db=self.shop.db, gateways=self.world.engine.gateways)
        return customer

    def reference(self, customer: Customer) -> str:
        [(reference,)] = self.shop.rows(
            "select gateway_reference from attempts where invoice_id = %(invoice)s",
            invoice=customer.invoices[0].id,
        )
        return str(reference)

    def goes_on(self) -> None:
        """Do what the gateway had planned until now."""
        with self.simulator.lock:
            self.simulator.plans.do_until(self.world.now.astimezone(UTC))

    def fetches(self) -> None:
        """Ask for payouts, and do what is due then."""
        self.goes_on()
        ask = AskForSettlements(self.shop.tenant, self.account, self.world.now)
        ask_for_settlements(ask, db=self.shop.db, gateways=self.world.engine.gateways)

    def hears_of(self, dispute: str) -> None:
        """A webhook names the dispute: the gateway is asked about it."""
        ask = AskAboutDispute(
            self.shop.tenant, self.account, dispute, self.world.now, SaidBy.WEBHOOK
        )
        for _ in range(2):  # and again, as webhooks do
            ask_about_dispute(ask, db=self.shop.db, gateways=self.world.engine.gateways)

    @property
    def held(self) -> int:
        """What the books say that the gateway holds, in paise."""
        with self.shop.db.transaction(self.shop.tenant) as uow:
            rows = clearing(uow.connection, date(2199, 12, 31))
        return sum(row.balance for row in rows if row.account_id == self.account)

    @property
    def payouts(self) -> list[tuple[int, str]]:
        return [
            (amount, agreement)
            for amount, agreement in self.shop.rows(
                "select amount, agreement from settlements where account_id = %(account)s"
                " order by paid_at, id",
                account=self.account,
            )
        ]


@pytest.fixture
def banked(world: World, fake_gateway: FakeGateway) -> Iterator[tuple[Banked, Banked]]:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    desk = GatewayDesk(VAULT, [StripeVendor(), RazorpayVendor()], {"fake": fake_gateway})
    world.engine = replace(world.engine, gateways=desk)
    world.today_is("2025-01-10")
    made, servers = [], []
    for kind in (StripeSimulator, RazorpaySimulator):
        simulator: SimulatedVendor = kind(lambda: world.now.astimezone(UTC))
        server = SimulatorServer(simulator).start()
        servers.append(server)
        known, now = simulator.introduction(), world.now
        account = add_gateway_account(
            AddGatewayAccount(
                shop.tenant,
                new_id(now),
                now,
                now,
                simulator.name,
                None,
                known.credentials,
                known.webhook_secret,
                server.url,
            ),
            tools=GatewayTools(shop.db, desk, VAULT, stand_ins=["http://127.0.0.1"]),
        )
        made.append(Banked(world, shop, simulator, account.id))
    yield made[0], made[1]
    for server in servers:
        server.close()


def stands(shop: Shop, *accounts: str) -> list[str]:
    return [str(shop.balance(account).amount / 100) for account in accounts]


def test_payouts_that_tell_of_disputes_first_and_last(
    world: World, banked: tuple[Banked, Banked]
) -> None:
    """Four customers pay 1,180.00 in January and in February; each gateway keeps 27.85 of each.

    At Stripe one dispute takes 1,180.00 and 15.00, and 1,180.00 come back; at Razorpay one takes
    1,180.00 for good. 8 x 1,152.15 - 15.00 - 1,180.00 = 8,022.20 are in the bank at the end.
    """
    stripe, razorpay = banked
    shop = stripe.shop
    asha, bina = stripe.customer("Asha"), stripe.customer("Bina")
    chitra, devi = razorpay.customer("Chitra"), razorpay.customer("Devi")
    for one in (asha, bina, chitra, devi):
        one.subscribes_to("Pro")
    world.wait_until("2025-01-13")  # an Indian card at Razorpay takes a day and a half
    for one in (asha, bina, chitra, devi):
        assert one.latest_invoice.status == "paid"
    assert (stripe.held, razorpay.held) == (230_430, 230_430)
    world.wait_until("2025-01-15")
    stripe.fetches()
    razorpay.fetches()
    world.wait_until(at("2025-01-15", "12:01"))
    assert (stripe.held, razorpay.held) == (0, 0)
    assert sum(amount for amount, _ in stripe.payouts) == 230_430
    assert sum(amount for amount, _ in razorpay.payouts) == 230_430

    at_stripe, at_razorpay = _complained(world, banked, asha, chitra)
    _told_by_the_payout_first(world, stripe, at_stripe)
    _won_before_the_payout(world, stripe, at_stripe)
    for day in ("2025-02-10", "2025-02-12", "2025-02-14"):
        world.wait_until(day)
    stripe.fetches()
    razorpay.fetches()
    world.wait_until(at("2025-02-14", "12:01"))
    assert stands(shop, "settlement_suspense") == ["1180.0"]
    assert razorpay.payouts[-1] == (112_430, "differs")
    razorpay.hears_of(at_razorpay)
    assert (stripe.held, razorpay.held) == (0, 0)
    assert razorpay.payouts[-1] == (112_430, "agrees")

    _all_in_the_bank(world, shop)


def _complained(
    world: World, banked: tuple[Banked, Banked], asha: Customer, chitra: Customer
) -> tuple[str, str]:
    """At Stripe a dispute that is open, at Razorpay one that is lost; nobody was told."""
    stripe, razorpay = banked
    world.wait_until("2025-01-20")
    stripe.goes_on()
    razorpay.goes_on()
    at_stripe = stripe.simulator.dispute(stripe.reference(asha))
    at_razorpay = razorpay.simulator.dispute(razorpay.reference(chitra))
    razorpay.simulator.decide(at_razorpay, "lost")
    return at_stripe, at_razorpay


def _told_by_the_payout_first(world: World, stripe: Banked, at_stripe: str) -> None:
    shop = stripe.shop
    world.wait_until("2025-01-22")
    stripe.fetches()
    world.wait_until(at("2025-01-22", "12:01"))
    # The payout is the first to tell: nobody here knows of a dispute.
    assert stripe.payouts[-1] == (-119_500, "differs")
    assert stands(shop, "settlement_suspense", "disputed_funds") == ["1195.0", "0.0"]
    assert [code for code, _ in shop.parked] == ["does_not_agree"]
    stripe.hears_of(at_stripe)
    assert stripe.held == 0
    assert stands(shop, "settlement_suspense", "disputed_funds", "dispute_fees") == [
        "0.0",
        "1180.0",
        "15.0",
    ]
    assert (stripe.payouts[-1], shop.parked) == ((-119_500, "agrees"), [])


def _won_before_the_payout(world: World, stripe: Banked, at_stripe: str) -> None:
    shop = stripe.shop
    world.wait_until("2025-01-25")
    stripe.goes_on()
    stripe.simulator.decide(at_stripe, "won")
    world.wait_until("2025-01-27")  # the daily look has told, before the payout
    assert stands(shop, "disputed_funds") == ["0.0"]
    stripe.fetches()
    world.wait_until(at("2025-01-27", "12:01"))
    assert stripe.payouts[-1] == (118_000, "agrees")
    assert stripe.held == 0


def _all_in_the_bank(world: World, shop: Shop) -> None:
    lines = [
        StatementLine(reference, paid_on, amount, "INR", bank_reference or "", "")
        for reference, paid_on, amount, bank_reference in shop.rows(
            "select reference, paid_on, amount, bank_reference from settlements order by id"
        )
    ]
    arrived = import_bank_lines(ImportBankLines(shop.tenant, "HDFC", lines, world.now), db=shop.db)
    assert arrived.matched == len(lines)
    assert (
        stands(
            shop,
            "gateway_clearing",
            "cash_in_transit",
            "settlement_suspense",
            "disputed_funds",
            "receivable",
        )
        == ["0.0"] * 5
    )
    assert stands(shop, "bank", "dispute_losses", "dispute_fees") == ["8022.2", "1180.0", "15.0"]
    assert shop.books_balance()
    assert shop.parked == []
