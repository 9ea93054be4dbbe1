"""A shop that collects through pretend gateways, which pay out into its bank."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date
from uuid import UUID

from khata.adapters.gateways.desk import GatewayDesk
from khata.adapters.gateways.fake import FakeGateway
from khata.adapters.gateways.razorpay import RazorpayVendor
from khata.adapters.gateways.stripe import StripeVendor
from khata.adapters.vault import AesVault
from khata.core.bank_statement import StatementLine
from khata.core.ids import new_id
from khata.core.payment import SaidBy
from khata.db.reads.settlements import clearing
from khata.ports.gateway_vendor import NotSigned
from khata.simulators.hooks import Endpoint, Trouble
from khata.simulators.razorpay import RazorpaySimulator
from khata.simulators.server import SimulatorServer
from khata.simulators.stripe import StripeSimulator
from khata.simulators.vendor import SimulatedVendor
from khata.usecases.disputes.ask_about_dispute import AskAboutDispute, ask_about_dispute
from khata.usecases.gateways.add_gateway_account import AddGatewayAccount, add_gateway_account
from khata.usecases.gateways.receive_gateway_event import (
    ReceiveGatewayEvent,
    receive_gateway_event,
)
from khata.usecases.gateways.tools import GatewayTools
from khata.usecases.selling.add_payment_method import AddPaymentMethod, add_payment_method
from khata.usecases.settlements.ask_for_settlements import AskForSettlements, ask_for_settlements
from khata.usecases.settlements.import_bank_lines import ImportBankLines, import_bank_lines
from tests.scenarios.customer import Customer
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, inr

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

    def is_told(self, *types: str, secret: str | None = None) -> list[int]:
        """Let the gateway tell what waits, each twice; return what it was answered.

        With another `secret` than it was given, somebody else tells.
        """
        known = self.simulator.introduction()
        endpoint = Endpoint(known.hook_account, "", secret or known.webhook_secret, types)
        self.simulator.hooks.endpoints = [endpoint]
        self.simulator.hooks.trouble = Trouble(doubled=1.0)
        answers: list[int] = []

        def post(_: Endpoint, body: bytes, headers: Mapping[str, str]) -> int:
            answers.append(self._receives(body, headers))
            return answers[-1]

        self.simulator.hooks.deliver(post)
        return answers

    def _receives(self, body: bytes, headers: Mapping[str, str]) -> int:
        engine = self.world.engine
        small = {name.lower(): value for name, value in headers.items()}
        now = self.world.now
        event = ReceiveGatewayEvent(
            self.shop.tenant, self.simulator.name, self.account, small, body, now, now
        )
        tools = GatewayTools(self.shop.db, engine.gateways, VAULT)
        try:
            receive_gateway_event(event, tools=tools)
        except NotSigned:
            return 400
        return 200

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


@contextmanager
def opened_banks(world: World, fake_gateway: FakeGateway) -> Iterator[tuple[Banked, Banked]]:
    """A shop with an account at the pretend Stripe and one at the pretend Razorpay."""
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
    try:
        yield made[0], made[1]
    finally:
        for server in servers:
            server.close()


def stands(shop: Shop, *accounts: str) -> list[str]:
    return [str(shop.balance(account).amount / 100) for account in accounts]


def all_arrives(world: World, shop: Shop) -> None:
    """The bank's statement has a line for each payout."""
    lines = [
        StatementLine(reference, paid_on, amount, "INR", bank_reference or "", "")
        for reference, paid_on, amount, bank_reference in shop.rows(
            "select reference, paid_on, amount, bank_reference from settlements"
            " where failed_on is null order by id"
        )
    ]
    arrived = import_bank_lines(ImportBankLines(shop.tenant, "HDFC", lines, world.now), db=shop.db)
    assert arrived.matched == len(lines)
