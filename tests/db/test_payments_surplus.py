"""Money that comes late, twice or for nothing: it pays what is owed, or it goes back."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from khata.adapters.gateways.fake import FakeGateway
from khata.core.dunning import DeclineClass
from khata.core.ids import new_id
from khata.core.payment import Answer, Outcome
from khata.db.embedded.provision import Urls
from khata.db.stores.refunds import Refunds
from khata.db.transaction import Database
from khata.ports.gateway import AnswerLost, NotReached, RefundRequest
from khata.usecases.payments.mark_paid import MarkPaid, Method, mark_paid
from khata.usecases.payments.refund_again import refund_again
from khata.usecases.tenants.release_parked import ReleaseParked, release_parked
from tests.db.shop import FEE, NOON, TOTAL, Shop, Subscriber, noon

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def shop(db: Database, urls: Urls) -> Iterator[Shop]:
    gateway = FakeGateway(urls.app)
    yield Shop(db, gateway)
    gateway.close()


def _given_back(shop: Shop, asha: Subscriber, captures: int) -> None:
    """All but one capture went back; each kept its fee, and we owe the customer nothing."""
    assert asha.refunds() == [("succeeded", TOTAL)]
    assert shop.balance("customer_credit") == 0
    assert shop.balance("gateway_fees") == captures * FEE
    merchant = str(shop.tenant)
    returned = [shop.gateway.book.refunded(merchant, one.id) for one in asha.attempts]
    assert sum(returned) == TOTAL
    assert len(shop.told("refund.succeeded")) == 1


def test_a_late_success_pays_and_stops_the_retries(shop: Shop) -> None:
    shop.decides(retry_days=[5])
    asha = shop.subscriber("tok_late_success")
    shop.wait_until(NOON + DAY)
    assert (asha.payment.status, asha.subscription.status) == ("scheduled", "past_due")
    shop.wait_until(noon(4, 1))
    [attempt] = asha.attempts
    assert (attempt.status, attempt.finished_at) == ("succeeded", NOON + 2 * DAY)
    assert (asha.invoice.status, asha.payment.status) == ("paid", "succeeded")
    assert asha.subscription.status == "active"
    assert (shop.balance("receivable"), asha.refunds()) == (0, [])


def test_a_retry_asks_about_the_failure_before_it_charges_again(shop: Shop) -> None:
    """The retry falls due at the very instant the first try turns out paid: one capture."""
    shop.decides(retry_days=[2])
    asha = shop.subscriber("tok_late_success")
    shop.wait_until(noon(4, 1))
    assert (len(asha.attempts), asha.captures(noon(4, 1))) == (1, 1)
    assert (asha.invoice.status, asha.refunds()) == ("paid", [])


def test_a_late_success_after_the_retry_was_paid_goes_back(shop: Shop) -> None:
    asha = shop.subscriber("tok_late_success")
    shop.works(NOON)
    shop.adds_method(asha.customer_id, "tok_ok", at=NOON + HOUR)
    shop.wait_until(NOON + HOUR)
    assert asha.invoice.status == "paid"

    shop.wait_until(noon(4, 1))
    assert asha.captures(noon(4, 1)) == 2
    _given_back(shop, asha, captures=2)
    assert (asha.payment.status, asha.invoice.amount_paid) == ("succeeded", TOTAL)
    assert shop.balance("receivable") == 0
    assert shop.balance("gateway_clearing") == TOTAL - 2 * FEE
    assert len(shop.told("payment.succeeded")) == 1


def test_a_retry_that_fails_after_the_late_success_changes_nothing(shop: Shop) -> None:
    asha = shop.subscriber("tok_late_success")
    shop.works(NOON)
    at = NOON + 2 * DAY - MINUTE  # pending when the first try turns out paid, failed later
    shop.adds_method(asha.customer_id, "tok_pending_fails", at=at)
    shop.wait_until(noon(4, 1))
    assert [one.status for one in asha.attempts] == ["succeeded", "failed"]
    assert (asha.payment.status, asha.invoice.status) == ("succeeded", "paid")
    assert (asha.subscription.status, asha.refunds()) == ("active", [])


def test_a_success_after_the_invoice_was_void_goes_back(shop: Shop) -> None:
    asha = shop.subscriber("tok_pending")
    shop.works(NOON)
    asha.is_voided(NOON + MINUTE)
    shop.wait_until(noon(4, 1))
    _given_back(shop, asha, captures=1)
    assert (asha.invoice.status, asha.payment.status) == ("void", "canceled")
    assert shop.told("payment.succeeded") == []


def test_a_success_after_a_bank_transfer_goes_back(shop: Shop) -> None:
    asha = shop.subscriber("tok_pending")
    shop.works(NOON)
    command = MarkPaid(
        shop.tenant, new_id(NOON), NOON, asha.invoice_id, Method.BANK_TRANSFER, "UTR1"
    )
    mark_paid(command, db=shop.db)
    assert (asha.invoice.status, shop.balance("bank")) == ("paid", TOTAL)
    shop.wait_until(noon(4, 1))
    assert asha.refunds() == [("succeeded", TOTAL)]
    assert (shop.balance("customer_credit"), shop.balance("receivable")) == (0, 0)
    assert shop.balance("gateway_clearing") == -FEE


def test_a_debt_written_off_can_be_paid_after_all(shop: Shop) -> None:
    shop.decides(retry_days=[], write_off_when_given_up=True)
    asha = shop.subscriber("tok_late_success")
    shop.wait_until(NOON + HOUR)
    assert asha.invoice.status == "uncollectible"
    # on its first day nothing was delivered: only the tax is lost
    assert (shop.balance("bad_debt"), shop.balance("deferred_revenue")) == (18_000, 0)
    assert asha.subscription.status == "unpaid"

    shop.wait_until(noon(4, 1))
    assert (asha.invoice.status, shop.balance("bad_debt")) == ("paid", 0)
    assert shop.balance("deferred_revenue") == -100_000
    assert shop.balance("receivable") == 0
    assert shop.balance("gateway_clearing") == TOTAL - FEE
    assert (asha.refunds(), asha.subscription.status) == ([], "active")


class LosesRefunds(FakeGateway):
    """The first refund is made and its answer lost, the second time it cannot be reached."""

    calls = 0

    def refund(self, request: RefundRequest, *, at: datetime) -> Answer:
        self.calls += 1
        if self.calls == 1:
            raise NotReached
        super().refund(request, at=at)
        raise AnswerLost


def test_a_refund_whose_answer_is_lost_is_made_once(db: Database, urls: Urls) -> None:
    gateway = LosesRefunds(urls.app)
    shop = Shop(db, gateway)
    asha = shop.subscriber("tok_pending")
    shop.works(NOON)
    asha.is_voided(NOON + MINUTE)
    shop.wait_until(noon(4, 1))
    assert gateway.calls == 2
    _given_back(shop, asha, captures=1)
    gateway.close()


class RefusesRefunds(FakeGateway):
    """Gives nothing back while its account is frozen; the same id gets the same answer."""

    frozen = True

    def refund(self, request: RefundRequest, *, at: datetime) -> Answer:
        if not self.frozen:
            return super().refund(request, at=at)
        return Answer(
            Outcome.FAILED, decline_class=DeclineClass.CONFIG, decline_code="account_frozen"
        )


def test_a_refund_that_is_refused_stays_a_credit_and_is_looked_at(db: Database, urls: Urls) -> None:
    gateway = RefusesRefunds(urls.app)
    shop = Shop(db, gateway)
    asha = shop.subscriber("tok_pending")
    shop.works(NOON)
    asha.is_voided(NOON + MINUTE)
    shop.wait_until(noon(4, 1))
    assert asha.refunds() == [("failed", TOTAL)]
    assert shop.balance("customer_credit") == -TOTAL
    assert shop.parked() == [("refund", "account_frozen")]

    _released(shop, noon(4, 2))  # before anything was mended: it is refused again
    shop.wait_until(noon(4, 2))
    assert asha.refunds() == [("failed", TOTAL), ("failed", TOTAL)]
    assert shop.balance("customer_credit") == -TOTAL

    gateway.frozen = False
    _released(shop, noon(4, 3))
    shop.wait_until(noon(4, 3))
    assert asha.refunds() == [("failed", TOTAL), ("failed", TOTAL), ("succeeded", TOTAL)]
    assert shop.balance("customer_credit") == 0
    assert shop.gateway.book.refunded(str(shop.tenant), asha.attempts[0].id) == TOTAL
    gateway.close()


def _released(shop: Shop, at: datetime) -> None:
    with shop.db.transaction(shop.tenant) as uow:
        [(id,)] = uow.connection.execute("select id from parked where released_at is null")
    release_parked(ReleaseParked(shop.tenant, id, at), db=shop.db)


def test_what_was_given_back_is_not_given_back_by_an_old_refusal(db: Database, urls: Urls) -> None:
    gateway = RefusesRefunds(urls.app)
    shop = Shop(db, gateway)
    asha = shop.subscriber("tok_pending")
    shop.works(NOON)
    asha.is_voided(NOON + MINUTE)
    shop.wait_until(noon(4, 1))
    gateway.frozen = False
    with shop.db.transaction(shop.tenant) as uow:
        [refused] = Refunds(uow.connection).of_invoice(asha.invoice_id)
    for day in (2, 3):  # twice: somebody presses it again later
        with shop.db.transaction(shop.tenant) as uow:
            refund_again(uow, refused.id, at=noon(4, day))
        shop.wait_until(noon(4, day))
    assert asha.refunds() == [("failed", TOTAL), ("succeeded", TOTAL)]
    assert shop.balance("customer_credit") == 0
    gateway.close()


class SilentAboutRefunds(FakeGateway):
    def refund(self, request: RefundRequest, *, at: datetime) -> Answer:
        raise NotReached


def test_a_refund_nobody_answers_is_looked_at_after_twelve_tries(db: Database, urls: Urls) -> None:
    gateway = SilentAboutRefunds(urls.app)
    shop = Shop(db, gateway)
    asha = shop.subscriber("tok_pending")
    shop.works(NOON)
    asha.is_voided(NOON + MINUTE)
    shop.wait_until(noon(12, 1))
    assert asha.refunds() == [("sending", TOTAL)]
    assert shop.parked() == [("refund", "outcome_unknown")]
    gateway.close()
