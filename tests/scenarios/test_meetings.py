"""Stories of two ways of collecting that meet: the money comes once, and nobody is wronged."""

from collections.abc import Callable

import pytest

from khata.adapters.gateways.fake import FakeGateway
from khata.core.ids import new_id
from khata.core.payment_method import MethodKind
from khata.core.visit import VisitStatus
from khata.usecases.payments.mark_paid import MarkPaid, Method, mark_paid
from khata.usecases.payments.pay_invoice import InvoiceNotOwed
from tests.scenarios.customer import Customer
from tests.scenarios.dunning import follows, mails
from tests.scenarios.february import declined_in_february
from tests.scenarios.payer import Payer
from tests.scenarios.shop import Shop
from tests.scenarios.test_mandates import opened
from tests.scenarios.world import World, at, inr

PayerOf = Callable[[Shop], Payer]


@pytest.fixture
def payer_of(fake_gateway: FakeGateway) -> PayerOf:
    return lambda shop: Payer(shop, fake_gateway.payer)


def transfers(customer: Customer, amount: int) -> None:
    """A part comes by bank transfer; `amount` in paise."""
    shop, now = customer.shop, customer.shop.world.now
    command = MarkPaid(
        shop.tenant,
        new_id(now),
        now,
        customer.latest_invoice.id,
        Method.BANK_TRANSFER,
        "UTR0007",
        amount,
    )
    mark_paid(command, db=shop.db)


def recovered(shop: Shop) -> list[tuple[int, int, str]]:
    """Of each campaign what failed, what of it was recovered, and by which way."""
    return [
        (failed, amount, by)
        for failed, amount, by in shop.rows(
            "select amount, recovered_amount, recovered_by from dunning_campaigns"
            " where recovered_at is not null order by began_at"
        )
    ]


def slow_money_after_a_closed_page(world: World, payer_of: PayerOf) -> tuple[Shop, Customer]:
    """The retry closes the page and is declined; half an hour later the page's money comes."""
    shop, ravi, _ = declined_in_february(world)
    payer = payer_of(shop)
    world.wait_until(at("2025-02-10", "22:30"))
    visit = payer.goes_to_pay(ravi.latest_invoice, by=MethodKind.UPI)
    assert payer.agrees(visit, is_slow=True)  # it comes half an hour after midnight
    world.wait_until(at("2025-02-11", "00:00"))
    assert payer.visit(visit.id).status is VisitStatus.EXPIRED
    ravi.card.will_be_accepted()
    return shop, ravi


def test_the_next_retry_asks_at_a_closed_page_first(world: World, payer_of: PayerOf) -> None:
    """Without that the card is charged on the 13th for what UPI has paid on the 11th."""
    shop, ravi = slow_money_after_a_closed_page(world, payer_of)
    world.wait_until("2025-02-20")
    assert ravi.latest_invoice.captures == [118_000]
    assert shop.rows("select count(*) from refunds") == [(0,)]
    assert ravi.latest_invoice.status == "paid"


def test_the_button_asks_at_a_closed_page_first(world: World, payer_of: PayerOf) -> None:
    shop, ravi = slow_money_after_a_closed_page(world, payer_of)
    world.wait_until(at("2025-02-11", "09:00"))
    assert ravi.pays(ravi.latest_invoice) == "succeeded"
    assert ravi.latest_invoice.captures == [118_000]
    assert shop.rows("select count(*) from refunds") == [(0,)]


def test_another_page_is_not_opened_for_what_a_closed_one_has_paid(
    world: World, payer_of: PayerOf
) -> None:
    _, ravi = slow_money_after_a_closed_page(world, payer_of)
    world.wait_until(at("2025-02-11", "09:00"))
    with pytest.raises(InvoiceNotOwed):
        payer_of(ravi.shop).goes_to_pay(ravi.latest_invoice)
    assert ravi.latest_invoice.captures == [118_000]


def test_paid_on_the_invoices_page_is_recovered_by_the_link(
    world: World, payer_of: PayerOf
) -> None:
    shop, ravi, _ = declined_in_february(world)
    assert payer_of(shop).pays(ravi.latest_invoice).status is VisitStatus.DONE
    assert recovered(shop) == [(118_000, 118_000, "link")]


def test_a_button_of_the_sellers_after_a_page_that_was_left_is_by_hand(
    world: World, payer_of: PayerOf
) -> None:
    shop, ravi, _ = declined_in_february(world)
    payer_of(shop).goes_to_pay(ravi.latest_invoice)
    ravi.card.will_be_accepted()
    assert ravi.pays(ravi.latest_invoice) == "succeeded"
    assert recovered(shop) == [(118_000, 118_000, "by_hand")]


def test_what_was_paid_in_parts_is_recovered_whole(world: World) -> None:
    """1,180.00 failed; 500.00 come by transfer, and the retry takes 680.00: all is recovered."""
    shop, ravi, _ = declined_in_february(world)
    transfers(ravi, 50_000)
    ravi.card.will_be_accepted()
    world.wait_until("2025-02-12")
    assert ravi.latest_invoice.captures == [68_000]
    assert recovered(shop) == [(118_000, 118_000, "retry")]


def test_more_than_failed_is_not_recovered(world: World) -> None:
    """1,500.00 come for 1,180.00: the 320.00 were never lost."""
    shop, ravi, _ = declined_in_february(world)
    transfers(ravi, 150_000)
    assert recovered(shop) == [(118_000, 118_000, "by_hand")]
    assert shop.balance("customer_credit") == inr("-320.00")


@pytest.mark.parametrize("end", ["voided", "written_off"])
def test_no_mail_leaves_for_what_was_let_go_before_the_working_hours(
    world: World, end: str
) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    follows(shop, "Pro", working_hours=(9, 18))
    ravi = shop.customer("Ravi", card="tok_ok_then_declined_2")
    world.today_is("2025-01-10")
    ravi.subscribes_to("Pro")
    world.wait_until(at("2025-02-10", "06:00"))  # declined at midnight: the mail waits for nine
    invoice = ravi.latest_invoice
    invoice.is_voided() if end == "voided" else invoice.is_written_off()
    world.wait_until("2025-02-10")
    assert mails(ravi) == []


def test_a_pause_that_ends_does_not_debit_what_was_opted_out_of(world: World) -> None:
    """January's debit was not wanted; a pause in March does not make it March's."""
    asha, mandate = opened(world, "tok_upi_monthly")
    asha.subscribes_to("Pro")
    world.wait_until(at("2026-01-05", "18:00"))
    mandate.is_opted_out_of()
    world.wait_until("2026-03-20")
    mandate.is_paused()
    mandate.is_resumed()
    world.wait_until("2026-04-09")
    assert [invoice.status for invoice in asha.invoices] == ["open", "paid", "paid", "paid"]
    assert len(mandate.debits) == 3


def test_what_was_opted_out_of_stays_owed_is_reminded_of_and_paid_by_the_link(
    world: World, payer_of: PayerOf
) -> None:
    asha, mandate = opened(world, "tok_upi_monthly")
    pro = asha.subscribes_to("Pro")
    world.wait_until(at("2026-01-05", "18:00"))
    mandate.is_opted_out_of()
    world.wait_until("2026-01-09")  # three days after it was due
    assert asha.inbox.kinds.count("invoice_overdue") == 1
    assert pro.status == "past_due"
    assert payer_of(asha.shop).pays(asha.latest_invoice).status is VisitStatus.DONE
    assert (pro.status, asha.latest_invoice.status) == ("active", "paid")
    world.wait_until("2026-02-04")
    assert asha.inbox.kinds.count("invoice_overdue") == 1


def test_who_withdraws_a_mandate_is_not_debited_by_another_card_in_that_moment(
    world: World,
) -> None:
    """The card on file takes over when the debit was planned, not when the mandate is withdrawn."""
    asha, mandate = opened(world, "tok_upi_monthly")
    pro = asha.subscribes_to("Pro")
    shop = asha.shop
    shop.rows(
        "update subscriptions set payment_method_id = (select id from payment_methods) returning 1"
    )
    world.wait_until(at("2026-01-05", "15:00"))
    asha.gives_card("tok_ok")
    world.wait_until(at("2026-01-05", "18:00"))
    mandate.is_revoked()
    world.wait_until(at("2026-01-05", "18:05"))
    assert asha.latest_invoice.captures == []
    assert (pro.status, asha.inbox.kinds.count("payment_failed")) == ("active", 0)
    world.wait_until("2026-01-07")
    assert asha.latest_invoice.attempts == [("2026-01-06", "succeeded")]
