"""Lost answers, crashes and races: whatever happens, the money is taken and booked once."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from psycopg.errors import UniqueViolation

from khata.adapters.gateways.fake import FakeGateway
from khata.core.payment import Answer, AttemptStatus, Outcome, SaidBy
from khata.core.refusal import NotFound
from khata.db.embedded.provision import Urls
from khata.db.stores.attempts import Attempts
from khata.db.transaction import Database
from khata.ports.gateway import AnswerLost, ChargeRequest
from khata.usecases.payments.collect_due_payments import (
    CollectDuePayments,
    collect_due_payments,
)
from khata.usecases.payments.record_result import RecordResult, record_result
from tests.db.shop import FEE, NOON, TOTAL, Shop, Subscriber, noon

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class PowerCut(BaseException):
    """The process dies here: nothing after this line runs."""


class Dying(FakeGateway):
    """Dies in the middle of its first call: before the charge arrives, or after it was made."""

    def __init__(self, url: str, *, after: bool) -> None:
        super().__init__(url)
        self._after, self._died = after, False

    def charge(self, request: ChargeRequest, *, at: datetime) -> Answer:
        if self._died:
            return super().charge(request, at=at)
        self._died = True
        if self._after:
            super().charge(request, at=at)
        raise PowerCut


class Mute(FakeGateway):
    """Takes the money and never says a word, until it is mended."""

    broken = True

    def charge(self, request: ChargeRequest, *, at: datetime) -> Answer:
        answer = super().charge(request, at=at)
        if self.broken:
            raise AnswerLost
        return answer

    def look_up(
        self, request: ChargeRequest, *, reference: str | None, at: datetime
    ) -> Answer | None:
        if self.broken:
            raise AnswerLost
        return super().look_up(request, reference=reference, at=at)


class DiesAsking(FakeGateway):
    """Dies the first time it is asked."""

    asked = 0

    def look_up(
        self, request: ChargeRequest, *, reference: str | None, at: datetime
    ) -> Answer | None:
        self.asked += 1
        if self.asked == 1:
            raise PowerCut
        return super().look_up(request, reference=reference, at=at)


class Buggy(FakeGateway):
    """Takes the money, then cannot read its own answer the first time."""

    def charge(self, request: ChargeRequest, *, at: datetime) -> Answer:
        super().charge(request, at=at)
        raise KeyError("status")


@pytest.fixture
def shop(db: Database, urls: Urls) -> Iterator[Shop]:
    gateway = FakeGateway(urls.app)
    yield Shop(db, gateway)
    gateway.close()


def _paid_once(shop: Shop, asha: Subscriber, at: datetime) -> None:
    assert asha.captures(at) == 1
    assert (asha.invoice.status, asha.payment.status) == ("paid", "succeeded")
    assert shop.balance("receivable") == 0
    assert shop.balance("gateway_clearing") == TOTAL - FEE
    assert shop.balance("gateway_fees") == FEE
    assert len(shop.told("payment.succeeded")) == len(shop.told("invoice.paid")) == 1


def test_an_answer_lost_after_capture_charges_once(shop: Shop) -> None:
    asha = shop.subscriber("tok_timeout")
    shop.works(NOON)
    [attempt] = asha.attempts
    assert (attempt.status, attempt.ask_at) == (AttemptStatus.UNKNOWN, NOON + 5 * MINUTE)
    assert (asha.payment.status, asha.payment.next_attempt_at) == ("processing", None)
    assert asha.subscription.status == "active"  # nothing has failed
    assert shop.told("payment.failed") == []

    shop.works(NOON + 5 * MINUTE - timedelta(seconds=1))
    assert asha.attempts[0].status is AttemptStatus.UNKNOWN  # nobody asks before the time

    shop.wait_until(noon(4, 1))
    _paid_once(shop, asha, noon(4, 1))
    assert asha.attempts[0].finished_at == NOON + 5 * MINUTE


def test_an_answer_lost_before_capture_is_sent_again_with_the_same_id(shop: Shop) -> None:
    asha = shop.subscriber("tok_timeout_before")
    shop.works(NOON)
    assert asha.captures(NOON) == 0
    shop.wait_until(noon(4, 1))
    _paid_once(shop, asha, noon(4, 1))
    assert len(asha.attempts) == 1


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "before the record"])
def test_a_crash_around_the_call_charges_once(db: Database, urls: Urls, after: bool) -> None:
    gateway = Dying(urls.app, after=after)
    shop = Shop(db, gateway)
    asha = shop.subscriber("tok_ok")
    with pytest.raises(PowerCut):
        shop.works(NOON)
    [attempt] = asha.attempts
    assert attempt.status is AttemptStatus.SENDING
    assert asha.captures(NOON) == int(after)

    assert shop.works(NOON) == 0  # an attempt is open: nobody starts another
    shop.wait_until(noon(4, 1))
    _paid_once(shop, asha, noon(4, 1))
    assert [one.id for one in asha.attempts] == [attempt.id]
    gateway.close()


def test_an_adapter_with_a_bug_is_an_unknown_outcome(db: Database, urls: Urls) -> None:
    gateway = Buggy(urls.app)
    shop = Shop(db, gateway)
    asha = shop.subscriber("tok_ok")
    shop.works(NOON)
    assert asha.attempts[0].status is AttemptStatus.UNKNOWN
    shop.wait_until(NOON + 5 * MINUTE)
    _paid_once(shop, asha, NOON + 5 * MINUTE)
    gateway.close()


def test_what_nobody_knows_waits_for_a_person(db: Database, urls: Urls) -> None:
    gateway = Mute(urls.app)
    shop = Shop(db, gateway)
    asha = shop.subscriber("tok_ok")
    shop.wait_until(noon(4, 30))
    [attempt] = asha.attempts
    assert (attempt.status, attempt.asks, attempt.ask_at) == (AttemptStatus.UNKNOWN, 7, None)
    assert shop.parked() == [("attempt", "outcome_unknown")]
    assert len(shop.told("payment.quarantined")) == 1
    assert (asha.payment.status, asha.invoice.status) == ("processing", "open")
    assert asha.subscription.status == "active"

    gateway.broken = False
    with db.transaction(shop.tenant) as uow:
        Attempts(uow.connection).ask_again(attempt.id, noon(5, 1))
    shop.wait_until(noon(5, 1))
    _paid_once(shop, asha, noon(5, 1))
    gateway.close()


def test_a_crash_at_the_last_ask_is_asked_once_more(db: Database, urls: Urls) -> None:
    gateway = DiesAsking(urls.app)
    shop = Shop(db, gateway)
    asha = shop.subscriber("tok_timeout")
    shop.works(NOON)
    with db.transaction(shop.tenant) as uow:
        uow.connection.execute("update attempts set asks = 6")
    with pytest.raises(PowerCut):
        shop.works(NOON + 5 * MINUTE)
    [attempt] = asha.attempts
    assert (attempt.asks, attempt.ask_at) == (7, NOON + 10 * MINUTE)
    shop.wait_until(NOON + 10 * MINUTE)
    _paid_once(shop, asha, NOON + 10 * MINUTE)
    gateway.close()


def test_pending_is_asked_about_and_paid(shop: Shop) -> None:
    asha = shop.subscriber("tok_pending")
    shop.works(NOON)
    assert asha.attempts[0].status is AttemptStatus.PENDING
    assert (asha.payment.status, asha.subscription.status) == ("processing", "active")
    shop.wait_until(NOON + HOUR)
    _paid_once(shop, asha, NOON + HOUR)


def test_pending_that_fails_starts_the_retries_when_it_failed(shop: Shop) -> None:
    asha = shop.subscriber("tok_pending_fails")
    shop.works(NOON)
    shop.wait_until(NOON + HOUR)
    assert asha.payment.next_attempt_at == NOON + HOUR + DAY
    assert (asha.payment.decline_count, asha.subscription.status) == (1, "past_due")


def test_an_invoice_that_is_void_is_not_sent_again(db: Database, urls: Urls) -> None:
    """The last look: between the crash and the second sending the invoice went away."""
    gateway = Dying(urls.app, after=False)
    shop = Shop(db, gateway)
    asha = shop.subscriber("tok_ok")
    with pytest.raises(PowerCut):
        shop.works(NOON)
    asha.is_voided(NOON + MINUTE)
    shop.wait_until(noon(4, 1))
    assert asha.captures(noon(4, 1)) == 0
    assert (asha.payment.status, asha.attempts[0].status) == ("canceled", "failed")
    assert shop.told("payment.failed") == []
    assert asha.subscription.status == "active"
    gateway.close()


def test_two_collectors_at_once_take_each_invoice_once(shop: Shop) -> None:
    subscribers = [shop.subscriber("tok_ok") for _ in range(12)]
    start = threading.Barrier(4)

    def collect(_: int) -> int:
        start.wait()
        return collect_due_payments(
            CollectDuePayments(shop.tenant, NOON), db=shop.db, gateways=shop.gateways
        )

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(collect, range(4))) == 12
    assert [one.captures(NOON) for one in subscribers] == [1] * 12
    assert [len(one.attempts) for one in subscribers] == [1] * 12
    assert shop.balance("receivable") == 0
    assert shop.balance("gateway_fees") == 12 * FEE


def test_the_same_result_from_many_sides_at_once_is_booked_once(shop: Shop) -> None:
    asha = shop.subscriber("tok_timeout")
    shop.works(NOON)
    [attempt] = asha.attempts
    paid = Answer(Outcome.SUCCEEDED, "ref", fee=FEE)
    command = RecordResult(shop.tenant, attempt.id, paid, NOON, SaidBy.WEBHOOK)
    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(lambda _: record_result(command, db=shop.db), range(8)))
    assert {result.status for result in results} == {AttemptStatus.SUCCEEDED}
    _paid_once(shop, asha, NOON)


def test_news_that_is_old_changes_nothing(shop: Shop) -> None:
    asha = shop.subscriber("tok_ok")
    shop.works(NOON)
    [paid] = asha.attempts
    for outcome in (Outcome.FAILED, Outcome.PENDING, Outcome.UNKNOWN):
        command = RecordResult(shop.tenant, paid.id, Answer(outcome), NOON + DAY, SaidBy.WEBHOOK)
        assert record_result(command, db=shop.db) == paid
    _paid_once(shop, asha, NOON)


def test_one_open_attempt_is_the_databases_rule(shop: Shop) -> None:
    asha = shop.subscriber("tok_pending")
    shop.works(NOON)
    with (
        pytest.raises(UniqueViolation, match="attempts_open"),
        shop.db.transaction(shop.tenant) as uow,
    ):
        uow.connection.execute(
            "insert into attempts (id, payment_id, invoice_id, gateway, token, amount, currency, "
            "number, status, created_at) select %s, payment_id, invoice_id, gateway, token, "
            "amount, currency, 2, 'sending', created_at from attempts where id = %s",
            [uuid4(), asha.attempts[0].id],
        )


def test_another_tenants_attempt_is_not_there(shop: Shop, urls: Urls) -> None:
    asha = shop.subscriber("tok_pending")
    shop.works(NOON)
    stranger = Shop(shop.db, shop.gateway)
    command = RecordResult(
        stranger.tenant,
        asha.attempts[0].id,
        Answer(Outcome.SUCCEEDED, "ref"),
        NOON,
        SaidBy.WEBHOOK,
    )
    with pytest.raises(NotFound):
        record_result(command, db=shop.db)
    assert asha.attempts[0].status is AttemptStatus.PENDING
