"""A day beside the gateway's list: what agrees, what is mended, and what waits for a person."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from khata.adapters.gateways.desk import GatewayDesk
from khata.adapters.gateways.fake import FakeGateway
from khata.adapters.vault import AesVault
from khata.core.ids import new_id
from khata.core.payment import Outcome
from khata.core.reconciliation import SeenPayment
from khata.db.embedded.provision import Urls
from khata.db.stores.reconciliations import Reconciliation, Reconciliations
from khata.db.transaction import Database
from khata.ports.gateway import Answer, AnswerLost, ChargeRequest, NotReached
from khata.usecases.gateways.add_gateway_account import AddGatewayAccount, add_gateway_account
from khata.usecases.gateways.ask_for_reconciliation import (
    AskForReconciliation,
    DayNotOver,
    ask_for_reconciliation,
)
from khata.usecases.gateways.reconcile_due_days import ReconcileDueDays, reconcile_due_days
from khata.usecases.gateways.tools import GatewayTools
from khata.usecases.selling.add_payment_method import AddPaymentMethod, add_payment_method
from tests.db.shop import FEE, NOON, TOTAL, Shop, Subscriber
from tests.paper_gateway import PaperVendor

TODAY = date(2025, 2, 28)
MORNING = NOON + timedelta(hours=18)  # 06:00 of the day after, in India


class Listing(FakeGateway):
    """Lists one merchant's payments only, as a gateway's account does; and what is put in."""

    merchant = ""
    is_down = False
    loses = False
    lists_nothing = False
    forgets = False
    mends: dict[str, int]

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.more: list[SeenPayment] = []
        self.mends = {}

    def charge(self, request: ChargeRequest, *, at: datetime) -> Answer:
        answer = super().charge(request, at=at)
        if self.loses:
            raise AnswerLost
        return answer

    def look_up(
        self, request: ChargeRequest, *, reference: str | None, at: datetime
    ) -> Answer | None:
        return None if self.forgets else super().look_up(request, reference=reference, at=at)

    def payments_between(self, start: datetime, end: datetime) -> Iterator[SeenPayment]:
        if self.is_down:
            raise NotReached
        if self.lists_nothing:
            return
        ours = {
            charge.reference
            for charge in self.book.taken_up_between(start, end)
            if charge.request.merchant == self.merchant
        }
        for seen in super().payments_between(start, end):
            if seen.reference in ours:
                yield replace(seen, **self.mends)  # type: ignore[arg-type]
        yield from (one for one in self.more if start <= one.created_at < end)


@dataclass
class Trade:
    """A shop whose customers pay through an account with paper."""

    shop: Shop
    gateway: Listing
    account: UUID

    def subscriber(self, token: str) -> Subscriber:
        asha = self.shop.subscriber(None)
        command = AddPaymentMethod(
            self.shop.tenant, new_id(NOON), NOON, asha.customer_id, "paper", token, True
        )
        add_payment_method(command, db=self.shop.db, gateways=self.shop.gateways)
        return asha

    def compares(self, day: date = TODAY, *, at: datetime = MORNING) -> Reconciliation:
        ask = AskForReconciliation(self.shop.tenant, new_id(at), self.account, day, at)
        ask_for_reconciliation(ask, db=self.shop.db)
        due = ReconcileDueDays(self.shop.tenant, at)
        assert reconcile_due_days(due, db=self.shop.db, gateways=self.shop.gateways) == 1
        return self.day(day)

    def day(self, day: date) -> Reconciliation:
        with self.shop.db.transaction(self.shop.tenant) as uow:
            found = Reconciliations(uow.connection).of_day(self.account, day)
        assert found is not None
        return found


@pytest.fixture
def trade(db: Database, urls: Urls) -> Iterator[Trade]:
    gateway = Listing(urls.app)
    shop, vault = Shop(db, gateway), AesVault(b"a secret for tests, 32 bytes and more")
    gateway.merchant = str(shop.tenant)
    shop.gateways = GatewayDesk(vault, [PaperVendor(gateway)], {"fake": gateway})
    command = AddGatewayAccount(
        tenant=shop.tenant,
        id=new_id(NOON),
        at=NOON,
        now=NOON,
        gateway="paper",
        name=None,
        credentials={"api_key": "test_acct1-a"},
        webhook_secret=None,
        base_url=None,
    )
    tools = GatewayTools(db=db, gateways=shop.gateways, vault=vault)
    yield Trade(shop, gateway, add_gateway_account(command, tools=tools).id)
    gateway.close()


def told(day: Reconciliation) -> list[tuple[str, int | None, int | None]]:
    return [(one["difference"], one["ours"], one["theirs"]) for one in day.findings]


def test_a_day_that_agrees(trade: Trade) -> None:
    asha, ravi = trade.subscriber("tok_ok"), trade.subscriber("tok_declined")
    trade.shop.works(NOON)
    assert (asha.invoice.status, ravi.invoice.status) == ("paid", "open")
    day = trade.compares()
    assert (day.status, day.payments, day.findings) == ("agrees", 2, [])
    assert trade.shop.parked() == []


def test_money_that_was_lost_on_the_way_is_booked(trade: Trade) -> None:
    trade.gateway.loses = True
    asha = trade.subscriber("tok_ok")
    trade.shop.works(NOON)
    assert asha.invoice.status == "open"
    assert [attempt.status for attempt in asha.attempts] == ["unknown"]
    day = trade.compares()
    assert (day.status, asha.invoice.status) == ("agrees", "paid")


def test_money_that_nobody_here_asked_for_waits_for_a_person(trade: Trade) -> None:
    trade.gateway.more = [_seen("pay_strange", NOON)]
    day = trade.compares()
    assert (day.status, told(day)) == ("differs", [("money_without_attempt", None, TOTAL)])
    assert trade.shop.parked() == [("reconciliation", "does_not_agree")]
    trade.gateway.more = []
    assert trade.compares().status == "agrees"
    assert trade.shop.count("parked where released_at is null") == 0


def test_what_came_on_another_day_is_that_day_s(trade: Trade) -> None:
    trade.gateway.more = [_seen("pay_1", NOON - timedelta(days=1))]
    assert trade.compares().findings == []
    yesterday = trade.compares(TODAY - timedelta(days=1))
    assert told(yesterday) == [("money_without_attempt", None, TOTAL)]


def test_money_that_the_gateway_never_took_is_named(trade: Trade) -> None:
    asha = trade.subscriber("tok_ok")
    trade.shop.works(NOON)
    trade.gateway.lists_nothing = trade.gateway.forgets = True
    day = trade.compares()
    assert told(day) == [("attempt_without_money", TOTAL, None)]
    assert day.findings[0]["reference"] == asha.attempts[0].gateway_reference


def test_what_was_pending_on_its_day_is_compared_with_the_next_ones(trade: Trade) -> None:
    """Its end is told nobody here, and its payment is listed as taken the day after."""
    asha = trade.subscriber("tok_pending_fails")
    trade.shop.works(NOON)
    trade.shop.wait_until(NOON + timedelta(hours=2))
    assert [attempt.status for attempt in asha.attempts] == ["failed"]
    reference = asha.attempts[0].gateway_reference
    assert reference is not None
    trade.gateway.more = [_seen(reference, NOON + timedelta(days=1))]
    trade.gateway.merchant = "somebody else"
    day = trade.compares(TODAY + timedelta(days=1), at=MORNING + timedelta(days=1))
    assert told(day) == [("money_not_booked", None, TOTAL)]


def test_what_the_list_lacks_and_the_gateway_confirms_is_no_difference(trade: Trade) -> None:
    trade.subscriber("tok_ok")
    trade.shop.works(NOON)
    trade.gateway.lists_nothing = True
    assert trade.compares().status == "agrees"


def test_a_day_of_long_ago_brings_no_other_after_it(trade: Trade) -> None:
    trade.compares()
    trade.compares(date(2015, 1, 1))
    assert trade.shop.count("reconciliations") == 2


@pytest.mark.parametrize(
    ("mends", "found"),
    [
        ({"fee": FEE + 425}, ("fee_differs", FEE, FEE + 425)),
        ({"amount": TOTAL - 1}, ("amount_differs", TOTAL, TOTAL - 1)),
        ({"refunded": 500}, ("refund_differs", 0, 500)),
    ],
)
def test_one_paisa_anywhere_is_named(
    trade: Trade, mends: dict[str, int], found: tuple[str, int, int]
) -> None:
    trade.subscriber("tok_ok")
    trade.shop.works(NOON)
    trade.gateway.mends = mends
    assert told(trade.compares()) == [found]


def test_a_gateway_that_is_down_is_asked_again_in_an_hour(trade: Trade) -> None:
    trade.gateway.is_down = True
    day = trade.compares()
    assert (day.status, day.next_try_at) == ("due", MORNING + timedelta(hours=1))


@pytest.mark.parametrize("day", [date(2025, 3, 1), TODAY])
def test_a_day_that_is_not_over_is_refused(trade: Trade, day: date) -> None:
    ask = AskForReconciliation(trade.shop.tenant, new_id(NOON), trade.account, day, NOON)
    with pytest.raises(DayNotOver):
        ask_for_reconciliation(ask, db=trade.shop.db)


def _seen(reference: str, at: datetime) -> SeenPayment:
    return SeenPayment(reference, None, TOTAL, "INR", Outcome.SUCCEEDED, FEE, 0, at.astimezone(UTC))
