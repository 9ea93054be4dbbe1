"""Stories of what happens to a subscription between its start and its end.

The figures are arithmetic by hand; 18 % GST inside Karnataka is two halves of 9 %.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest

from khata.core.ids import new_id
from khata.core.terms_of_contract import Alignment, AlignmentNotPossible, ContractOutsidePeriod
from khata.core.trial import MissingMethod, NotOnTrial
from khata.usecases.billing.renew_due_subscriptions import (
    RenewDueSubscriptions,
    renew_due_subscriptions,
)
from khata.usecases.payments.mark_paid import MarkPaid, Method, mark_paid
from khata.usecases.payments.pay_invoice import InvoiceNotOwed
from khata.usecases.subscriptions.extend_trial import (
    TrialEndOutOfRange,
)
from khata.usecases.subscriptions.uncancel_subscription import NotCanceled
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, at, inr


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"), trial_days=14)
    shop.sells("Plain", at=inr("1,000.00"))
    shop.sells("Annual", at=inr("12,000.00"), every="year")
    shop.sells("Weekly", at=inr("100.00"), every="week")
    return shop


def test_a_trial_that_is_extended_moves_the_paid_periods_with_it(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    world.today_is("2024-02-01")
    pro = asha.subscribes_to("Pro")  # until 15 February
    world.wait_until("2024-02-13")
    assert asha.inbox.kinds == ["trial_ending"]
    pro.trial_ends("2024-02-29")
    assert pro.period == ("2024-02-01", "2024-02-29")
    world.wait_until("2024-04-30")
    # a trial's end on a leap day: the 29th of each month, and it was announced again
    assert pro.starts == ["2024-02-29", "2024-03-29", "2024-04-29"]
    assert asha.inbox.kinds.count("trial_ending") == 2
    with pytest.raises(NotOnTrial):
        pro.trial_ends("2024-06-01")


def test_a_trial_is_not_extended_backwards_nor_for_ever(world: World, shop: Shop) -> None:
    world.today_is("2025-01-17")
    pro = shop.customer("Asha").subscribes_to("Pro")
    for day in ("2025-01-31", "2025-01-20", "2027-01-18"):
        with pytest.raises(TrialEndOutOfRange):
            pro.trial_ends(day)
    pro.is_canceled()
    with pytest.raises(NotOnTrial):
        pro.trial_ends("2025-02-10")
    with pytest.raises(NotOnTrial):
        pro.trial_ends()


def test_a_trial_that_is_ended_early_is_billed_from_that_day(world: World, shop: Shop) -> None:
    world.today_is("2025-01-17")
    pro = shop.customer("Asha").subscribes_to("Pro")
    world.wait_until("2025-01-20")
    pro.trial_ends()
    assert (pro.status, pro.period) == ("active", ("2025-01-20", "2025-02-20"))
    assert [invoice.status for invoice in pro.invoices] == ["paid"]
    assert pro.history[-1] == ("active", "2025-01-20", "trial ended")
    with pytest.raises(NotOnTrial):
        pro.trial_ends()


def test_a_trial_may_be_ended_on_its_first_day(world: World, shop: Shop) -> None:
    world.today_is("2025-01-17")
    pro = shop.customer("Asha").subscribes_to("Pro")
    pro.trial_ends()
    assert pro.starts == ["2025-01-17"]


@pytest.mark.parametrize(
    ("what", "status", "invoices"),
    [
        (MissingMethod.CANCEL, "canceled", 0),
        (MissingMethod.PAUSE, "paused", 0),
        (MissingMethod.CREATE_INVOICE, "past_due", 1),
    ],
)
def test_a_trial_that_ends_without_a_way_to_pay(
    world: World, shop: Shop, what: MissingMethod, status: str, invoices: int
) -> None:
    asha = shop.customer("Asha", card=None)
    ravi = shop.customer("Ravi")
    world.today_is("2025-01-17")
    without = asha.subscribes_to("Pro", missing_method=what)
    with_card = ravi.subscribes_to("Pro", missing_method=what)
    world.wait_until("2025-02-01")
    assert (without.status, len(without.invoices)) == (status, invoices)
    assert (with_card.status, len(with_card.invoices)) == ("active", 1)
    if what is MissingMethod.PAUSE:
        asha.gives_card("tok_ok")
        world.wait_until("2025-02-10")
        without.is_resumed()
        # the trial's end is the anchor: 31 January to 28 February is 28 days, 18 are left
        assert without.invoices[0].lines == [("Pro (18 of 28 days)", 64_286)]


def test_there_is_no_second_trial_unless_it_is_asked_for(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    world.today_is("2025-01-17")
    first = asha.subscribes_to("Pro")
    first.is_canceled(now=True)
    assert asha.subscribes_to("Pro").status == "active"
    assert asha.subscribes_to("Pro", trial_days=7).status == "trialing"
    assert shop.customer("Ravi").subscribes_to("Pro").status == "trialing"


def test_a_contract_of_three_cycles_ends_by_itself(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    world.today_is("2025-01-31")
    plain = asha.subscribes_to("Plain", cycles=3)
    assert str(plain.now.contract_end) == "2025-04-30"
    with pytest.raises(NotCanceled):
        plain.is_kept()
    world.wait_until("2025-06-01")
    assert plain.starts == ["2025-01-31", "2025-02-28", "2025-03-31"]
    assert plain.history[-1] == ("canceled", "2025-04-29", "contract ended")
    assert "The contract ran until then." in asha.inbox.text_of("subscription_canceled")


def test_a_contract_until_a_day_prorates_its_last_period(world: World, shop: Shop) -> None:
    world.today_is("2025-01-10")
    plain = shop.customer("Asha").subscribes_to("Plain", ends_on="2025-02-20")
    world.wait_until("2025-06-01")
    # 10 to 20 February is 10 of the 28 days to 10 March: 357.142…
    assert [invoice.lines for invoice in plain.invoices] == [
        [("Plain", 100_000)],
        [("Plain (10 of 28 days)", 35_714)],
    ]
    assert str(plain.now.ended_on) == "2025-02-20"


def test_a_contract_may_end_sooner_and_be_kept_again(world: World, shop: Shop) -> None:
    world.today_is("2025-01-10")
    plain = shop.customer("Asha").subscribes_to("Plain", cycles=3)
    plain.is_canceled()
    assert str(plain.now.cancel_on) == "2025-02-10"
    plain.is_kept()
    assert str(plain.now.cancel_on) == "2025-04-10"
    with pytest.raises(ContractOutsidePeriod):
        shop.customer("Ravi").subscribes_to("Plain", ends_on="2025-01-10")
    with pytest.raises(ContractOutsidePeriod):
        shop.customer("Lata").subscribes_to("Plain", ends_on="2025-03-10", cycles=2)


def test_a_trial_that_is_extended_moves_the_end_of_its_cycles(world: World, shop: Shop) -> None:
    world.today_is("2025-01-01")
    pro = shop.customer("Asha").subscribes_to("Pro", cycles=2)  # paid from the 15th
    assert str(pro.now.contract_end) == "2025-03-15"
    pro.trial_ends("2025-01-20")
    assert (str(pro.now.contract_end), str(pro.now.cancel_on)) == ("2025-03-20", "2025-03-20")


@pytest.mark.parametrize(
    ("plan", "align", "first", "then"),
    [
        # 15 January to 1 February: 17 of 31 days, 548.387…
        ("Plain", Alignment.MONTH, ("Plain (17 of 31 days)", 54_839), "2025-02-01"),
        # 15 January to 1 April: 76 of 365 days of 12,000.00 = 2,498.630…
        ("Annual", Alignment.FINANCIAL_YEAR, ("Annual (76 of 365 days)", 249_863), "2025-04-01"),
        # 15 January to 1 January: 351 of 365 days = 11,539.726…
        ("Annual", Alignment.YEAR, ("Annual (351 of 365 days)", 1_153_973), "2026-01-01"),
        ("Plain", Alignment.QUARTER, ("Plain (17 of 31 days)", 54_839), "2025-02-01"),
    ],
)
def test_periods_that_follow_the_calendar(
    world: World, shop: Shop, plan: str, align: Alignment, first: tuple[str, int], then: str
) -> None:
    world.today_is("2025-01-15")
    sub = shop.customer("Asha").subscribes_to(plan, align=align)
    assert sub.invoices[0].lines == [first]
    assert sub.period == ("2025-01-15", then)
    world.wait_until(then)
    assert sub.invoices[-1].lines[0][0] == plan  # whole


def test_a_leap_year_is_longer_and_what_begins_on_an_edge_is_whole(
    world: World, shop: Shop
) -> None:
    world.today_is("2024-02-01")
    plain = shop.customer("Asha").subscribes_to("Plain", align=Alignment.MONTH)
    assert plain.invoices[0].lines == [("Plain", 100_000)]
    world.wait_until("2024-02-29")
    late = shop.customer("Ravi").subscribes_to("Plain", align=Alignment.MONTH)
    assert late.invoices[0].lines == [("Plain (1 of 29 days)", 3_448)]  # 34.482…


def test_what_cannot_follow_the_calendar(world: World, shop: Shop) -> None:
    world.today_is("2025-01-15")
    asha = shop.customer("Asha")
    with pytest.raises(AlignmentNotPossible):
        asha.subscribes_to("Weekly", align=Alignment.MONTH)
    with pytest.raises(AlignmentNotPossible):
        asha.subscribes_to("Plain", align=Alignment.MONTH, anchor="2025-01-20")


def test_it_begins_only_when_its_first_invoice_is_paid(world: World, shop: Shop) -> None:
    lucky, slow = shop.customer("Lucky"), shop.customer("Slow", card=None)
    world.today_is("2025-01-10")
    assert lucky.subscribes_to("Plain", waits_for_payment=True).status == "active"
    plain = slow.subscribes_to("Plain", waits_for_payment=True)
    assert (plain.status, plain.invoices[0].status, plain.now.mrr) == ("incomplete", "open", 0)
    world.wait_until(at("2025-01-10", "20:00"))
    slow.transfers(plain.invoices[0])
    assert (plain.status, plain.now.mrr) == ("active", 100_000)
    assert plain.history[-1] == ("active", "2025-01-10", "first invoice paid")
    world.wait_until("2025-02-10")
    assert plain.starts == ["2025-01-10", "2025-02-10"]


def test_the_customers_own_credit_may_be_the_first_payment(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha", card=None)
    world.today_is("2025-01-10")
    with shop.db.transaction(shop.tenant) as uow:
        uow.credit.give(asha.id, "INR", 118_000, "goodwill", asha.id, world.now)
    plain = asha.subscribes_to("Plain", waits_for_payment=True)
    assert (plain.status, plain.invoices[0].status) == ("active", "paid")
    assert plain.now.mrr == 100_000


def test_it_never_begins_where_nobody_pays_within_23_hours(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha", card="tok_declined")
    world.today_is(at("2025-01-10", "12:00"))
    plain = asha.subscribes_to("Plain", waits_for_payment=True)
    world.wait_until(at("2025-01-11", "10:59"))
    assert (plain.status, plain.invoices[0].status) == ("incomplete", "open")
    world.wait_until(at("2025-01-11", "11:00"))
    assert (plain.status, plain.invoices[0].status) == ("canceled", "void")
    assert plain.history[-1][2] == "first payment not made in time"
    assert shop.balance("receivable") == inr("0.00")
    world.wait_until("2025-03-01")
    assert len(plain.invoices) == 1
    assert shop.books_balance()


def test_a_first_payment_that_comes_too_late_goes_back(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha", card="tok_late_success")
    world.today_is("2025-01-10")
    plain = asha.subscribes_to("Plain", waits_for_payment=True)
    world.wait_until("2025-01-20")
    assert (plain.status, plain.invoices[0].status) == ("canceled", "void")
    assert shop.balance("receivable") == inr("0.00")


def test_one_that_waits_is_canceled_with_its_invoice(world: World, shop: Shop) -> None:
    world.today_is("2025-01-10")
    plain = shop.customer("Asha", card=None).subscribes_to("Plain", waits_for_payment=True)
    plain.is_canceled()
    assert (plain.status, plain.invoices[0].status) == ("canceled", "void")


def test_payment_and_expiry_at_once_leave_one_truth(world: World, shop: Shop) -> None:
    world.today_is(at("2025-01-10", "12:00"))
    asha = shop.customer("Asha", card=None)
    plain = asha.subscribes_to("Plain", waits_for_payment=True)
    expiry = at("2025-01-11", "11:00")
    together = Barrier(2)

    def pays() -> None:
        together.wait()
        payment = MarkPaid(
            shop.tenant, new_id(expiry), expiry, plain.invoices[0].id, Method.CASH, "till"
        )
        with suppress(InvoiceNotOwed):
            mark_paid(payment, db=shop.db)

    def expires() -> None:
        together.wait()
        renew_due_subscriptions(RenewDueSubscriptions(shop.tenant, expiry, expiry), db=shop.db)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(pays), pool.submit(expires)]:
            done.result()
    ended = (plain.status, plain.invoices[0].status)
    assert ended in [("active", "paid"), ("canceled", "void")]
    assert shop.balance("receivable") == inr("0.00")
    assert shop.books_balance()
