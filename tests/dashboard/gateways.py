"""A shop with a gateway account that tells things, differs on a day, and routes by amount."""

import json
from datetime import date, timedelta
from uuid import UUID

from khata.core.gateway_account import GatewayAccount, Route
from khata.core.gateway_event import EventStatus, GatewayEvent, Subject
from khata.core.gateway_health import Trouble
from khata.core.ids import new_id, public_id
from khata.core.reconciliation import Difference, Finding
from khata.db.stores.parked import ParkedWork
from khata.db.stores.reconciliations import Reconciliations
from khata.usecases.gateways.add_gateway_account import AddGatewayAccount, add_gateway_account
from khata.usecases.gateways.note_call import NoteCall, note_call
from khata.usecases.gateways.route_gateway_accounts import (
    RouteGatewayAccounts,
    route_gateway_accounts,
)
from tests.dashboard.world import Shop, World

HOME = "/dashboard/gateways"
EVENTS = "/dashboard/gateway-events"
DAYS = "/dashboard/reconciliations"
MISCHIEF = "<script>alert(1)</script>"
KEY = "test_acct1-very-secret"


class Gateways:
    """Two accounts with paper, of which the second is a fallback; one dead event; one day."""

    def __init__(self, world: World, shop: Shop) -> None:
        self.world, self.tenant, self.db = world, shop.test, world.engine.db
        self.account = self.opens("Paper India")
        self.second = self.opens(MISCHIEF)
        bounds = Route(self.account, "INR", None, None, None, 1_500_000, (self.second,))
        routes = [bounds, Route(self.second, currency="INR", min_amount=1_500_000)]
        command = RouteGatewayAccounts(self.tenant, routes)
        route_gateway_accounts(command, tools=world.engine.gateway_tools(self.db))
        self.event = self.is_told()
        self.day = self.differs()

    def opens(self, name: str) -> UUID:
        at, id = self.world.now, new_id(self.world.now)
        command = AddGatewayAccount(
            tenant=self.tenant,
            id=id,
            at=at,
            now=at,
            gateway="paper",
            name=name,
            credentials={"api_key": KEY},
            webhook_secret="whsec_hidden",
            base_url=None,
        )
        add_gateway_account(command, tools=self.world.engine.gateway_tools(self.db))
        return id

    def is_told(self) -> UUID:
        """An event with particulars of the payer, which was tried too often."""
        at, id = self.world.now, new_id(self.world.now)
        body = {
            "id": "evt_1",
            "payload": {"email": "asha@traders.example", "token": "tok_saved", "id": "pay_N8x2"},
            "note": MISCHIEF,
        }
        told = GatewayEvent(
            "evt_1", "payment.captured", Subject.CHARGE, None, "pay_N8x2", None, None, None,
            118_000, "INR", at,
        )  # fmt: skip
        with self.db.transaction(self.tenant) as uow:
            uow.gateway_events.keep(
                told,
                id=id,
                account_id=self.account,
                body=json.dumps(body).encode(),
                received_at=at,
                due_at=at,
            )
            uow.gateway_events.settle(id, EventStatus.DEAD, "The gateway did not answer")
        return id

    def differs(self) -> UUID:
        at, id = self.world.now, new_id(self.world.now)
        finding = Finding(Difference.MONEY_WITHOUT_ATTEMPT, None, "pay_Q1", "INR", None, 50_000)
        with self.db.transaction(self.tenant) as uow:
            rows = Reconciliations(uow.connection)
            rows.want(id, self.account, date(2026, 1, 29), at)
            rows.done(id, 3, [finding], at + timedelta(minutes=1))
            parked = ParkedWork("reconciliation", id, "does_not_agree", finding.sentence, None)
            uow.parked.add([parked], at)
        return id

    def found(self) -> GatewayAccount:
        with self.db.transaction(self.tenant) as uow:
            account = uow.gateway_accounts.get(self.account)
        assert account is not None
        return account

    def ails(self, trouble: Trouble = Trouble.REFUSED) -> None:
        note_call(NoteCall(self.tenant, self.found(), trouble, self.world.now), db=self.db)

    @property
    def name(self) -> str:
        return public_id("ga", self.account)

    @property
    def paths(self) -> list[str]:
        return [
            HOME,
            f"{HOME}/{self.name}",
            f"{HOME}/{self.name}/rotate",
            f"{HOME}/new?gateway=paper",
            EVENTS,
            f"{EVENTS}/{public_id('ge', self.event)}",
            DAYS,
            f"{DAYS}/{public_id('rec', self.day)}",
        ]
