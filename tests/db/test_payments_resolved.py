"""A person says what became of an attempt, and every change says who told it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from khata.adapters.gateways.fake import FakeGateway
from khata.core.ids import new_id
from khata.core.payment import Answer, Attempt, AttemptStatus, Outcome, SaidBy
from khata.core.refusal import NotFound
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.ports.gateway import AnswerLost, ChargeRequest
from khata.usecases.payments.mark_paid import MarkPaid, Method, mark_paid
from khata.usecases.payments.record_result import RecordResult, record_result
from khata.usecases.payments.resolve_attempt import (
    AttemptResolved,
    FeeTooHigh,
    ReferenceMissing,
    ReferenceUsed,
    ResolveAttempt,
    resolve_attempt,
)
from khata.usecases.subscriptions.cancel_subscription import (
    CancelSubscription,
    When,
    cancel_subscription,
)
from tests.db.shop import FEE, NOON, TOTAL, Shop, Subscriber, noon

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Mute(FakeGateway):
    """Takes the money and never says a word."""

    def charge(self, request: ChargeRequest, *, at: datetime) -> Answer:
        super().charge(request, at=at)
        raise AnswerLost

    def look_up(
        self, request: ChargeRequest, *, reference: str | None, at: datetime
    ) -> Answer | None:
        raise AnswerLost


@pytest.fixture
def shop(db: Database, urls: Urls) -> Iterator[Shop]:
    gateway = FakeGateway(urls.app)
    yield Shop(db, gateway)
    gateway.close()


@pytest.fixture
def silent(db: Database, urls: Urls) -> Iterator[Shop]:
    gateway = Mute(urls.app)
    yield Shop(db, gateway)
    gateway.close()


def _waiting(shop: Shop) -> list[str]:
    with shop.db.transaction(shop.tenant) as uow:
        rows = uow.connection.execute("select kind from parked where released_at is null")
        return [row[0] for row in rows]


def _moves(shop: Shop, attempt: Attempt) -> list[tuple[str | None, str, str]]:
    with shop.db.transaction(shop.tenant) as uow:
        rows = uow.connection.execute(
            "select from_status, to_status, said_by from attempt_moves "
            "where attempt_id = %s order by id",
            [attempt.id],
        )
        return [(row[0], row[1], row[2]) for row in rows]


def _resolves(
    shop: Shop, attempt: Attempt, reference: str | None = "ref-1", *, succeeded: bool = True
) -> Attempt:
    command = ResolveAttempt(
        shop.tenant, attempt.payment_id, attempt.id, noon(4, 1), succeeded, reference, FEE
    )
    return resolve_attempt(command, db=shop.db)


def _parked_as_unknown(silent: Shop) -> Subscriber:
    asha = silent.subscriber("tok_ok")
    silent.wait_until(noon(3, 30))
    assert _waiting(silent) == ["attempt"]
    return asha


def test_a_person_says_that_the_money_was_taken(silent: Shop) -> None:
    asha = _parked_as_unknown(silent)
    resolved = _resolves(silent, asha.attempts[0])
    assert (resolved.status, resolved.gateway_reference, resolved.fee) == (
        "succeeded",
        "ref-1",
        FEE,
    )
    assert (asha.invoice.status, asha.payment.status) == ("paid", "succeeded")
    assert silent.balance("gateway_clearing") == TOTAL - FEE
    assert _waiting(silent) == []
    assert _moves(silent, resolved) == [
        ("sending", "unknown", "sync"),
        ("unknown", "succeeded", "human"),
    ]
    with pytest.raises(AttemptResolved):
        _resolves(silent, resolved)


def test_a_person_says_that_it_was_not(silent: Shop) -> None:
    asha = _parked_as_unknown(silent)
    _resolves(silent, asha.attempts[0], None, succeeded=False)
    assert (asha.payment.status, asha.payment.decline_count) == ("scheduled", 1)
    assert asha.payment.next_attempt_at == noon(4, 2)  # the first retry, a day later
    assert _waiting(silent) == []
    late = _resolves(silent, asha.attempts[0])  # and then finds it all the same
    assert (late.status, asha.invoice.status) == (AttemptStatus.SUCCEEDED, "paid")
    [fact] = silent.told("payment.late_success")
    assert (fact["attempt_id"], fact["amount"]) == (str(late.id), TOTAL)


def test_it_may_be_resolved_after_the_invoice_was_paid_in_another_way(silent: Shop) -> None:
    asha = _parked_as_unknown(silent)
    [attempt] = asha.attempts
    transfer = MarkPaid(
        silent.tenant, new_id(NOON), noon(3, 30), asha.invoice_id, Method.BANK_TRANSFER, "UTR1"
    )
    mark_paid(transfer, db=silent.db)
    assert _waiting(silent) == ["attempt"]  # whether the card paid too, nobody knows yet
    _resolves(silent, attempt)
    assert _waiting(silent) == []
    assert asha.refunds() == [("sending", TOTAL)]  # what came twice goes back
    assert silent.balance("customer_credit") == -TOTAL


def test_it_may_be_resolved_after_the_subscription_was_canceled(silent: Shop) -> None:
    asha = _parked_as_unknown(silent)
    command = CancelSubscription(silent.tenant, asha.subscription_id, noon(3, 30), When.NOW)
    cancel_subscription(command, tools=silent.tools, db=silent.db)
    _resolves(silent, asha.attempts[0], None, succeeded=False)
    assert (asha.payment.status, asha.payment.next_attempt_at) == ("canceled", None)
    assert (_waiting(silent), asha.invoice.status) == ([], "open")


@pytest.mark.parametrize("succeeded", [True, False])
def test_whatever_tells_the_end_nobody_has_to_look_any_more(silent: Shop, succeeded: bool) -> None:
    asha = _parked_as_unknown(silent)
    answer = Answer(Outcome.SUCCEEDED if succeeded else Outcome.FAILED, "ref-9")
    told = RecordResult(silent.tenant, asha.attempts[0].id, answer, noon(4, 1), SaidBy.WEBHOOK)
    record_result(told, db=silent.db)
    assert _waiting(silent) == []


def test_what_cannot_be_said_of_an_attempt(silent: Shop) -> None:
    asha, ravi = silent.subscriber("tok_ok"), silent.subscriber("tok_ok")
    silent.works(NOON)
    [attempt], [other] = asha.attempts, ravi.attempts
    _resolves(silent, other, "ref-7")
    with pytest.raises(ReferenceMissing):
        _resolves(silent, attempt, None)
    with pytest.raises(ReferenceUsed):
        _resolves(silent, attempt, "ref-7")
    greedy = ResolveAttempt(
        silent.tenant, attempt.payment_id, attempt.id, NOON, True, "ref-8", fee=TOTAL + 1
    )
    with pytest.raises(FeeTooHigh):
        resolve_attempt(greedy, db=silent.db)
    for payment_id, attempt_id in ((attempt.payment_id, other.id), (attempt.payment_id, uuid4())):
        command = ResolveAttempt(silent.tenant, payment_id, attempt_id, NOON, False)
        with pytest.raises(NotFound) as refused:
            resolve_attempt(command, db=silent.db)
        assert refused.value.param == "attempt"
    assert asha.attempts[0].status is AttemptStatus.UNKNOWN


def test_each_change_says_who_told_it(shop: Shop) -> None:
    paid, pending = shop.subscriber("tok_ok"), shop.subscriber("tok_pending")
    late = shop.subscriber("tok_late_success")
    shop.works(NOON)
    shop.wait_until(NOON + 2 * DAY + HOUR)
    by_hand = shop.subscriber(None)
    mark_paid(
        MarkPaid(shop.tenant, new_id(NOON), NOON, by_hand.invoice_id, Method.CASH, "counter"),
        db=shop.db,
    )
    assert _moves(shop, paid.attempts[0]) == [("sending", "succeeded", "sync")]
    assert _moves(shop, pending.attempts[0]) == [
        ("sending", "pending", "sync"),
        ("pending", "succeeded", "sweep"),
    ]
    assert _moves(shop, late.attempts[0]) == [
        ("sending", "failed", "sync"),
        ("failed", "succeeded", "sweep"),
    ]
    assert _moves(shop, by_hand.attempts[0]) == [(None, "succeeded", "human")]
    [fact] = shop.told("payment.late_success")
    assert fact["attempt_id"] == str(late.attempts[0].id)


@pytest.mark.parametrize(
    "statement", ["update attempt_moves set said_by = 'human'", "delete from attempt_moves"]
)
def test_what_was_told_stays_told(shop: Shop, statement: str) -> None:
    shop.subscriber("tok_ok")
    shop.works(NOON)
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        shop.db.transaction(shop.tenant) as uow,
    ):
        uow.connection.execute(statement.encode())
