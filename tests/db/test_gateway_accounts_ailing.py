"""Accounts that ail: let alone, told of once, and no payer of theirs is dunned for it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from khata.core.gateway_account import AccountStatus
from khata.core.gateway_health import Circuit, Trouble
from khata.core.payment import AttemptStatus
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.usecases.gateways.note_call import NoteCall, note_call
from khata.usecases.payments.collect_due_payments import (
    CollectDuePayments,
    collect_due_payments,
)
from khata.usecases.payments.pay_invoice import GatewayOutOfReach, PayInvoice, pay_invoice
from tests.db.accounts import Accounts, Fated
from tests.db.shop import NOON, Shop, Subscriber, noon

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def gateway(urls: Urls) -> Iterator[Fated]:
    gateway = Fated(urls.app)
    yield gateway
    gateway.close()


@pytest.fixture
def shop(db: Database, gateway: Fated) -> Shop:
    return Shop(db, gateway)


@pytest.fixture
def accounts(shop: Shop) -> Accounts:
    return Accounts(shop)


def parked(shop: Shop) -> list[str]:
    """Why payments wait for a person or for their account."""
    with shop.db.transaction(shop.tenant) as uow:
        rows = uow.connection.execute(
            "select code from parked where released_at is null order by id"
        ).fetchall()
    return [row[0] for row in rows]


def test_after_five_in_a_row_nobody_calls_and_nobody_is_declined(
    shop: Shop, accounts: Accounts, gateway: Fated
) -> None:
    account = accounts.opens(gateway)
    gateway.fate = "not_reached"
    payers = [accounts.subscriber(account) for _ in range(12)]
    shop.works(NOON)
    assert gateway.calls == 5
    health = accounts.health(account)
    assert (health.trouble, health.shut_until) == (Trouble.NOT_REACHED, NOON + MINUTE)
    # ten were written down together: five of them never left, and two were put off
    states = [one.attempts[0].status if one.attempts else None for one in payers]
    assert states == [AttemptStatus.SENDING] * 10 + [None] * 2
    assert [one.payment.next_attempt_at for one in payers[10:]] == [NOON + MINUTE] * 2
    assert {one.payment.decline_count for one in payers} == {0}
    assert shop.told("payment.failed") == []


def test_one_looks_and_when_it_is_well_all_are_collected_once(
    shop: Shop, accounts: Accounts, gateway: Fated
) -> None:
    account = accounts.opens(gateway)
    gateway.fate = "not_reached"
    payers = [accounts.subscriber(account) for _ in range(8)]
    shop.works(NOON)
    late = [accounts.subscriber(account) for _ in range(3)]
    shop.works(NOON + MINUTE)  # of three that are due, one looks
    assert gateway.calls == 6
    assert accounts.health(account).shut_until == NOON + 3 * MINUTE
    gateway.fate = "ok"
    shop.wait_until(NOON + 2 * HOUR)
    assert [one.captures(noon(3, 20)) for one in payers + late] == [1] * 11
    assert accounts.health(account).is_well
    assert shop.told("gateway_account.ailing") == []  # it was out of reach for minutes only


def test_of_many_workers_one_looks(shop: Shop, accounts: Accounts, gateway: Fated) -> None:
    account = accounts.opens(gateway)
    gateway.fate = "not_reached"
    for _ in range(5):
        accounts.subscriber(account)
    shop.works(NOON)
    payers = [accounts.subscriber(account) for _ in range(4)]
    at = NOON + MINUTE

    def collects(payer: Subscriber) -> None:
        command = CollectDuePayments(shop.tenant, at, only=(payer.invoice_id,))
        collect_due_payments(command, db=shop.db, gateways=shop.gateways)

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(collects, payers))
    assert gateway.calls == 6
    assert sum(len(one.attempts) for one in payers) == 1


def test_refused_credentials_shut_at_once_and_are_told_once(
    shop: Shop, accounts: Accounts, gateway: Fated
) -> None:
    account = accounts.opens(gateway, "Paper India")
    gateway.fate = "refused"
    asha = accounts.subscriber(account)
    shop.works(NOON)
    assert (gateway.calls, accounts.health(account).circuit(NOON)) == (1, Circuit.OPEN)
    [fact] = shop.told("gateway_account.ailing")
    assert (fact["name"], fact["trouble"]) == ("Paper India", "refused")
    shop.wait_until(NOON + 2 * DAY)
    assert len(shop.told("gateway_account.ailing")) == 1
    assert (asha.payment.decline_count, asha.subscription.status) == (0, "active")
    gateway.fate = "ok"
    shop.wait_until(NOON + 4 * DAY)
    assert asha.captures(NOON + 4 * DAY) == 1
    assert len(shop.told("gateway_account.well")) == 1


def test_an_outage_of_more_than_an_hour_is_told_and_of_a_week_is_parked(
    shop: Shop, accounts: Accounts, gateway: Fated
) -> None:
    account = accounts.opens(gateway)
    gateway.fate = "not_reached"
    for _ in range(5):
        accounts.subscriber(account)
    shop.works(NOON)
    asha = accounts.subscriber(account)
    shop.wait_until(NOON + 59 * MINUTE)
    assert shop.told("gateway_account.ailing") == []
    shop.wait_until(NOON + 3 * HOUR)
    [fact] = shop.told("gateway_account.ailing")
    assert fact["trouble"] == "not_reached"
    calls = gateway.calls + gateway.looks
    shop.wait_until(NOON + 2 * DAY)
    assert gateway.calls + gateway.looks - calls <= 48  # once an hour, whoever looks
    shop.wait_until(NOON + 9 * DAY)
    assert set(parked(shop)) <= {"gateway_account_ailing", "gateway_not_reached"}
    assert asha.payment.next_attempt_at is None
    assert asha.subscription.status == "active"
    gateway.fate = "ok"
    with shop.db.transaction(shop.tenant) as uow:
        held = uow.gateway_accounts.get(account)
    note_call(NoteCall(shop.tenant, held, None, noon(3, 15)), db=shop.db)
    shop.wait_until(noon(3, 16))
    assert asha.captures(noon(3, 16)) == 1


def test_lost_answers_shut_it_too_and_what_may_have_arrived_is_asked_about(
    shop: Shop, accounts: Accounts, gateway: Fated
) -> None:
    account = accounts.opens(gateway)
    gateway.fate = "lost_taken"
    payers = [accounts.subscriber(account) for _ in range(7)]
    shop.works(NOON)
    assert (gateway.calls, accounts.health(account).trouble) == (5, Trouble.FAULT)
    gateway.fate = "ok"
    shop.wait_until(NOON + 2 * HOUR)
    assert [one.captures(NOON + 2 * HOUR) for one in payers] == [1] * 7


def test_a_decline_is_no_trouble(shop: Shop, accounts: Accounts, gateway: Fated) -> None:
    account = accounts.opens(gateway)
    gateway.fate = "soft"
    for _ in range(7):
        accounts.subscriber(account)
    shop.works(NOON)
    assert (gateway.calls, accounts.health(account).is_well) == (7, True)


def test_pay_now_is_refused_by_name_while_nobody_calls(
    shop: Shop, accounts: Accounts, gateway: Fated
) -> None:
    account = accounts.opens(gateway)
    gateway.fate = "refused"
    accounts.subscriber(account)
    shop.works(NOON)
    ravi = accounts.subscriber(account)
    command = PayInvoice(shop.tenant, ravi.payment.id, NOON, ravi.invoice_id)
    with pytest.raises(GatewayOutOfReach):
        pay_invoice(command, db=shop.db, gateways=shop.gateways)
    assert ravi.attempts == []


def test_what_is_due_while_its_account_is_disabled_waits_once_and_is_taken_up(
    shop: Shop, accounts: Accounts, gateway: Fated
) -> None:
    account = accounts.opens(gateway)
    asha, ravi = accounts.subscriber(account), accounts.subscriber(account)
    accounts.is_set(account, AccountStatus.DISABLED, NOON)
    shop.wait_until(NOON + 30 * DAY)
    assert parked(shop) == ["gateway_account_disabled"] * 2
    assert (gateway.calls, len(shop.told("payment.quarantined"))) == (0, 2)
    command = PayInvoice(shop.tenant, asha.payment.id, noon(3, 30), asha.invoice_id)
    with pytest.raises(GatewayOutOfReach):
        pay_invoice(command, db=shop.db, gateways=shop.gateways)
    assert asha.payment.decline_count == 0
    shop.adds_method(ravi.customer_id, "tok_ok", at=noon(4, 1))  # another way arrives
    shop.wait_until(noon(4, 1))
    assert (ravi.captures(noon(4, 1)), parked(shop)) == (1, ["gateway_account_disabled"])
    accounts.is_set(account, AccountStatus.ACTIVE, noon(4, 2))
    shop.wait_until(noon(4, 2))
    assert (asha.captures(noon(4, 2)), parked(shop)) == (1, [])


def test_the_payments_of_another_account_stay_where_they_are(
    shop: Shop, accounts: Accounts, gateway: Fated
) -> None:
    first, second = accounts.opens(gateway, "First"), accounts.opens(gateway, "Second")
    accounts.subscriber(first)
    accounts.subscriber(second)
    for account in (first, second):
        accounts.is_set(account, AccountStatus.DISABLED, NOON)
    shop.works(NOON)
    accounts.is_set(second, AccountStatus.ACTIVE, noon(3, 2))
    assert parked(shop) == ["gateway_account_disabled"]


def test_of_fifty_shops_one_with_a_dead_gateway_hinders_none(db: Database, urls: Urls) -> None:
    dead, alive = Fated(urls.app), Fated(urls.app)
    dead.fate = "not_reached"
    shops = [Shop(db, alive) for _ in range(50)]
    payers = []
    for number, shop in enumerate(shops):
        accounts = Accounts(shop)
        account = accounts.opens(dead if number == 0 else alive)
        payers.append(accounts.subscriber(account))
    more = Accounts(shops[0])
    account = more.opens(dead, "Dead, too")
    for _ in range(8):
        more.subscriber(account)
    for shop in shops:
        shop.works(NOON)
    assert dead.calls == 5 or dead.calls == 6  # its own payer's account, and five of the other
    assert [one.captures(NOON) for one in payers] == [0] + [1] * 49
    for gateway in (dead, alive):
        gateway.close()
