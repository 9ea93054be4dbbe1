"""Two at once: a collision runs the whole transaction again, and locks are taken in one order."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from khata.adapters.gateways.fake import FakeGateway
from khata.core.ids import new_id
from khata.db import retrying as collisions
from khata.db.embedded.provision import Urls
from khata.db.retrying import MOST_TRIES, retrying
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.payments import mark_paid as paying
from khata.usecases.payments.mark_paid import MarkPaid, Method, mark_paid
from khata.usecases.payments.settle_invoice import settle_invoice
from tests.db.crowd import at_once
from tests.db.shop import NOON, TOTAL, Shop, noon


@pytest.fixture
def shop(db: Database, urls: Urls) -> Iterator[Shop]:
    gateway = FakeGateway(urls.app)
    yield Shop(db, gateway)
    gateway.close()


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collisions, "_FIRST_PAUSE", 0.0)


def test_two_that_deadlock_both_come_through(shop: Shop) -> None:
    one, other = shop.subscriber("tok_ok"), shop.subscriber("tok_ok")
    met = threading.Barrier(2)
    tries: list[UUID] = []

    def lock_both(first: UUID, second: UUID) -> None:
        def work(uow: UnitOfWork) -> None:
            tries.append(first)
            uow.customers.lock(first)
            if tries.count(first) == 1:
                met.wait()  # each holds its first, and wants the other's
            uow.customers.lock(second)
            uow.connection.execute(
                "update customers set name = name || '.' where id = any(%s)", [[first, second]]
            )

        retrying(shop.db, shop.tenant, work)

    ids = one.customer_id, other.customer_id
    at_once([lambda: lock_both(*ids), lambda: lock_both(*reversed(ids))])
    # One of them was chosen to begin again, and perhaps met the other once more.
    assert 3 <= len(tries) < 2 * MOST_TRIES
    with shop.db.transaction(shop.tenant) as uow:
        assert [uow.customers.get(id).name for id in ids] == ["Asha..", "Asha.."]  # type: ignore[union-attr]


@pytest.mark.parametrize("collision", [DeadlockDetected, LockNotAvailable, SerializationFailure])
def test_it_is_tried_five_times_and_leaves_nothing(shop: Shop, collision: type[Exception]) -> None:
    asha = shop.subscriber("tok_ok")
    tries = 0

    def work(uow: UnitOfWork) -> None:
        nonlocal tries
        tries += 1
        uow.connection.execute("update customers set name = name || '.'")
        raise collision

    with pytest.raises(collision):
        retrying(shop.db, shop.tenant, work)
    assert tries == MOST_TRIES == 5
    with shop.db.transaction(shop.tenant) as uow:
        assert uow.customers.get(asha.customer_id).name == "Asha"  # type: ignore[union-attr]


def test_what_is_no_collision_is_not_tried_again(shop: Shop) -> None:
    tries = 0

    def work(uow: UnitOfWork) -> None:
        nonlocal tries
        tries += 1
        uow.connection.execute("select 1 / 0")

    with pytest.raises(Exception, match="division by zero"):
        retrying(shop.db, shop.tenant, work)
    assert tries == 1


def test_a_new_card_and_a_transfer_at_once_do_not_deadlock(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transfer holds subscription, invoice and payment, and comes to the customer last."""
    asha = shop.subscriber("tok_lost_card")
    shop.wait_until(NOON)
    assert asha.subscription.status == "unpaid"
    begun, tries = threading.Event(), []

    def settle_slowly(*everything: object, **how: object) -> None:
        tries.append("transfer")
        begun.set()
        waiting.wait(timeout=60)
        settle_invoice(*everything, **how)  # type: ignore[arg-type]

    waiting = threading.Event()
    monkeypatch.setattr(paying, "settle_invoice", settle_slowly)

    def transfer() -> None:
        command = MarkPaid(
            shop.tenant, new_id(NOON), NOON, asha.invoice_id, Method.BANK_TRANSFER, "UTR1"
        )
        mark_paid(command, db=shop.db)

    def add_card() -> None:
        begun.wait(timeout=60)
        threading.Timer(0.2, waiting.set).start()  # by then it waits for the subscription
        shop.adds_method(asha.customer_id, "tok_ok", at=NOON)

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(transfer), threads.submit(add_card)]:
            done.result()
    assert tries == ["transfer"]  # nobody had to begin again
    shop.wait_until(noon(3, 20))
    assert (asha.invoice.status, shop.balance("bank")) == ("paid", TOTAL)
    assert (asha.subscription.status, asha.captures(noon(3, 20))) == ("active", 0)


def test_recording_a_result_holds_up_nothing_that_only_names_the_subscription(shop: Shop) -> None:
    asha = shop.subscriber("tok_ok")
    with shop.db.transaction(shop.tenant) as holder:
        holder.subscriptions.lock_billed_by(asha.invoice_id)
        with shop.db.transaction(shop.tenant) as other:  # a row that refers to the subscription
            other.connection.execute("set local lock_timeout = '1s'")
            other.connection.execute(
                "insert into moves (id, subscription_id, to_status, cause, actor, at) "
                "values (%s, %s, 'active', 'a test', 'test', %s)",
                [new_id(NOON), asha.subscription_id, NOON],
            )
