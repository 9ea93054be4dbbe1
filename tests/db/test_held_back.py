"""What waits while an account ails: pages to pay, refunds, days, and asks before a retry."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from khata.core.gateway_account import Route
from khata.core.gateway_health import MOST_IN_A_ROW, Circuit, Trouble
from khata.core.ids import new_id
from khata.core.payment import Answer, Refund, RefundStatus
from khata.core.payment_method import MethodKind
from khata.db.embedded.provision import Urls
from khata.db.stores.reconciliations import Reconciliations
from khata.db.stores.refunds import Refunds
from khata.db.transaction import Database
from khata.ports.gateway import AnswerLost, NotReached, RefundRequest
from khata.ports.gateway_visits import OpenedVisit, VisitRequest
from khata.usecases.gateways.ask_for_reconciliation import (
    AskForReconciliation,
    ask_for_reconciliation,
)
from khata.usecases.gateways.note_call import NoteCall, note_call
from khata.usecases.gateways.reconcile_due_days import ReconcileDueDays, reconcile_due_days
from khata.usecases.gateways.route_gateway_accounts import (
    RouteGatewayAccounts,
    route_gateway_accounts,
)
from khata.usecases.payments.pay_invoice import GatewayOutOfReach
from khata.usecases.payments.refund_payment import RefundPayment, refund_payment
from khata.usecases.payments.send_due_refunds import SendDueRefunds, send_due_refunds
from khata.usecases.selling.find_payment_method import GatewayDoesNotAnswer
from khata.usecases.visits.find_ways import Way, find_ways
from khata.usecases.visits.open_visit import OpenVisit, open_visit
from tests.db.accounts import Accounts, Fated
from tests.db.shop import NOON, TOTAL, Shop, Subscriber, noon

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Paged(Fated):
    """Its pages and its refunds share the fate of its charges."""

    opened = 0
    refunded = 0

    def open_visit(self, request: VisitRequest, *, at: datetime) -> OpenedVisit:
        self.opened += 1
        if self.fate == "not_reached":
            raise NotReached
        if self.fate == "lost":
            raise AnswerLost
        return super().open_visit(request, at=at)

    def look_up_refund(
        self, request: RefundRequest, *, reference: str | None, at: datetime
    ) -> Answer | None:
        self.refunded += 1
        if self.fate == "not_reached":
            raise NotReached
        return super().look_up_refund(request, reference=reference, at=at)

    def payments_between(self, start: datetime, end: datetime) -> Iterator[object]:  # type: ignore[override]
        self.looks += 1
        if self.fate == "not_reached":
            raise NotReached
        yield from ()


@pytest.fixture
def gateway(urls: Urls) -> Iterator[Paged]:
    gateway = Paged(urls.app)
    yield gateway
    gateway.close()


@pytest.fixture
def shop(db: Database, gateway: Paged) -> Shop:
    return Shop(db, gateway)


@pytest.fixture
def accounts(shop: Shop) -> Accounts:
    return Accounts(shop)


def shut(accounts: Accounts, account: UUID, at: datetime = NOON) -> None:
    """Nobody reached it five times in a row: nobody calls it for a minute."""
    for _ in range(MOST_IN_A_ROW):
        with accounts.shop.db.transaction(accounts.shop.tenant) as uow:
            seen = uow.gateway_accounts.get(account)
        call = NoteCall(accounts.shop.tenant, seen, Trouble.NOT_REACHED, at)
        note_call(call, db=accounts.shop.db)


def ways(accounts: Accounts, *, at: datetime = NOON, amount: int = TOTAL) -> list[Way]:
    shop = accounts.shop
    with shop.db.transaction(shop.tenant) as uow:
        return find_ways(
            uow, gateways=shop.gateways, currency="INR", country="IN", amount=amount, at=at
        )


def by_kind(found: list[Way]) -> dict[MethodKind, UUID | None]:
    """Return which account serves cards and UPI, in the order in which they are offered."""
    kinds = (MethodKind.CARD, MethodKind.UPI)
    return {way.kind: way.account.id if way.account else None for way in found if way.kind in kinds}


def pays(accounts: Accounts, payer: Subscriber, at: datetime = NOON) -> UUID | None:
    """Go to the page of the account that is chosen; return which it is."""
    shop = accounts.shop
    command = OpenVisit(
        shop.tenant, new_id(at), at, payer.invoice_id, MethodKind.CARD, False, "https://x.example"
    )
    return open_visit(command, db=shop.db, gateways=shop.gateways).gateway_account_id


def routed(accounts: Accounts, *routes: Route) -> None:
    command = RouteGatewayAccounts(accounts.shop.tenant, list(routes))
    route_gateway_accounts(command, tools=accounts.tools)


def test_the_amount_decides_at_whose_page_it_is_paid(accounts: Accounts, gateway: Paged) -> None:
    small, large = accounts.opens(gateway, "Small"), accounts.opens(gateway, "Large")
    routed(
        accounts,
        Route(small, "INR", max_amount=118_000),
        Route(large, "INR", min_amount=118_000, kind=MethodKind.CARD),
    )
    # Of 1,179.99 the small one takes all, of 1,180.00 the large one cards; the rest is the fake's.
    assert by_kind(ways(accounts, amount=117_999)) == dict.fromkeys(
        (MethodKind.CARD, MethodKind.UPI), small
    )
    assert by_kind(ways(accounts, amount=118_000)) == {MethodKind.CARD: large, MethodKind.UPI: None}


def test_what_ails_is_not_offered_first_and_what_is_shut_not_at_all(
    accounts: Accounts, gateway: Paged
) -> None:
    first, second = accounts.opens(gateway, "First"), accounts.opens(gateway, "Second")
    routed(accounts, Route(first, fallbacks=(second,)), Route(first, kind=MethodKind.UPI))
    assert set(by_kind(ways(accounts)).values()) == {first}
    shut(accounts, first)
    assert set(by_kind(ways(accounts)).values()) == {second}
    # When it may be called again it is still behind the one that is well …
    assert set(by_kind(ways(accounts, at=NOON + MINUTE)).values()) == {second}
    # … and where each takes one kind, the kind of the one that is well is offered first.
    routed(accounts, Route(first, kind=MethodKind.CARD), Route(second, kind=MethodKind.UPI))
    assert list(by_kind(ways(accounts, at=NOON + MINUTE)).items()) == [
        (MethodKind.UPI, second),
        (MethodKind.CARD, first),
    ]


def test_a_page_falls_back_while_the_first_is_shut(accounts: Accounts, gateway: Paged) -> None:
    first, second = accounts.opens(gateway, "First"), accounts.opens(gateway, "Second")
    routed(accounts, Route(first, fallbacks=(second,)))
    payer = accounts.shop.subscriber(None)
    shut(accounts, first)
    assert pays(accounts, payer) == second


def test_payers_who_find_nobody_shut_it_and_the_next_goes_elsewhere(
    accounts: Accounts, gateway: Paged, urls: Urls
) -> None:
    down, other = Paged(urls.app), gateway
    down.fate = "lost"
    first = accounts.opens(down, "First")
    second = accounts.opens(other, "Second")
    routed(accounts, Route(first, fallbacks=(second,)))
    for _ in range(MOST_IN_A_ROW):
        with pytest.raises(GatewayDoesNotAnswer):
            pays(accounts, accounts.shop.subscriber(None))
    health = accounts.health(first)
    assert (health.trouble, health.circuit(NOON)) == (Trouble.FAULT, Circuit.OPEN)
    assert pays(accounts, accounts.shop.subscriber(None)) == second
    assert down.opened == MOST_IN_A_ROW
    down.close()


def test_the_only_account_says_that_it_is_out_of_reach_and_one_payer_looks(
    shop: Shop, accounts: Accounts, gateway: Paged
) -> None:
    only = accounts.opens(gateway)
    # In live mode no fake gateway stands in.
    shop.gateways.without = None  # type: ignore[attr-defined]
    asha, ravi = shop.subscriber(None), shop.subscriber(None)
    shut(accounts, only)
    assert ways(accounts) == []
    with pytest.raises(GatewayOutOfReach):
        pays(accounts, asha)
    assert gateway.opened == 0
    assert pays(accounts, ravi, NOON + MINUTE) == only
    assert accounts.health(only).is_well


def refunds(shop: Shop, payer: Subscriber, at: datetime) -> None:
    command = RefundPayment(
        shop.tenant, new_id(at), at, payer.payment.id, None, "Was down on 3 May"
    )
    refund_payment(command, db=shop.db)


def refund_of(shop: Shop, payer: Subscriber) -> Refund:
    with shop.db.transaction(shop.tenant) as uow:
        [refund] = Refunds(uow.connection).of_invoice(payer.invoice_id)
    return refund


def test_refunds_are_put_off_not_failed_and_one_looks(
    shop: Shop, accounts: Accounts, gateway: Paged
) -> None:
    account = accounts.opens(gateway)
    asha, ravi = accounts.subscriber(account), accounts.subscriber(account)
    shop.works(NOON)
    shut(accounts, account)
    gateway.fate = "not_reached"
    for payer in (asha, ravi):
        refunds(shop, payer, NOON)
    shop.works(NOON)
    waiting = [refund_of(shop, payer) for payer in (asha, ravi)]
    assert [(one.status, one.asks, one.ask_at) for one in waiting] == [
        (RefundStatus.SENDING, 0, NOON + MINUTE)
    ] * 2
    assert gateway.refunded == 0
    due = SendDueRefunds(shop.tenant, NOON + MINUTE)
    send_due_refunds(due, db=shop.db, gateways=shop.gateways)
    assert gateway.refunded == 1  # one looked, and found nobody
    assert sorted(refund_of(shop, one).asks for one in (asha, ravi)) == [0, 1]
    gateway.fate = "ok"
    shop.wait_until(NOON + HOUR)
    assert [refund_of(shop, one).status for one in (asha, ravi)] == [RefundStatus.SUCCEEDED] * 2
    assert accounts.health(account).is_well


def test_a_day_is_not_compared_while_its_account_is_shut(
    shop: Shop, accounts: Accounts, gateway: Paged
) -> None:
    account, morning = accounts.opens(gateway), noon(3, 2)
    shut(accounts, account, morning)
    ask = AskForReconciliation(shop.tenant, new_id(morning), account, date(2025, 3, 1), morning)
    ask_for_reconciliation(ask, db=shop.db)

    def compares(at: datetime) -> bool:
        reconcile_due_days(ReconcileDueDays(shop.tenant, at), db=shop.db, gateways=shop.gateways)
        with shop.db.transaction(shop.tenant) as uow:
            day = Reconciliations(uow.connection).of_day(account, date(2025, 3, 1))
        assert day is not None
        return day.ran_at is not None

    assert (compares(morning), gateway.looks) == (False, 0)
    assert (compares(morning + MINUTE), gateway.looks) == (True, 1)
    assert accounts.health(account).is_well


def test_an_ask_before_a_retry_is_put_off(shop: Shop, accounts: Accounts, gateway: Paged) -> None:
    account = accounts.opens(gateway)
    gateway.fate = "down_late"  # it failed, and its money may still come for three days
    asha = accounts.subscriber(account)
    shop.works(NOON)
    due = NOON + DAY
    with shop.db.transaction(shop.tenant) as uow:
        payment = asha.payment
        uow.connection.execute(
            "update payments set next_attempt_at = %s where id = %s", [due, payment.id]
        )
        uow.connection.execute("update attempts set ask_at = null")
    looks = gateway.looks
    shut(accounts, account, due)
    gateway.fate = "ok"
    shop.works(due)
    assert (gateway.looks, asha.payment.next_attempt_at) == (looks, due + MINUTE)
    assert asha.payment.decline_count == payment.decline_count
    shop.works(due + MINUTE)
    assert gateway.looks > looks
