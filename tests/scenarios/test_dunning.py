"""Stories of cards that are declined: retried, paid, given up, paid after all."""

import pytest

from tests.scenarios.february import declined_in_february
from tests.scenarios.world import World, at, inr


def test_a_declined_renewal_is_retried_and_paid(world: World) -> None:
    shop = world.shop("Chai Point", state="Karnataka")
    shop.sells("Pro", at=inr("1,000.00"), every="month")
    asha = shop.customer("Asha", state="Karnataka")

    world.today_is("2025-01-31")
    pro = asha.subscribes_to("Pro")
    assert asha.latest_invoice.total == inr("1,180.00")  # 1,000 + CGST 90 + SGST 90
    assert asha.latest_invoice.status == "paid"

    asha.card.will_be_declined()
    world.wait_until("2025-02-28")  # anchored on the 31st: February ends early
    assert pro.status == "past_due"
    assert asha.inbox.kinds == ["invoice_issued", "receipt", "invoice_issued", "payment_failed"]
    assert shop.balance("receivable") == inr("1,180.00")

    asha.card.will_be_accepted()
    world.wait_until(at("2025-02-28", "23:59"))
    assert pro.status == "past_due"
    world.wait_until(at("2025-03-01", "00:00"))  # the first retry, a day later
    assert pro.status == "active"
    assert asha.latest_invoice.attempts == [("2025-02-28", "failed"), ("2025-03-01", "succeeded")]
    assert shop.balance("receivable") == inr("0.00")
    assert asha.inbox.kinds[-1] == "receipt"

    world.wait_until("2025-03-31")  # and the anchor comes back to the 31st
    assert str(asha.latest_invoice.period.start) == "2025-03-31"
    assert pro.states == ["incomplete", "active", "past_due", "active"]
    assert shop.books_balance()


def test_retries_come_one_two_four_and_eight_days_apart_then_it_is_given_up(world: World) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    ravi = shop.customer("Ravi", card="tok_ok_then_declined_2")
    world.today_is("2025-01-10")
    pro = ravi.subscribes_to("Pro")
    world.wait_until("2025-02-24")
    assert pro.status == "past_due"  # access changes only after the last attempt
    world.wait_until("2025-06-30")
    assert ravi.latest_invoice.attempts == [
        ("2025-02-10", "failed"),
        ("2025-02-11", "failed"),  # a day after the failure before
        ("2025-02-13", "failed"),  # two days
        ("2025-02-17", "failed"),  # four
        ("2025-02-25", "failed"),  # eight
    ]
    assert pro.starts == ["2025-01-10", "2025-02-10"]  # and nothing new is billed
    assert pro.states == ["incomplete", "active", "past_due", "unpaid"]
    assert pro.now.mrr == 0
    assert ravi.latest_invoice.status == "open"
    assert ravi.inbox.kinds[3:] == ["payment_failed"] * 5 + ["payment_given_up"]
    final = ravi.inbox.text_of("payment_given_up")
    assert "Pro, every month is on hold. It goes on as soon as the invoice is paid." in final
    assert "₹1,180.00 is still to be paid" in final
    assert shop.balance("receivable") == inr("1,180.00")
    assert shop.books_balance()


def test_paying_after_it_was_given_up_resumes_where_nothing_is_billed_twice(world: World) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("900.00"))
    ravi = shop.customer("Ravi", card="tok_ok_then_declined_2")
    world.today_is("2025-01-10")
    pro = ravi.subscribes_to("Pro")
    world.wait_until("2025-04-19")
    assert pro.status == "unpaid"

    ravi.card.will_be_accepted()
    assert ravi.pays(ravi.latest_invoice) == "succeeded"
    world.wait_until("2025-04-20")
    assert pro.status == "active"
    back = ravi.latest_invoice
    # 19 April to 10 May is 21 of 30 days: 900.00 × 9 / 30 = 270.00 are over, 630.00 remain;
    # 9 % of that is 56.70, twice
    assert (str(back.period.start), str(back.period.end)) == ("2025-04-19", "2025-05-10")
    assert (back.total, back.status) == (inr("743.40"), "paid")
    world.wait_until("2025-06-10")
    assert pro.starts == ["2025-01-10", "2025-02-10", "2025-04-19", "2025-05-10", "2025-06-10"]
    assert pro.now.mrr == 90_000
    assert shop.balance("receivable") == inr("0.00")


def test_paying_within_the_paid_period_does_not_bill_its_days_again(world: World) -> None:
    shop = world.shop(retry_days=[1])
    shop.sells("Pro", at=inr("900.00"))
    ravi = shop.customer("Ravi", card="tok_ok_then_declined_2")
    world.today_is("2025-01-10")
    pro = ravi.subscribes_to("Pro")
    world.wait_until("2025-02-12")
    assert pro.status == "unpaid"
    ravi.gives_card("tok_ok")  # the new card is tried at once
    world.wait_until("2025-03-10")
    assert pro.status == "active"
    assert pro.starts == ["2025-01-10", "2025-02-10", "2025-03-10"]
    assert {invoice.status for invoice in pro.invoices} == {"paid"}


def test_given_up_cancels_where_the_shop_says_so(world: World) -> None:
    shop = world.shop(after_last_retry="canceled", retry_days=[3])
    shop.sells("Pro", at=inr("1,000.00"))
    ravi = shop.customer("Ravi", card="tok_ok_then_declined_2")
    world.today_is("2025-01-10")
    pro = ravi.subscribes_to("Pro")
    world.wait_until("2025-06-01")
    assert pro.status == "canceled"
    assert str(pro.now.ended_on) == "2025-02-13"
    assert ravi.latest_invoice.attempts == [("2025-02-10", "failed"), ("2025-02-13", "failed")]
    assert ravi.inbox.kinds[-2:] == ["payment_given_up", "subscription_canceled"]
    final = ravi.inbox.text_of("payment_given_up")
    assert "we will not try again by ourselves. It stays owed until it is paid." in final
    assert "past due" not in final
    assert "on hold" not in final
    canceled = ravi.inbox.text_of("subscription_canceled")
    assert "An invoice for it could not be collected; what is owed stays owed." in canceled
    assert "Its last day of service is 13 Feb 2025." in canceled
    assert "payment given up" not in canceled
    assert pro.starts == ["2025-01-10", "2025-02-10"]


def test_a_hard_decline_is_never_retried(world: World) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    ravi = shop.customer("Ravi", card="tok_lost_card")
    world.today_is("2025-01-10")
    pro = ravi.subscribes_to("Pro")
    world.wait_until("2025-03-01")
    assert ravi.latest_invoice.attempts == [("2025-01-10", "failed")]
    assert pro.states == ["incomplete", "active", "unpaid"]


def test_a_first_payment_that_fails_is_handled_as_any_other(world: World) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    ravi = shop.customer("Ravi", card="tok_declined_twice")
    world.today_is("2025-01-10")
    pro = ravi.subscribes_to("Pro")
    assert pro.status == "past_due"
    world.wait_until("2025-01-20")
    assert ravi.latest_invoice.attempts == [
        ("2025-01-10", "failed"),
        ("2025-01-11", "failed"),
        ("2025-01-13", "succeeded"),
    ]
    assert pro.states == ["incomplete", "active", "past_due", "active"]


@pytest.mark.parametrize("token", ["tok_timeout", "tok_timeout_before", "tok_down", "tok_pending"])
def test_a_lost_answer_charges_once(world: World, token: str) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    ravi = shop.customer("Ravi", card=token)
    world.today_is("2025-01-10")
    pro = ravi.subscribes_to("Pro")
    invoice = ravi.latest_invoice
    assert invoice.status == "open"  # nobody knows yet
    world.wait_until("2025-01-12")
    assert ravi.latest_invoice.status == "paid"
    assert [end for _, end in invoice.attempts] == ["succeeded"]
    assert invoice.captures == [118_000]
    assert shop.balance("gateway_clearing") == inr("1,156.40")  # 1,180.00 less 2 %
    assert shop.balance("receivable") == inr("0.00")
    assert pro.states == ["incomplete", "active"]


def test_an_invoice_to_be_transferred_is_nobodys_to_collect(world: World) -> None:
    shop = world.shop(days_until_due=15)
    shop.sells("Pro", at=inr("1,000.00"))
    meena = shop.customer("Meena")
    world.today_is("2025-01-10")
    pro = meena.subscribes_to("Pro", pays_by="transfer")
    world.wait_until("2025-01-20")
    invoice = meena.latest_invoice
    assert (invoice.status, invoice.due_on, invoice.attempts) == ("open", "2025-01-25", [])
    meena.transfers(invoice)
    assert meena.latest_invoice.status == "paid"
    assert shop.balance("bank") == inr("1,180.00")
    world.wait_until("2025-01-21")
    assert meena.inbox.kinds == ["invoice_issued", "receipt"]
    assert pro.status == "active"


def test_canceling_at_period_end_stops_the_retries_when_it_ends(world: World) -> None:
    shop = world.shop(retry_days=[20, 20])
    shop.sells("Pro", at=inr("1,000.00"))
    ravi = shop.customer("Ravi", card="tok_ok_then_declined_2")
    world.today_is("2025-01-10")
    pro = ravi.subscribes_to("Pro")
    world.wait_until("2025-02-11")
    pro.is_canceled()
    world.wait_until("2025-06-01")
    assert str(pro.now.ended_on) == "2025-03-10"
    # tried on 2 March while it ran; the try of 22 March never comes
    assert ravi.latest_invoice.attempts == [("2025-02-10", "failed"), ("2025-03-02", "failed")]
    assert ravi.latest_invoice.status == "open"  # what is owed stays owed


def test_what_is_unpaid_ends_on_the_day_that_was_set(world: World) -> None:
    shop, ravi, pro = declined_in_february(world, retry_days=[1, 1])
    pro.is_canceled()  # at the end of its period, 10 March
    world.wait_until("2025-02-20")
    assert (pro.status, str(pro.now.cancel_on)) == ("unpaid", "2025-03-10")
    world.wait_until("2025-06-01")
    assert pro.states == ["incomplete", "active", "past_due", "unpaid", "canceled"]
    assert (str(pro.now.ended_on), pro.now.next_billing_at) == ("2025-03-10", None)
    ravi.gives_card("tok_ok")
    world.wait_until("2025-06-03")
    assert (pro.status, ravi.latest_invoice.status) == ("canceled", "open")
    assert pro.starts == ["2025-01-10", "2025-02-10"]
    # MRR left with the access, once
    assert [after for (after,) in shop.rows("select after from mrr_days order by day")] == [
        100_000,
        0,
    ]


def test_what_is_unpaid_and_paid_before_its_end_ends_all_the_same(world: World) -> None:
    _, ravi, pro = declined_in_february(world, retry_days=[1])
    pro.is_canceled()
    world.wait_until("2025-02-20")
    ravi.gives_card("tok_ok")
    world.wait_until("2025-02-21")
    assert pro.status == "active"
    world.wait_until("2025-04-01")
    assert (pro.status, str(pro.now.ended_on)) == ("canceled", "2025-03-10")
    assert pro.starts == ["2025-01-10", "2025-02-10"]


def test_money_that_comes_on_the_last_day_begins_nothing_anew(world: World) -> None:
    _, ravi, pro = declined_in_february(world, retry_days=[1])
    pro.is_canceled()
    world.wait_until("2025-03-09")
    world.now = at("2025-03-10", "00:01")  # its end is due, and nobody has seen to it yet
    ravi.transfers(ravi.latest_invoice)
    assert pro.status == "unpaid"
    world.wait_until("2025-03-10")
    assert pro.states[-2:] == ["unpaid", "canceled"]


def test_what_is_unpaid_and_kept_after_all_is_billed_when_it_is_paid(world: World) -> None:
    _, ravi, pro = declined_in_february(world, retry_days=[1])
    pro.is_canceled()
    world.wait_until("2025-02-20")
    pro.is_kept()
    world.wait_until("2025-04-01")
    assert (pro.status, pro.starts) == ("unpaid", ["2025-01-10", "2025-02-10"])
    ravi.gives_card("tok_ok")
    world.wait_until("2025-04-02")
    assert pro.status == "active"
