"""Gateways out of reach, and processes that die: what may have arrived is never sent anew."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from khata.adapters.gateways.fake import FakeGateway
from khata.core.payment import Answer, AttemptStatus
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.ports.gateway import AnswerLost, Capabilities, ChargeRequest, NotReached
from khata.usecases.payments.collect_due_payments import (
    CollectDuePayments,
    collect_due_payments,
)
from khata.usecases.tenants.release_parked import ReleaseParked, release_parked
from tests.db.shop import FEE, NOON, TOTAL, Shop, Subscriber, noon

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EIGHTH_ASK = NOON + 255 * 5 * MINUTE  # 300 s × (2⁸ − 1)


class PowerCut(BaseException):
    """The process dies here: nothing after this line runs."""


class Unsteady(FakeGateway):
    """Out of reach until some time; may lose its first answer, or kill who waits for it."""

    down_until = NOON
    first_answer: type[BaseException] | None = None
    calls = 0

    def charge(self, request: ChargeRequest, *, at: datetime) -> Answer:
        self._reach(at)
        answer = super().charge(request, at=at)
        self.calls += 1
        if self.calls == 1 and self.first_answer is not None:
            raise self.first_answer
        return answer

    def look_up(
        self, request: ChargeRequest, *, reference: str | None, at: datetime
    ) -> Answer | None:
        self._reach(at)
        return super().look_up(request, reference=reference, at=at)

    def _reach(self, at: datetime) -> None:
        if at < self.down_until:
            raise NotReached


class NeverTwice(Unsteady):
    """Takes money as often as it is asked: the same id is a new charge to it."""

    capabilities = Capabilities(replays=False, late_success=None, currencies=None)


@pytest.fixture
def gateway(urls: Urls) -> Iterator[Unsteady]:
    gateway = Unsteady(urls.app)
    yield gateway
    gateway.close()


@pytest.fixture
def shop(db: Database, gateway: Unsteady) -> Shop:
    return Shop(db, gateway)


@pytest.fixture
def once_only(db: Database, urls: Urls) -> Iterator[Shop]:
    gateway = NeverTwice(urls.app)
    yield Shop(db, gateway)
    gateway.close()


def _paid_once(shop: Shop, asha: Subscriber, at: datetime) -> None:
    assert len(asha.attempts) == asha.captures(at) == 1
    assert (asha.invoice.status, asha.payment.status) == ("paid", "succeeded")
    assert (shop.balance("receivable"), shop.balance("gateway_clearing")) == (0, TOTAL - FEE)
    assert asha.refunds() == []


def _waiting(shop: Shop) -> list[tuple[str, str]]:
    with shop.db.transaction(shop.tenant) as uow:
        rows = uow.connection.execute(
            "select kind, code from parked where released_at is null order by id"
        ).fetchall()
    return [(row[0], row[1]) for row in rows]


def _released(shop: Shop, at: datetime) -> None:
    with shop.db.transaction(shop.tenant) as uow:
        [(id,)] = uow.connection.execute("select id from parked where released_at is null")
    release_parked(ReleaseParked(shop.tenant, id, at), db=shop.db)


def test_an_answer_lost_at_the_very_last_ask_charges_once(shop: Shop, gateway: Unsteady) -> None:
    """Down for 21 hours; the eighth ask sends, the money is taken, and the answer is lost."""
    gateway.down_until, gateway.first_answer = EIGHTH_ASK - MINUTE, AnswerLost
    asha = shop.subscriber("tok_ok")
    shop.wait_until(EIGHTH_ASK)
    [attempt] = asha.attempts
    assert (attempt.status, attempt.ask_at) == (AttemptStatus.UNKNOWN, EIGHTH_ASK + 5 * MINUTE)
    assert asha.captures(EIGHTH_ASK) == 1
    shop.wait_until(noon(4, 1))
    _paid_once(shop, asha, noon(4, 1))


def test_a_crash_after_the_capture_and_an_outage_of_a_day_charge_once(
    shop: Shop, gateway: Unsteady
) -> None:
    """Nobody can tell it from a crash before the capture, so it is unknown until it is told."""
    gateway.first_answer = PowerCut
    asha = shop.subscriber("tok_ok")
    with pytest.raises(PowerCut):
        shop.works(NOON)
    gateway.down_until = NOON + 30 * HOUR
    shop.wait_until(NOON + 5 * MINUTE)
    assert asha.attempts[0].status is AttemptStatus.UNKNOWN
    shop.wait_until(noon(4, 1))
    _paid_once(shop, asha, noon(4, 1))
    # asked after 5 minutes, then 5 minutes, an hour, a day (25 h 10 min: out of reach) and a day
    assert asha.attempts[0].finished_at == NOON + 2 * DAY + HOUR + 10 * MINUTE


def test_a_crash_during_the_second_sending_is_unknown_too(shop: Shop, gateway: Unsteady) -> None:
    gateway.down_until, gateway.first_answer = NOON + MINUTE, PowerCut
    asha = shop.subscriber("tok_ok")
    shop.works(NOON)
    assert (asha.attempts[0].status, asha.attempts[0].maybe_sent) == ("sending", False)
    with pytest.raises(PowerCut):
        shop.works(NOON + 5 * MINUTE)
    assert (asha.attempts[0].status, asha.attempts[0].maybe_sent) == ("sending", True)
    shop.wait_until(noon(4, 1))
    _paid_once(shop, asha, noon(4, 1))


def test_a_gateway_that_does_not_replay_is_sent_nothing_twice(once_only: Shop) -> None:
    shop, gateway = once_only, once_only.gateway
    assert isinstance(gateway, NeverTwice)
    gateway.first_answer = PowerCut
    asha = shop.subscriber("tok_ok")
    with pytest.raises(PowerCut):
        shop.works(NOON)
    with gateway.book._pool.connection() as connection:  # its look-up is behind: it finds nothing
        connection.execute(
            "update fake_gateway.charges set merchant = 'later' where merchant = %s",
            [str(shop.tenant)],
        )
    shop.wait_until(noon(4, 1))
    assert gateway.calls == 1
    assert asha.attempts[0].status is AttemptStatus.UNKNOWN
    assert _waiting(shop) == [("attempt", "outcome_unknown")]


def test_what_certainly_never_left_is_sent_to_any_gateway(once_only: Shop) -> None:
    assert isinstance(once_only.gateway, NeverTwice)
    once_only.gateway.down_until = NOON + 4 * MINUTE
    asha = once_only.subscriber("tok_ok")
    once_only.wait_until(noon(4, 1))
    assert once_only.gateway.calls == 1
    _paid_once(once_only, asha, noon(4, 1))


def test_ten_are_opened_together_and_each_is_charged_once_after_a_crash(
    shop: Shop, gateway: Unsteady
) -> None:
    gateway.first_answer = PowerCut
    subscribers = [shop.subscriber("tok_ok") for _ in range(12)]
    with pytest.raises(PowerCut):
        shop.works(NOON)
    assert [len(one.attempts) for one in subscribers] == [1] * 10 + [0] * 2
    assert [one.captures(NOON) for one in subscribers] == [1] + [0] * 11
    shop.wait_until(noon(3, 20))
    assert [one.captures(noon(3, 20)) for one in subscribers] == [1] * 12
    assert [len(one.attempts) for one in subscribers] == [1] * 12
    assert {one.invoice.status for one in subscribers} == {"paid"}
    assert shop.balance("gateway_clearing") == 12 * (TOTAL - FEE)


def test_one_at_a_time_is_opened_where_a_second_sending_would_take_money(once_only: Shop) -> None:
    assert isinstance(once_only.gateway, NeverTwice)
    once_only.gateway.first_answer = PowerCut
    subscribers = [once_only.subscriber("tok_ok") for _ in range(3)]
    with pytest.raises(PowerCut):
        once_only.works(NOON)
    assert [len(one.attempts) for one in subscribers] == [1, 0, 0]


class Voiding(FakeGateway):
    """While the first is charged, somebody makes the second invoice void."""

    second: Subscriber | None = None

    def charge(self, request: ChargeRequest, *, at: datetime) -> Answer:
        if self.second is not None:
            self.second.is_voided(at)
            self.second = None
        return super().charge(request, at=at)


def test_what_is_void_before_its_turn_comes_is_not_sent(db: Database, urls: Urls) -> None:
    gateway = Voiding(urls.app)
    shop = Shop(db, gateway)
    asha, ravi = shop.subscriber("tok_ok"), shop.subscriber("tok_ok")
    gateway.second = ravi
    shop.wait_until(noon(3, 20))
    assert (asha.captures(noon(3, 20)), ravi.captures(noon(3, 20))) == (1, 0)
    assert (ravi.payment.status, ravi.attempts[0].decline_code) == ("canceled", "nothing_owed")
    assert ravi.refunds() == []
    gateway.close()


def test_no_transaction_is_opened_for_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        shop.subscriber("tok_ok")
    opened = 0
    truly = Database.transaction

    def counted(self: Database, tenant: UUID) -> object:
        nonlocal opened
        opened += 1
        return truly(self, tenant)

    monkeypatch.setattr(Database, "transaction", counted)
    command = CollectDuePayments(shop.tenant, NOON)
    assert collect_due_payments(command, db=shop.db, gateways=shop.gateways) == 3
    assert opened == 1 + 3 + 2  # one opens all, one records each, and two look again


def test_after_a_week_out_of_reach_a_person_looks(shop: Shop) -> None:
    asha = shop.subscriber("tok_never_reached")
    # each attempt takes 21 h 15 min, the next comes a day later: the fifth ends the eighth day
    end = NOON + 5 * timedelta(hours=21, minutes=15) + 4 * DAY
    shop.wait_until(end - MINUTE)
    assert (_waiting(shop), asha.payment.status) == ([], "processing")
    shop.wait_until(noon(6, 1))
    assert _waiting(shop) == [("payment", "gateway_not_reached")]
    payment = asha.payment
    assert (payment.status, payment.next_attempt_at, payment.decline_count) == (
        "scheduled",
        None,
        0,
    )
    assert asha.attempts[-1].finished_at == end
    assert (len(asha.attempts), asha.subscription.status) == (5, "active")
    [fact] = shop.told("payment.quarantined")
    assert (fact["payment_id"], fact["attempt_id"]) == (str(payment.id), None)
    assert shop.told("payment.failed") == []

    _released(shop, noon(6, 1))
    shop.wait_until(noon(6, 2))  # still out of reach: a last attempt, and it is set aside again
    assert (_waiting(shop), len(asha.attempts)) == ([("payment", "gateway_not_reached")], 6)

    shop.adds_method(asha.customer_id, "tok_ok", at=noon(6, 3))
    assert _waiting(shop) == []
    shop.wait_until(noon(6, 3))
    assert (asha.invoice.status, asha.captures(noon(6, 3))) == ("paid", 1)


def test_without_an_answer_about_the_earlier_attempt_there_is_no_new_one(
    shop: Shop, gateway: Unsteady
) -> None:
    """It failed, and was captured late; when the retry is due the look-up is out of reach."""
    shop.decides(retry_days=[2])
    asha = shop.subscriber("tok_late_success")
    shop.wait_until(NOON + DAY)
    with shop.db.transaction(shop.tenant) as uow:
        uow.connection.execute("update attempts set ask_at = ask_at + interval '2 hours'")
    gateway.down_until = NOON + 2 * DAY + 30 * MINUTE
    shop.works(NOON + 2 * DAY)
    assert asha.payment.next_attempt_at == NOON + 2 * DAY + HOUR
    shop.wait_until(noon(4, 1))
    _paid_once(shop, asha, noon(4, 1))
