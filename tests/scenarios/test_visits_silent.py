"""Stories of a gateway that never tells what was paid at its page, or tells it much too late."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from khata.adapters.gateways.fake import FakeGateway
from khata.core.visit import VisitStatus
from khata.ports.gateway import AnswerLost, NotReached
from khata.ports.gateway_visits import VisitRequest, VisitState
from khata.ports.gateways import WithoutAccounts
from khata.usecases.payments.pay_invoice import PaymentInProgress
from tests.scenarios.february import declined_in_february
from tests.scenarios.payer import Payer
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, at, inr

OPEN, DONE, EXPIRED = VisitStatus.OPEN, VisitStatus.DONE, VisitStatus.EXPIRED
PayerOf = Callable[[Shop], Payer]


@pytest.fixture
def payer_of(fake_gateway: FakeGateway) -> PayerOf:
    return lambda shop: Payer(shop, fake_gateway.payer)


class FallsSilent(FakeGateway):
    """Opens pages and charges, and says nothing any more of what was paid at a page."""

    def __init__(self, fake: FakeGateway, silence: type[Exception]) -> None:
        self.book, self.payer = fake.book, fake.payer
        self.silence: type[Exception] | None = silence

    def visit_state(
        self, request: VisitRequest, *, reference: str | None, at: datetime
    ) -> VisitState | None:
        self._says_nothing()
        return super().visit_state(request, reference=reference, at=at)

    def finish_visit(self, request: VisitRequest, *, reference: str, at: datetime) -> VisitState:
        self._says_nothing()
        return super().finish_visit(request, reference=reference, at=at)

    def close_visit(self, request: VisitRequest, *, reference: str, at: datetime) -> VisitState:
        self._says_nothing()
        return super().close_visit(request, reference=reference, at=at)

    def _says_nothing(self) -> None:
        if self.silence is not None:
            raise self.silence


def _silent(world: World, fake: FakeGateway, silence: type[Exception] = AnswerLost) -> FallsSilent:
    silent = FallsSilent(fake, silence)
    world.engine = replace(world.engine, gateways=WithoutAccounts({"fake": silent}))
    return silent


@pytest.mark.parametrize("silence", [AnswerLost, NotReached])
def test_a_gateway_that_never_tells_holds_up_collecting_for_five_days(
    world: World, payer_of: PayerOf, fake_gateway: FakeGateway, silence: type[Exception]
) -> None:
    """The page of 23:50 is over at 00:50; the retry of the 11th waits until the 16th."""
    shop, ravi, pro = declined_in_february(world)
    _silent(world, fake_gateway, silence)
    ravi.card.will_be_accepted()
    world.wait_until(at("2025-02-10", "23:50"))
    payer = payer_of(shop)
    visit = payer.goes_to_pay(ravi.latest_invoice)
    world.wait_until(at("2025-02-16", "00:49"))
    assert ravi.latest_invoice.captures == []
    assert payer.visit(visit.id).status is OPEN
    with pytest.raises(PaymentInProgress):
        ravi.pays(ravi.latest_invoice)

    world.wait_until(at("2025-02-16", "02:00"))  # it asks hourly whether it may
    assert ravi.latest_invoice.captures == [118_000]
    assert (payer.visit(visit.id).status, pro.status) == (EXPIRED, "active")
    world.wait_until("2025-03-25")
    assert payer.visit(visit.id).ask_at is None  # and nobody is asked for ever
    assert shop.parked == []


class NeverCloses(FakeGateway):
    """Answers, and its pages stay open for ever, whatever it is told."""

    def __init__(self, fake: FakeGateway) -> None:
        self.book, self.payer = fake.book, fake.payer

    def close_visit(self, request: VisitRequest, *, reference: str, at: datetime) -> VisitState:
        return VisitState(OPEN)


def test_a_page_that_cannot_be_closed_does_not_hold_up_collecting_for_ever(
    world: World, payer_of: PayerOf, fake_gateway: FakeGateway
) -> None:
    shop, ravi, pro = declined_in_february(world)
    gateways = WithoutAccounts({"fake": NeverCloses(fake_gateway)})
    world.engine = replace(world.engine, gateways=gateways)
    ravi.card.will_be_accepted()
    world.wait_until(at("2025-02-10", "23:50"))
    payer = payer_of(shop)
    visit = payer.goes_to_pay(ravi.latest_invoice)
    world.wait_until(at("2025-02-16", "00:49"))
    assert ravi.latest_invoice.captures == []
    world.wait_until(at("2025-02-16", "02:00"))
    assert ravi.latest_invoice.captures == [118_000]
    assert (payer.visit(visit.id).status, pro.status) == (EXPIRED, "active")


def test_another_page_can_be_opened_when_one_was_silent_for_too_long(
    world: World, payer_of: PayerOf, fake_gateway: FakeGateway
) -> None:
    shop, ravi, _ = declined_in_february(world)
    silent = _silent(world, fake_gateway)
    payer = payer_of(shop)
    first = payer.goes_to_pay(ravi.latest_invoice)
    world.wait_until("2025-02-15")
    with pytest.raises(PaymentInProgress):
        payer.goes_to_pay(ravi.latest_invoice)
    world.wait_until("2025-02-17")
    second = payer.goes_to_pay(ravi.latest_invoice)
    assert second.id != first.id
    assert payer.agrees(second)
    silent.silence = None
    assert payer.comes_back(second).status is DONE
    assert ravi.latest_invoice.captures == [118_000]


@pytest.mark.parametrize("is_charged", [True, False])
def test_what_a_silent_gateway_tells_too_late_is_not_lost(
    world: World, payer_of: PayerOf, fake_gateway: FakeGateway, is_charged: bool
) -> None:
    """Ravi paid at the page; we heard of it on the 20th, after his card was charged, or was not."""
    shop, ravi, pro = declined_in_february(world)
    silent = _silent(world, fake_gateway)
    if is_charged:
        ravi.card.will_be_accepted()
    world.wait_until(at("2025-02-10", "23:50"))
    payer = payer_of(shop)
    visit = payer.goes_to_pay(ravi.latest_invoice)
    assert payer.agrees(visit)
    world.wait_until("2025-02-20")
    assert ravi.latest_invoice.status == ("paid" if is_charged else "open")
    silent.silence = None
    world.wait_until("2025-02-22")
    assert payer.visit(visit.id).status is DONE
    assert payer.visit(visit.id).ask_at is None
    invoice = ravi.latest_invoice
    assert (invoice.status, invoice.paid, pro.status) == ("paid", inr("1,180.00"), "active")
    assert invoice.captures == [118_000] * (1 + is_charged)
    given_back = [(118_000, "nothing_owed", "succeeded")] if is_charged else []
    assert shop.rows("select amount, reason, status from refunds") == given_back
    assert shop.balance("receivable") == inr("0.00")
    assert shop.balance("customer_credit") == inr("0.00")
    assert shop.books_balance()
