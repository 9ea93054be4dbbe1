"""Stories of payers at a gateway's own page: their money pays once, whatever else happens."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest

from khata.adapters.gateways.fake import FakeGateway
from khata.core.payment_method import MethodKind
from khata.core.visit import Purpose, VisitStatus
from khata.ports.gateway import AnswerLost
from khata.ports.gateway_visits import OpenedVisit, VisitRequest
from khata.ports.gateways import WithoutAccounts
from khata.usecases.payments.collect_due_payments import (
    CollectDuePayments,
    collect_due_payments,
)
from khata.usecases.payments.pay_invoice import InvoiceNotOwed, PaymentInProgress
from khata.usecases.selling.find_payment_method import GatewayDoesNotAnswer
from tests.scenarios.february import declined_in_february
from tests.scenarios.payer import Payer
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, at, inr

OPEN, DONE, EXPIRED = VisitStatus.OPEN, VisitStatus.DONE, VisitStatus.EXPIRED


@pytest.fixture
def payer_of(fake_gateway: FakeGateway) -> Callable[[Shop], Payer]:
    return lambda shop: Payer(shop, fake_gateway.payer)


PayerOf = Callable[[Shop], Payer]


def test_a_card_fails_and_the_link_is_paid_with_another_that_stays(
    world: World, payer_of: PayerOf
) -> None:
    shop, ravi, pro = declined_in_february(world)
    assert ravi.inbox.last == "Your payment did not go through"
    assert pro.status == "past_due"

    visit = payer_of(shop).pays(ravi.latest_invoice, saves=True)
    assert (visit.status, visit.purpose) == (DONE, Purpose.PAY_AND_SAVE)
    invoice = ravi.latest_invoice
    assert (invoice.status, invoice.paid) == ("paid", inr("1,180.00"))
    assert invoice.attempts == [("2025-02-10", "failed"), ("2025-02-10", "succeeded")]
    assert invoice.captures == [118_000]
    # 1,000 and 18 % GST: 1,180.00 came, of which the gateway keeps 2 %: 23.60.
    assert shop.balance("receivable") == inr("0.00")
    assert shop.balance("gateway_fees") == inr("47.20")  # of January's 1,180.00, too

    world.wait_until("2025-02-11")
    assert pro.status == "active"
    assert ravi.inbox.last == "Receipt for ₹1,180.00 from Chai Point"
    world.wait_until("2025-03-10")
    assert ravi.latest_invoice.attempts == [("2025-03-10", "succeeded")]
    assert shop.rows("select token, is_default from payment_methods order by id") == [
        ("tok_ok_then_declined_2", False),
        ("tok_ok", True),
    ]


def test_what_was_paid_looks_like_any_other_payment(world: World, payer_of: PayerOf) -> None:
    shop, ravi, _ = declined_in_february(world)
    visit = payer_of(shop).pays(ravi.latest_invoice)
    told = shop.rows(
        "select facts->>'attempt_id', facts->>'amount', facts->>'fee' from events"
        " where type = 'payment.succeeded' order by id desc limit 1"
    )
    assert told == [(str(visit.id), "118000", "2360")]
    assert shop.rows(
        "select a.number, a.cause, a.gateway, a.payment_method_id, p.status from attempts a"
        " join payments p on p.id = a.payment_id where a.id = %(id)s",
        id=visit.id,
    ) == [(2, "customer", "fake", None, "succeeded")]


def test_a_upi_code_is_paid_while_the_page_waits(world: World, payer_of: PayerOf) -> None:
    shop, ravi, _ = declined_in_february(world)
    payer = payer_of(shop)
    visit = payer.goes_to_pay(ravi.latest_invoice, by=MethodKind.UPI)
    assert visit.upi_link is not None
    assert "am=1180.00" in visit.upi_link
    assert payer.comes_back(visit).status is OPEN
    assert payer.agrees(visit)
    world.wait_until(at("2025-02-10", "12:03"))  # nobody comes back: the sweep asks
    assert payer.visit(visit.id).status is DONE
    assert ravi.latest_invoice.status == "paid"


def test_paid_at_the_very_moment_of_the_retry(world: World, payer_of: PayerOf) -> None:
    shop, ravi, pro = declined_in_february(world)
    ravi.card.will_be_accepted()
    world.wait_until(at("2025-02-10", "23:50"))
    visit = payer_of(shop).goes_to_pay(ravi.latest_invoice)
    payer_of(shop).agrees(visit)
    world.wait_until(at("2025-02-11", "00:00"))  # the retry is due, and asks at the page first
    assert ravi.latest_invoice.captures == [118_000]
    assert (pro.status, payer_of(shop).visit(visit.id).status) == ("active", DONE)
    world.wait_until("2025-02-28")
    assert ravi.latest_invoice.captures == [118_000]


def test_the_retry_closes_the_page_where_nobody_has_paid(world: World, payer_of: PayerOf) -> None:
    shop, ravi, _ = declined_in_february(world)
    ravi.card.will_be_accepted()
    world.wait_until(at("2025-02-10", "23:50"))
    payer = payer_of(shop)
    visit = payer.goes_to_pay(ravi.latest_invoice)
    world.wait_until(at("2025-02-11", "00:00"))
    assert payer.visit(visit.id).status is EXPIRED
    assert not payer.agrees(visit)
    assert ravi.latest_invoice.captures == [118_000]


def test_payer_webhook_sweep_and_retry_at_once_take_it_once(
    world: World, payer_of: PayerOf
) -> None:
    shop, ravi, _ = declined_in_february(world)
    ravi.card.will_be_accepted()
    payer = payer_of(shop)
    world.wait_until(at("2025-02-10", "23:59"))
    visit = payer.goes_to_pay(ravi.latest_invoice, saves=True)
    payer.agrees(visit)
    world.now = at("2025-02-11", "00:00")
    gateways = world.engine.gateways

    def act(number: int) -> object:
        if number % 2:
            return payer.comes_back(visit)
        due = CollectDuePayments(shop.tenant, world.now)
        return collect_due_payments(due, db=shop.db, gateways=gateways)

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(act, range(12)))
    assert ravi.latest_invoice.captures == [118_000]
    assert payer.visit(visit.id).status is DONE
    assert shop.rows("select count(*) from payment_methods where token = 'tok_ok'") == [(1,)]
    assert shop.rows("select count(*) from refunds") == [(0,)]


def test_while_it_is_being_collected_nobody_is_sent_to_pay(world: World, payer_of: PayerOf) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    meena = shop.customer("Meena", card="tok_pending")
    world.today_is("2025-01-10")
    meena.subscribes_to("Pro")
    with pytest.raises(PaymentInProgress):
        payer_of(shop).goes_to_pay(meena.latest_invoice)
    world.wait_until("2025-01-11")
    with pytest.raises(InvoiceNotOwed):
        payer_of(shop).goes_to_pay(meena.latest_invoice)


def test_the_button_for_the_card_on_file_closes_the_page_first(
    world: World, payer_of: PayerOf
) -> None:
    shop, ravi, _ = declined_in_february(world)
    payer = payer_of(shop)
    ravi.card.will_be_accepted()
    visit = payer.goes_to_pay(ravi.latest_invoice)
    payer.agrees(visit)
    assert ravi.pays(ravi.latest_invoice) == "succeeded"  # what was paid there
    assert ravi.latest_invoice.attempts[-1] == ("2025-02-10", "succeeded")
    assert ravi.latest_invoice.captures == [118_000]


def test_the_page_opened_twice_is_one_visit(world: World, payer_of: PayerOf) -> None:
    shop, ravi, _ = declined_in_february(world)
    payer = payer_of(shop)
    first, second = (payer.goes_to_pay(ravi.latest_invoice) for _ in range(2))
    assert first == second
    by_upi = payer.goes_to_pay(ravi.latest_invoice, by=MethodKind.UPI)
    assert by_upi.id != first.id
    assert payer.visit(first.id).status is EXPIRED
    assert not payer.agrees(first)
    assert payer.agrees(by_upi)
    assert payer.comes_back(by_upi).status is DONE
    assert ravi.latest_invoice.captures == [118_000]


class LosesAnswers(FakeGateway):
    """Opens pages, and its first answers get lost."""

    def __init__(self, fake: FakeGateway, lost: int) -> None:
        self.book, self.payer, self.lost = fake.book, fake.payer, lost

    def open_visit(self, request: VisitRequest, *, at: datetime) -> OpenedVisit:
        opened = super().open_visit(request, at=at)
        if self.lost:
            self.lost -= 1
            raise AnswerLost
        return opened


@pytest.mark.parametrize("tries_again", [True, False])
def test_the_answer_of_opening_gets_lost(
    world: World, payer_of: PayerOf, fake_gateway: FakeGateway, tries_again: bool
) -> None:
    shop, ravi, _ = declined_in_february(world)
    loses = LosesAnswers(fake_gateway, 1)
    world.engine = replace(world.engine, gateways=WithoutAccounts({"fake": loses}))
    payer = payer_of(shop)
    with pytest.raises(GatewayDoesNotAnswer):
        payer.goes_to_pay(ravi.latest_invoice)
    [(id, reference)] = shop.rows("select id, reference from visits")
    assert reference is None
    if tries_again:
        again = payer.goes_to_pay(ravi.latest_invoice)
        assert again.id == id
        payer.agrees(again)
        assert payer.comes_back(again).status is DONE
    else:
        world.wait_until("2025-02-11")  # the sweep learns its name, and the retry closes it
        assert payer.visit(id).status is EXPIRED
        assert payer.visit(id).reference is not None
    world.wait_until("2025-02-28")
    assert len(ravi.latest_invoice.captures) == int(tries_again)


def test_money_that_comes_late_beside_a_transfer_goes_back(world: World, payer_of: PayerOf) -> None:
    shop, ravi, _ = declined_in_february(world)
    payer = payer_of(shop)
    visit = payer.goes_to_pay(ravi.latest_invoice, by=MethodKind.UPI)
    assert payer.agrees(visit, is_slow=True)  # two hours later
    world.wait_until(at("2025-02-10", "13:00"))
    ravi.transfers(ravi.latest_invoice)
    world.wait_until(at("2025-02-10", "13:05"))
    assert payer.visit(visit.id).status is EXPIRED
    world.wait_until("2025-02-20")
    assert payer.visit(visit.id).status is DONE
    invoice = ravi.latest_invoice
    assert invoice.paid == inr("1,180.00")
    assert invoice.captures == [118_000]
    assert shop.rows("select amount, reason, status from refunds") == [
        (118_000, "nothing_owed", "succeeded")
    ]
    assert shop.balance("receivable") == inr("0.00")
    assert shop.balance("customer_credit") == inr("0.00")


def test_money_that_comes_late_pays_what_is_still_owed(world: World, payer_of: PayerOf) -> None:
    shop, ravi, pro = declined_in_february(world)
    payer = payer_of(shop)
    world.wait_until(at("2025-02-10", "22:30"))
    visit = payer.goes_to_pay(ravi.latest_invoice, by=MethodKind.UPI)
    assert payer.agrees(visit, is_slow=True)  # half past midnight
    world.wait_until(at("2025-02-11", "00:00"))  # the retry closes the page, and is declined
    assert payer.visit(visit.id).status is EXPIRED
    world.wait_until("2025-02-15")
    assert payer.visit(visit.id).status is DONE
    assert (ravi.latest_invoice.status, pro.status) == ("paid", "active")
    assert ravi.latest_invoice.captures == [118_000]


def test_a_bank_that_has_not_confirmed_is_waited_for(world: World, payer_of: PayerOf) -> None:
    shop, ravi, _ = declined_in_february(world)
    visit = payer_of(shop).pays(ravi.latest_invoice, "tok_pending")
    assert visit.status is DONE
    assert ravi.latest_invoice.attempts[-1] == ("2025-02-10", "pending")
    with pytest.raises(PaymentInProgress):
        ravi.pays(ravi.latest_invoice)
    world.wait_until(at("2025-02-10", "14:00"))
    assert ravi.latest_invoice.status == "paid"
    assert ravi.latest_invoice.attempts[-1] == ("2025-02-10", "succeeded")


def test_declined_at_the_page_takes_nothing_from_the_retries(
    world: World, payer_of: PayerOf
) -> None:
    shop, ravi, _ = declined_in_february(world)
    payer = payer_of(shop)
    visit = payer.goes_to_pay(ravi.latest_invoice)
    assert not payer.agrees(visit, "tok_declined")
    told = payer.comes_back(visit)
    assert (told.status, told.decline_code) == (OPEN, "generic_decline")
    assert shop.rows("select status, decline_count from payments where decline_count > 0") == [
        ("scheduled", 1)
    ]
    world.wait_until(at("2025-02-10", "13:30"))  # an hour later its time is over
    assert payer.visit(visit.id).status is EXPIRED
    world.wait_until("2025-03-09")
    assert [day for day, _ in ravi.latest_invoice.attempts] == [
        "2025-02-10",
        "2025-02-11",
        "2025-02-13",
        "2025-02-17",
        "2025-02-25",
    ]


def test_a_void_invoice_cannot_be_paid_at_the_page(world: World, payer_of: PayerOf) -> None:
    shop, ravi, _ = declined_in_february(world)
    payer = payer_of(shop)
    visit = payer.goes_to_pay(ravi.latest_invoice)
    ravi.latest_invoice.is_voided()
    world.wait_until(at("2025-02-10", "12:01"))
    assert payer.visit(visit.id).status is EXPIRED
    assert not payer.agrees(visit)


def test_saving_a_card_pays_what_was_given_up(world: World, payer_of: PayerOf) -> None:
    shop, ravi, pro = declined_in_february(world, retry_days=[1])
    world.wait_until("2025-02-20")
    assert pro.status == "unpaid"
    payer = payer_of(shop)
    visit = payer.goes_to_save(ravi)
    assert (visit.amount, visit.invoice_id) == (0, None)
    assert payer.agrees(visit)
    saved = payer.comes_back(visit)
    assert saved.status is DONE
    assert payer.comes_back(visit) == saved
    world.wait_until(at("2025-02-20", "12:05"))
    assert pro.status == "active"
    paid = [captured for one in ravi.invoices for captured in one.captures]
    assert len(paid) >= 2
    assert shop.rows("select count(*) from payment_methods where is_default") == [(1,)]


def test_another_sum_than_was_asked_for_waits_for_a_person(
    world: World, payer_of: PayerOf, fake_gateway: FakeGateway
) -> None:
    shop, ravi, _ = declined_in_february(world)
    payer = payer_of(shop)
    visit = payer.goes_to_pay(ravi.latest_invoice)
    payer.agrees(visit)
    with fake_gateway.book.transaction() as cursor:
        cursor.execute(
            "update fake_gateway.charges set amount = 117999 where attempt_id = %s", [visit.id]
        )
    assert payer.comes_back(visit).status is DONE
    assert ravi.latest_invoice.status == "open"
    assert [code for code, _ in shop.parked] == ["amount_differs"]
    world.wait_until("2025-02-12")
    assert len(ravi.latest_invoice.attempts) == 2  # and nothing is charged beside it


def test_a_shop_sees_only_its_own_visits(world: World, payer_of: PayerOf) -> None:
    shop, ravi, _ = declined_in_february(world)
    other = world.shop("Other")
    payer_of(shop).goes_to_pay(ravi.latest_invoice)
    assert other.rows("select count(*) from visits") == [(0,)]
