"""One bad payment: it is set aside with its reason, and the others of the tenant go on."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from khata.adapters.gateways.fake import FakeGateway
from khata.core.ledger.booking import refund_made as truly_booked
from khata.core.payment import AttemptStatus, Payment
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.usecases.payments import record_refund, record_result, take_due_payments
from khata.usecases.payments.open_attempts import Step
from khata.usecases.payments.open_attempts import open_attempts as truly_open
from khata.usecases.payments.receive_money import receive_money as truly_receive
from khata.usecases.tenants.release_parked import ReleaseParked, release_parked
from tests.db.shop import NOON, Shop, Subscriber, noon

MINUTE = timedelta(minutes=1)


@pytest.fixture
def shop(db: Database, urls: Urls) -> Iterator[Shop]:
    gateway = FakeGateway(urls.app)
    yield Shop(db, gateway)
    gateway.close()


def _parked(shop: Shop) -> list[tuple[UUID, str, UUID, str, str]]:
    with shop.db.transaction(shop.tenant) as uow:
        return [
            (row[0], row[1], row[2], row[3], row[4])
            for row in uow.connection.execute(
                "select id, kind, subject_id, code, reason from parked where released_at is null"
            )
        ]


def _breaks_opening(culprit: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    def open_attempts(uow: Any, payments: Sequence[Payment], **how: Any) -> list[Step]:
        if any(payment.customer_id == culprit for payment in payments):
            raise ZeroDivisionError("a fault of ours")
        return truly_open(uow, payments, **how)

    monkeypatch.setattr(take_due_payments, "open_attempts", open_attempts)


def _breaks_recording(culprit: Subscriber, monkeypatch: pytest.MonkeyPatch) -> None:
    def receive_money(uow: Any, owed: Any, payment: Payment, *rest: Any, at: datetime) -> None:
        if payment.customer_id == culprit.customer_id:
            raise KeyError("a fault of ours")
        truly_receive(uow, owed, payment, *rest, at=at)

    monkeypatch.setattr(record_result, "receive_money", receive_money)


def test_a_payment_that_cannot_be_opened_stops_nobody(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribers = [shop.subscriber("tok_ok") for _ in range(5)]
    culprit = subscribers[2]
    _breaks_opening(culprit.customer_id, monkeypatch)
    shop.wait_until(noon(3, 20))
    assert [one.invoice.status for one in subscribers] == ["paid", "paid", "open", "paid", "paid"]
    [(id, kind, subject, code, reason)] = _parked(shop)
    assert (kind, subject, code) == ("payment", culprit.payment.id, "collecting_failed")
    assert reason == "An unforeseen ZeroDivisionError; the operator's log has the rest"
    assert (culprit.payment.status, culprit.payment.next_attempt_at) == ("scheduled", None)

    monkeypatch.undo()
    release_parked(ReleaseParked(shop.tenant, id, noon(3, 21)), db=shop.db)
    shop.wait_until(noon(3, 21))
    assert (culprit.invoice.status, culprit.captures(noon(3, 21))) == ("paid", 1)


def test_an_answer_that_cannot_be_recorded_is_asked_for_again_when_somebody_has_looked(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    asha, ravi = shop.subscriber("tok_ok"), shop.subscriber("tok_ok")
    _breaks_recording(asha, monkeypatch)
    shop.wait_until(noon(3, 20))
    assert (asha.invoice.status, ravi.invoice.status) == ("open", "paid")
    [attempt] = asha.attempts
    assert (attempt.status, attempt.ask_at) == (AttemptStatus.SENDING, None)
    [(id, kind, subject, code, _)] = _parked(shop)
    assert (kind, subject, code) == ("attempt", attempt.id, "collecting_failed")

    monkeypatch.undo()
    release_parked(ReleaseParked(shop.tenant, id, noon(3, 21)), db=shop.db)
    shop.wait_until(noon(3, 21))
    assert (asha.invoice.status, asha.captures(noon(3, 21))) == ("paid", 1)


def test_news_that_cannot_be_recorded_stops_no_other_question(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    asha, ravi = shop.subscriber("tok_pending"), shop.subscriber("tok_pending")
    shop.works(NOON)
    _breaks_recording(asha, monkeypatch)
    shop.wait_until(noon(3, 20))
    assert (asha.invoice.status, ravi.invoice.status) == ("open", "paid")
    [(_, kind, subject, code, _)] = _parked(shop)
    assert (kind, subject, code) == ("attempt", asha.attempts[0].id, "recording_failed")
    assert asha.attempts[0].ask_at is None


def test_a_refund_that_cannot_be_recorded_stops_no_other(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    asha, ravi = shop.subscriber("tok_pending"), shop.subscriber("tok_pending")
    shop.works(NOON)
    for one in (asha, ravi):
        one.is_voided(NOON + MINUTE)

    seen: list[UUID] = []

    def refund_made(**facts: Any) -> Any:
        seen.append(facts["refund_id"])
        if facts["refund_id"] == seen[0]:
            raise KeyError("a fault of ours")
        return truly_booked(**facts)

    monkeypatch.setattr(record_refund, "refund_made", refund_made)
    shop.wait_until(noon(3, 20))
    given_back = sorted([*asha.refunds(), *ravi.refunds()])
    assert given_back == [("sending", 118_000), ("succeeded", 118_000)]
    [(id, kind, _, code, _)] = _parked(shop)
    assert (kind, code) == ("refund", "recording_failed")

    monkeypatch.undo()
    release_parked(ReleaseParked(shop.tenant, id, noon(3, 21)), db=shop.db)
    shop.wait_until(noon(3, 21))
    assert [*asha.refunds(), *ravi.refunds()] == [("succeeded", 118_000)] * 2
    assert shop.balance("customer_credit") == 0


def test_many_bad_ones_among_many(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    subscribers = [shop.subscriber("tok_ok") for _ in range(23)]
    bad = {one.customer_id for one in subscribers[::5]}

    def open_attempts(uow: Any, payments: Sequence[Payment], **how: Any) -> list[Step]:
        if any(payment.customer_id in bad for payment in payments):
            raise ZeroDivisionError
        return truly_open(uow, payments, **how)

    monkeypatch.setattr(take_due_payments, "open_attempts", open_attempts)
    shop.wait_until(noon(3, 20))
    unpaid = {one.customer_id for one in subscribers if one.invoice.status == "open"}
    assert unpaid == bad
    assert len(_parked(shop)) == len(bad) == 5
    assert [one.captures(noon(3, 20)) for one in subscribers].count(1) == 18
