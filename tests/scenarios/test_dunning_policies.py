"""Stories of dunning policies: grace, gentle ends, caps of networks, hours, mails on the way."""

from datetime import date

import pytest

from khata.core.ids import new_id
from khata.core.network_caps import caps_of
from khata.core.policies import AfterLastRetry
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from tests.scenarios.customer import Customer
from tests.scenarios.dunning import follows, mails, revised, steps
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, at, inr

PAUSES = AfterLastRetry.PAUSED


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    world.today_is("2025-01-10")
    return shop


def unlucky(shop: Shop, card: str = "tok_ok_then_declined_2", name: str = "Ravi") -> Customer:
    return shop.customer(name, card=card)


def test_paused_at_the_end_and_resumed_when_it_is_paid(world: World, shop: Shop) -> None:
    follows(shop, "Pro", retry_days=(1, 2), after_last_retry=PAUSES)
    ravi = unlucky(shop)
    pro = ravi.subscribes_to("Pro")
    world.wait_until("2025-02-20")
    assert pro.states == ["incomplete", "active", "past_due", "paused"]
    assert pro.now.mrr == 0
    assert ravi.latest_invoice.attempts[-1] == ("2025-02-13", "failed")
    assert "Pro, every month is paused. It goes on as soon as the invoice is paid." in (
        ravi.inbox.text_of("payment_given_up")
    )
    world.wait_until("2025-04-01")
    assert pro.starts == ["2025-01-10", "2025-02-10"]  # nothing is billed of the pause
    ravi.gives_card("tok_ok")
    world.wait_until("2025-04-02")
    assert (pro.status, pro.now.mrr, pro.now.pause_on) == ("active", 100_000, None)
    # 1 to 10 April is 9 of 31 days of the period from 10 March: 1,000.00 × 9 / 31 = 290.32
    assert pro.starts == ["2025-01-10", "2025-02-10", "2025-04-01"]
    back = ravi.latest_invoice
    assert (back.total, back.status) == (inr("342.58"), "paid")  # + 9 % twice: 26.13 each
    assert [step for _, step in steps(ravi, ravi.invoices[1])] == [
        *["declined"] * 3,
        "given_up",
        "recovered",
    ]
    assert shop.books_balance()


def test_a_pause_of_the_tenants_own_is_not_ended_by_a_payment(world: World, shop: Shop) -> None:
    follows(shop, "Pro", retry_days=(20,))
    ravi = unlucky(shop)
    pro = ravi.subscribes_to("Pro")
    world.wait_until("2025-02-11")
    pro.is_paused(credit=None)
    ravi.gives_card("tok_ok")
    world.wait_until("2025-02-12")
    assert ravi.latest_invoice.status == "paid"
    assert pro.status == "paused"


def test_service_stays_for_the_grace_and_stops_while_the_tries_go_on(
    world: World, shop: Shop
) -> None:
    follows(shop, "Pro", retry_days=(1, 2, 4, 8), grace_days=5)
    ravi = unlucky(shop)
    pro = ravi.subscribes_to("Pro")
    world.wait_until(at("2025-02-15", "23:59"))
    assert pro.status == "past_due"  # due on the 10th: served on the 15th, the fifth day after
    world.wait_until(at("2025-02-16", "00:00"))
    assert pro.status == "unpaid"
    ravi.card.will_be_accepted()
    world.wait_until("2025-02-18")
    assert pro.states == ["incomplete", "active", "past_due", "unpaid", "active"]
    assert [step for _, step in steps(ravi)] == [*["declined"] * 3, "suspended", "recovered"]
    assert shop.books_balance()
    assert pro.starts == ["2025-01-10", "2025-02-10"]  # the period that it paid for goes on
    assert "Until 15 Feb 2025 nothing changes for Pro, every month." in (
        ravi.inbox.text_of("payment_failed")
    )


def test_a_grace_longer_than_the_tries_decides_the_end(world: World, shop: Shop) -> None:
    follows(shop, "Pro", retry_days=(1,), grace_days=10, after_last_retry=AfterLastRetry.CANCELED)
    ravi = unlucky(shop)
    pro = ravi.subscribes_to("Pro")
    world.wait_until("2025-02-20")
    assert pro.status == "past_due"
    assert ravi.latest_invoice.attempts == [("2025-02-10", "failed"), ("2025-02-11", "failed")]
    world.wait_until("2025-02-21")
    assert pro.states[-2:] == ["past_due", "canceled"]
    assert steps(ravi) == [
        ("2025-02-10", "declined"),
        ("2025-02-11", "declined"),
        ("2025-02-21", "given_up"),
    ]


def test_suspended_and_then_canceled_at_the_end_of_the_tries(world: World, shop: Shop) -> None:
    canceled = AfterLastRetry.CANCELED
    follows(shop, "Pro", retry_days=(3, 3), grace_days=2, after_last_retry=canceled)
    ravi = unlucky(shop)
    pro = ravi.subscribes_to("Pro")
    world.wait_until("2025-02-17")
    assert pro.states == ["incomplete", "active", "past_due", "unpaid", "canceled"]


def test_served_all_the_same_where_the_policy_says_so(world: World, shop: Shop) -> None:
    follows(shop, "Pro", retry_days=(1,), after_last_retry=AfterLastRetry.PAST_DUE)
    ravi = unlucky(shop)
    pro = ravi.subscribes_to("Pro")
    world.wait_until("2025-03-01")
    assert (pro.status, ravi.latest_invoice.status) == ("past_due", "open")
    text = ravi.inbox.text_of("payment_given_up")
    assert "Pro, every month goes on for now." in text


def test_written_off_where_the_policy_says_so(world: World, shop: Shop) -> None:
    follows(shop, "Pro", retry_days=(1,), after_last_retry=AfterLastRetry.UNCOLLECTIBLE)
    ravi = unlucky(shop)
    pro = ravi.subscribes_to("Pro")
    world.wait_until("2025-03-01")
    assert (pro.status, ravi.latest_invoice.status) == ("unpaid", "uncollectible")
    assert shop.balance("receivable") == inr("0.00")
    assert shop.books_balance()


def test_mails_on_the_way_leave_in_working_hours_of_kathmandu(world: World, shop: Shop) -> None:
    follows(
        shop,
        "Pro",
        retry_days=(4, 5),
        notice_days=1,
        last_warning_days=3,
        working_hours=(9, 18),
        working_days=(1, 2, 3, 4, 5, 7),
    )
    sita = shop.customer("Sita", country="NP", state=None, zone="Asia/Kathmandu", card=None)
    sita.gives_card("tok_ok_then_declined_2")
    pro = sita.subscribes_to("Pro")
    world.wait_until("2025-02-25")
    # Due on 10 February 00:00 in Kathmandu, 23:45 the day before in Kolkata. 09:00 there is 08:45.
    # 14 February: tried, 13 February: told; 19 February: tried for the last time, told on the
    # 18th; warned on the 16th. All fall on midnight there and wait for nine.
    assert mails(sita) == [
        ("2025-02-10 08:45", "payment_failed"),
        ("2025-02-13 08:45", "payment_retrying"),
        ("2025-02-14 08:45", "payment_failed"),
        ("2025-02-16 08:45", "payment_last_warning"),
        ("2025-02-18 08:45", "payment_retrying"),
        ("2025-02-19 08:45", "payment_failed"),
        ("2025-02-19 08:45", "payment_given_up"),
    ]
    assert pro.status == "unpaid"
    warning = sita.inbox.text_of("payment_last_warning")
    assert "stops on 19 Feb 2025, and goes on as soon as it is paid" in " ".join(warning.split())
    assert "/i/ten_" in warning  # one click to pay


def test_a_mail_that_waits_does_not_leave_when_it_was_paid(world: World, shop: Shop) -> None:
    follows(shop, "Pro", retry_days=(1, 2), working_hours=(20, 22))
    ravi = unlucky(shop)
    ravi.subscribes_to("Pro")
    world.wait_until(at("2025-02-10", "10:00"))
    ravi.gives_card("tok_ok")
    world.wait_until("2025-02-12")
    assert mails(ravi) == []
    assert ravi.inbox.kinds[-1] == "receipt"
    assert "That settles what could not be collected before" in ravi.inbox.text_of("receipt")


def test_a_mail_that_waits_asks_for_what_is_owed_when_it_leaves(world: World, shop: Shop) -> None:
    """1,180.00 are owed, 500.00 of it come in the night: at nine 680.00 are asked for."""
    follows(shop, "Pro", retry_days=(1,), notice_days=None, working_hours=(9, 18))
    ravi = unlucky(shop)
    ravi.subscribes_to("Pro")
    world.wait_until(at("2025-02-10", "03:00"))
    assert mails(ravi) == []  # declined at midnight
    ravi.transfers(ravi.latest_invoice, amount=50_000)
    world.wait_until(at("2025-02-10", "10:00"))
    assert mails(ravi)[0] == ("2025-02-10 09:00", "payment_failed")
    assert "₹680.00" in ravi.inbox.text_of("payment_failed")
    assert "1,180.00" not in ravi.inbox.text_of("payment_failed")

    world.wait_until(at("2025-02-11", "00:30"))  # the last try, of 680.00, has failed
    ravi.transfers(ravi.latest_invoice, amount=18_000)
    world.wait_until(at("2025-02-11", "10:00"))
    assert mails(ravi)[-1] == ("2025-02-11 09:00", "payment_given_up")
    assert "₹500.00" in ravi.inbox.text_of("payment_given_up")


def test_a_mail_that_waits_does_not_leave_when_nothing_is_owed(world: World, shop: Shop) -> None:
    """Paid in parts, or credited: whatever it was, nobody is asked for nothing."""
    follows(shop, "Pro", retry_days=(1,), notice_days=None, working_hours=(9, 18))
    ravi, maya = unlucky(shop), unlucky(shop, name="Maya")
    for one in (ravi, maya):
        one.subscribes_to("Pro")
    world.wait_until(at("2025-02-11", "03:00"))
    first = [("2025-02-10 09:00", "payment_failed")]
    assert mails(ravi) == mails(maya) == first
    for amount in (50_000, 68_000):
        ravi.transfers(ravi.latest_invoice, amount=amount)
    credit = CreditInvoice(
        shop.tenant, new_id(world.now), world.now, maya.latest_invoice.id, "Sorry"
    )
    credit_invoice(credit, db=shop.db)
    world.wait_until(at("2025-02-12", "03:00"))
    assert mails(ravi) == mails(maya) == first


def test_nothing_is_tried_or_written_on_a_holiday(world: World, shop: Shop) -> None:
    """26 January 2025, a Sunday, is Republic Day; the shop rests on Monday the 27th, too."""
    follows(
        shop,
        "Pro",
        retry_days=(1, 2),
        notice_days=None,
        last_warning_days=None,
        holidays=(date(2025, 1, 27),),
        national_holidays=True,
    )
    world.wait_until("2025-01-25")
    ravi = unlucky(shop, "tok_declined")
    ravi.subscribes_to("Pro")
    sita = shop.customer("Sita", country="NP", state=None, zone="Asia/Kathmandu", card=None)
    sita.gives_card("tok_declined")
    sita.subscribes_to("Pro")
    world.wait_until("2025-01-31")
    assert ravi.latest_invoice.attempts == [
        ("2025-01-25", "failed"),
        ("2025-01-28", "failed"),  # planned for the 26th
        ("2025-01-30", "failed"),
    ]
    assert mails(ravi)[:2] == [
        ("2025-01-25 12:00", "payment_failed"),
        ("2025-01-28 12:00", "payment_failed"),
    ]
    days = [day for day, _ in sita.latest_invoice.attempts]
    assert days == ["2025-01-25", "2025-01-26", "2025-01-28"]  # India's day is not hers
    assert mails(sita)[1] == ("2025-01-26 12:00", "payment_failed")


def test_what_is_running_keeps_the_version_it_began_under(world: World, shop: Shop) -> None:
    policy = follows(shop, "Pro", retry_days=(2, 2))
    ravi = unlucky(shop)
    ravi.subscribes_to("Pro")
    world.wait_until("2025-02-10")
    revised(shop, policy, retry_days=(9, 9, 9))
    world.wait_until("2025-02-28")
    days = [day for day, _ in ravi.latest_invoice.attempts]
    assert days == ["2025-02-10", "2025-02-12", "2025-02-14"]
    maya = unlucky(shop, "tok_declined", "Maya")
    maya.subscribes_to("Pro")
    world.wait_until("2025-03-10")
    assert [day for day, _ in maya.latest_invoice.attempts] == ["2025-02-28", "2025-03-09"]


def test_a_common_invoice_follows_the_most_patient_of_its_plans(world: World, shop: Shop) -> None:
    shop.sells("Basic", at=inr("500.00"))
    follows(shop, "Pro", "Short", retry_days=(1,))
    follows(shop, "Basic", "Long", retry_days=(10, 10))
    ravi = unlucky(shop, "tok_ok_then_declined_3")
    ravi.wants_one_invoice()
    ravi.subscribes_to("Pro")
    ravi.subscribes_to("Basic")
    world.wait_until("2025-03-05")
    assert ravi.latest_invoice.total == inr("1,770.00")  # 1,500.00 and 18 %
    days = [day for day, _ in ravi.latest_invoice.attempts]
    assert days == ["2025-02-10", "2025-02-20", "2025-03-02"]


def test_a_lost_card_is_never_tried_again_but_the_customer_has_time(
    world: World, shop: Shop
) -> None:
    follows(
        shop,
        "Pro",
        retry_days=(1,),
        retry_days_by_class={"hard": (3, 4)},
        after_last_retry=PAUSES,
    )
    ravi = unlucky(shop, "tok_lost_card")
    pro = ravi.subscribes_to("Pro")
    world.wait_until("2025-01-16")
    assert (pro.status, ravi.latest_invoice.attempts) == ("past_due", [("2025-01-10", "failed")])
    text = " ".join(ravi.inbox.text_of("payment_failed").split())
    assert "We will not try this payment method again." in text
    assert "lost" not in text
    world.wait_until("2025-01-18")
    assert pro.status == "paused"
    assert ravi.latest_invoice.attempts == [("2025-01-10", "failed")]
    assert [day for day, _ in steps(ravi)] == [
        "2025-01-10",
        "2025-01-13",
        "2025-01-17",
        "2025-01-17",
    ]


def test_an_expired_card_is_tried_again_for_its_network_may_have_renewed_it(
    world: World, shop: Shop
) -> None:
    follows(shop, "Pro", retry_days_by_class={"hard": (3,)})
    ravi = unlucky(shop, "tok_expired_card")
    ravi.subscribes_to("Pro")
    world.wait_until("2025-01-14")
    assert [day for day, _ in ravi.latest_invoice.attempts] == ["2025-01-10", "2025-01-13"]


def test_one_card_of_many_subscriptions_is_tried_within_its_networks_caps(
    world: World, shop: Shop
) -> None:
    """Six subscriptions of one card, declined at the same moment of the same day."""
    follows(shop, "Pro", retry_days=(1, 1, 1))
    ravi = unlucky(shop, "tok_declined")
    for _ in range(6):
        ravi.subscribes_to("Pro")
    world.wait_until("2025-01-30")
    tried = [
        row[0]
        for row in shop.rows(
            "select created_at from attempts where status = 'failed' order by created_at"
        )
    ]
    caps = caps_of(None, world.now.date())
    assert {(cap.tries, cap.window.days) for cap in caps} == {(15, 30), (10, 1), (35, 30)}
    for cap in caps:
        for last in tried:
            within = [one for one in tried if last - cap.window < one <= last]
            assert len(within) <= cap.tries
    assert len(tried) >= 15  # and what the caps leave is used
    assert shop.parked == []
    assert "postponed" in {step for invoice in ravi.invoices for _, step in steps(ravi, invoice)}


def test_healthy_subscriptions_of_one_card_are_not_held_back(world: World, shop: Shop) -> None:
    follows(shop, "Pro", retry_days=(1,))
    asha = shop.customer("Asha")
    subscriptions = [asha.subscribes_to("Pro") for _ in range(11)]
    world.wait_until(at("2025-02-10", "01:00"))
    assert {invoice.status for invoice in asha.invoices} == {"paid"}
    assert len(asha.invoices) == 22
    assert {one.status for one in subscriptions} == {"active"}


def test_31_january_over_month_ends_and_pay_days(world: World) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    follows(shop, "Pro", retry_days=(3, 7, 7), pay_days=(31, 1), retry_hour=10)
    world.today_is("2025-01-31")
    ravi = unlucky(shop, "tok_ok_then_declined_2")
    pro = ravi.subscribes_to("Pro")
    world.wait_until("2025-03-25")
    # 28 February fails (anchored on the 31st). That token says no more than "declined", so no pay
    # day is waited for: + 3, + 7, + 7 days, each at ten.
    assert [day for day, _ in ravi.latest_invoice.attempts] == [
        "2025-02-28",
        "2025-03-03",
        "2025-03-10",
        "2025-03-17",
    ]
    assert pro.status == "unpaid"
    maya = unlucky(shop, "tok_insufficient_funds", "Maya")
    world.wait_until("2025-03-27")
    maya.subscribes_to("Pro")
    world.wait_until("2025-04-05")
    # planned for 30 March, the try after on 6 April: the 31st is a pay day between
    assert maya.latest_invoice.attempts == [("2025-03-27", "failed"), ("2025-03-31", "succeeded")]


def test_a_new_card_while_a_retry_is_open_is_tried_when_that_has_failed(
    world: World, shop: Shop
) -> None:
    follows(shop, "Pro", retry_days=(5,))
    ravi = unlucky(shop, "tok_pending_fails")
    pro = ravi.subscribes_to("Pro")
    assert ravi.latest_invoice.attempts == [("2025-01-10", "pending")]
    ravi.gives_card("tok_ok")  # the attempt is open: nothing is charged twice
    assert len(ravi.latest_invoice.attempts) == 1
    world.wait_until("2025-01-11")
    assert [end for _, end in ravi.latest_invoice.attempts] == ["failed", "succeeded"]
    assert ravi.latest_invoice.captures == [118_000]
    assert pro.status == "active"
    assert [step for _, step in steps(ravi)] == ["declined", "new_method", "recovered"]
