"""Mandates over months: what the payer is told, when it is debited, and how it ends."""

from khata.core.ids import new_id
from khata.core.mandate_rules import Category
from khata.core.mandate_terms import Frequency
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.selling.detach_payment_method import (
    DetachPaymentMethod,
    detach_payment_method,
)
from tests.scenarios.agreement import Agreement
from tests.scenarios.customer import Customer
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, at, inr


def told(shop: Shop) -> list[str]:
    rows = shop.rows("select type from events where type like 'mandate.%%' order by at, id")
    return [str(type) for (type,) in rows]


def opened(world: World, token: str, *, name: str = "Asha") -> tuple[Customer, Agreement]:
    """A customer who pays by a mandate, of a shop that sells Pro (1,180.00 with tax) and Big."""
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    shop.sells("Big", at=inr("15,000.00"))  # 17,700.00 with tax: above what is silent
    customer = shop.customer(name, card=None)
    world.today_is("2026-01-05")
    customer.gives_card(token)
    return customer, Agreement(customer)


def test_three_months_by_upi(world: World) -> None:
    """Each month: told at the renewal, debited a day later outside the peak hours, once."""
    asha, mandate = opened(world, "tok_upi_monthly_max_20000")
    pro = asha.subscribes_to("Pro")
    assert mandate.row["status"] == "active"
    assert mandate.payment() == ("scheduled", None, "01-06 13:00")  # told at noon: not at noon
    assert (mandate.notices, mandate.debits) == ([("01-05 12:00", 118_000)], [])
    assert (pro.status, asha.latest_invoice.status) == ("active", "open")
    world.wait_until("2026-01-07")
    assert asha.latest_invoice.status == "paid"
    world.wait_until("2026-03-07")
    assert mandate.debits == [
        ("01-06 13:00", "succeeded"),
        ("02-06 00:00", "succeeded"),  # the renewal is at midnight: told, and 24 hours later
        ("03-06 00:00", "succeeded"),
    ]
    assert [invoice.status for invoice in asha.invoices] == ["paid"] * 3
    assert asha.inbox.kinds.count("payment_failed") == 0

    pro.changes_to("Big", when="period_end")
    world.wait_until("2026-04-06")
    assert mandate.payment()[:2] == ("scheduled", "above_silent_limit")  # nobody was called
    assert len(mandate.debits) == 3
    assert (pro.status, asha.inbox.last) == (
        "past_due",
        "Action needed: your payment did not go through",
    )
    assert "asks you to confirm a payment of this size yourself" in asha.inbox.text_of(
        "payment_failed"
    )

    mandate.is_revoked()
    assert mandate.row["payment_method_id"] is None
    [method] = asha.shop.rows("select token, detached_at is not null from payment_methods")
    assert method == ("forgotten", True)
    assert asha.shop.rows("select distinct token from attempts") == [("forgotten",)]
    assert mandate.moves == [("active", "gateway"), ("revoked", "customer")]
    assert told(asha.shop) == ["mandate.active", "mandate.revoked"]


def test_revoked_between_notice_and_debit(world: World) -> None:
    asha, mandate = opened(world, "tok_upi_monthly")
    pro = asha.subscribes_to("Pro")
    world.wait_until(at("2026-01-05", "18:00"))
    mandate.is_revoked()
    assert pro.status == "past_due"
    assert mandate.payment() == ("scheduled", "mandate_revoked", "01-06 18:00")
    world.wait_until("2026-01-08")
    assert mandate.debits == []  # called off, and nobody is asked again
    assert mandate.payment()[1] == "no_payment_method"
    assert (
        "You have withdrawn the permission to debit." in asha.inbox.text_of("payment_failed")
        or asha.inbox.kinds.count("payment_failed") > 1
    )
    asha.gives_card("tok_ok")  # another way: tried at once
    world.wait_until("2026-01-09")
    assert (pro.status, asha.latest_invoice.status) == ("active", "paid")


def test_opted_out_of_one_cycle(world: World) -> None:
    asha, mandate = opened(world, "tok_upi_monthly")
    pro = asha.subscribes_to("Pro")
    world.wait_until(at("2026-01-05", "18:00"))
    mandate.is_opted_out_of()
    world.wait_until(at("2026-01-05", "18:01"))
    assert mandate.payment() == ("given_up", "mandate_opted_out", None)  # and no retry
    assert (pro.status, mandate.row["status"]) == ("past_due", "active")
    world.wait_until("2026-02-07")
    assert mandate.debits == [("02-06 00:00", "succeeded")]  # the next cycle goes on
    assert [invoice.status for invoice in asha.invoices] == ["open", "paid"]


def test_opted_out_at_the_gateway(world: World) -> None:
    asha, mandate = opened(world, "tok_upi_monthly_opted_out")
    asha.subscribes_to("Pro")
    world.wait_until("2026-01-20")
    assert mandate.debits == [("01-06 13:00", "failed")]
    assert mandate.payment() == ("given_up", "mandate_opted_out", None)


def test_declines_stay_within_the_tries_of_a_cycle(world: World) -> None:
    """By 1, 2, 4, 8 a campaign has five tries; the fifth is refused by the rail, not by luck."""
    asha, mandate = opened(world, "tok_upi_monthly_declined")
    asha.subscribes_to("Pro")
    world.wait_until("2026-02-04")
    # Each retry is told of anew: 1, 2 and 4 days after the decline, and a day more.
    assert mandate.debits == [
        ("01-06 13:00", "failed"),
        ("01-08 13:00", "failed"),
        ("01-11 13:00", "failed"),
        ("01-16 13:00", "failed"),
    ]
    assert mandate.payment()[:2] == ("given_up", "mandate_no_tries_left")
    assert [amount for _, amount in mandate.notices] == [118_000] * 4


def test_an_amount_that_has_changed_is_told_anew(world: World) -> None:
    """A credit note of 118.00 after the notice: 1,062.00 is told, and waits a day of its own."""
    asha, mandate = opened(world, "tok_upi_monthly")
    asha.subscribes_to("Pro")
    world.wait_until(at("2026-01-05", "18:00"))
    now, invoice = world.now, asha.latest_invoice
    [(line,)] = asha.shop.rows("select id from invoice_lines")
    credit = CreditInvoice(asha.shop.tenant, new_id(now), now, invoice.id, "Late", [(line, 10_000)])
    credit_invoice(credit, db=asha.shop.db)
    world.wait_until("2026-01-08")
    assert mandate.notices == [("01-05 12:00", 118_000), ("01-06 13:00", 106_200)]
    assert mandate.debits == [("01-07 13:00", "succeeded")]
    assert asha.latest_invoice.status == "paid"


def test_two_invoices_in_one_cycle(world: World) -> None:
    """The second is the customer's to pay, and is carried over to the next cycle."""
    asha, mandate = opened(world, "tok_upi_monthly")
    asha.subscribes_to("Pro")
    world.wait_until("2026-01-08")
    asha.owes_once("Setting up", inr("100.00"), now=True)
    world.wait_until("2026-01-09")
    assert mandate.payment() == ("scheduled", "mandate_already_debited", "02-05 00:00")
    assert len(mandate.debits) == 1


def test_the_end_is_told_of_ahead_of_time(world: World) -> None:
    asha, mandate = opened(world, "tok_upi_monthly_until_20260310")
    pro = asha.subscribes_to("Pro")
    world.wait_until("2026-02-09")
    assert asha.inbox.kinds.count("mandate_ending") == 1  # 30 days ahead
    assert "10 Mar 2026" in asha.inbox.text_of("mandate_ending")
    assert "Agree anew:" in asha.inbox.text_of("mandate_ending")
    assert "/w/ten_" in asha.inbox.text_of("mandate_ending")
    world.wait_until("2026-03-09")
    assert asha.inbox.kinds.count("mandate_ending") == 3
    assert mandate.debits[-1] == ("03-06 00:00", "succeeded")
    world.wait_until("2026-03-12")
    assert (mandate.row["status"], pro.status) == ("expired", "active")
    assert told(asha.shop) == ["mandate.active", *["mandate.ending"] * 3, "mandate.expired"]
    world.wait_until("2026-04-06")
    assert pro.status == "past_due"
    asha.gives_card("tok_upi_monthly")  # a new agreement
    world.wait_until("2026-04-08")
    assert (pro.status, asha.latest_invoice.status) == ("active", "paid")


def test_a_pause_is_asked_about_and_its_end_tried_at_once(world: World) -> None:
    asha, mandate = opened(world, "tok_upi_monthly")
    pro = asha.subscribes_to("Pro")
    mandate.is_paused()
    world.wait_until("2026-01-07")
    assert mandate.payment()[1] == "mandate_paused"
    assert (mandate.debits, pro.status) == ([], "past_due")
    mandate.is_resumed()
    world.wait_until("2026-01-09")
    assert (pro.status, asha.latest_invoice.status) == ("active", "paid")
    assert [to for to, _ in mandate.moves] == ["active", "paused", "active"]


def test_terms_that_were_written_down_are_what_is_agreed_to(world: World) -> None:
    """60,000 of insurance are silent, where 15,000.01 of software would not be."""
    shop = world.shop()
    shop.sells("Cover", at=inr("50,847.46"))  # 60,000.00 with 18 %
    asha = shop.customer("Asha", card=None)
    world.today_is("2026-01-05")
    insurance = Category.INSURANCE_PREMIUM
    mandate = Agreement.written(
        asha, up_to=7_000_000, frequency=Frequency.YEARLY, category=insurance
    )
    assert mandate.row["status"] == "created"
    asha.gives_card("tok_upi")  # says nothing of its own terms
    assert mandate.row["status"] == "active"
    assert (mandate.row["max_amount"], mandate.row["category"]) == (7_000_000, "insurance_premium")
    asha.subscribes_to("Cover")
    world.wait_until("2026-01-07")
    assert mandate.debits == [("01-06 13:00", "succeeded")]
    assert told(shop) == ["mandate.created", "mandate.active"]


def test_a_bank_mandate_takes_its_days(world: World) -> None:
    asha, mandate = opened(world, "tok_emandate")
    pro = asha.subscribes_to("Pro")
    assert mandate.payment()[0] == "processing"
    assert (mandate.notices, pro.status) == ([], "active")
    world.wait_until("2026-01-06")
    assert mandate.debits == [("01-05 12:00", "succeeded")]


def test_who_cannot_be_told_is_not_debited(world: World) -> None:
    asha, mandate = opened(world, "tok_upi_monthly_untold")
    asha.subscribes_to("Pro")
    assert mandate.payment() == ("scheduled", None, "01-05 13:00")  # told anew in an hour
    world.wait_until(at("2026-01-05", "15:30"))
    assert mandate.debits == []
    asha.card.becomes("tok_upi_monthly")
    world.wait_until("2026-01-07")
    assert mandate.debits == [("01-06 16:00", "succeeded")]


def test_a_detached_method_takes_its_mandate_along(world: World) -> None:
    asha, mandate = opened(world, "tok_upi_monthly")
    method = mandate.row["payment_method_id"]
    detach = DetachPaymentMethod(asha.shop.tenant, method, world.now)
    detach_payment_method(detach, db=asha.shop.db)
    detach_payment_method(detach, db=asha.shop.db)
    assert mandate.moves == [("active", "gateway"), ("revoked", "seller")]


def test_a_bank_that_knows_the_mandate_no_more_ends_it(world: World) -> None:
    asha, mandate = opened(world, "tok_upi_monthly_mandate_gone")
    pro = asha.subscribes_to("Pro")
    world.wait_until("2026-01-06")
    world.wait_until(at("2026-01-06", "13:30"))
    assert mandate.debits == [("01-06 13:00", "failed")]
    assert mandate.moves == [("active", "gateway"), ("revoked", "gateway")]
    assert (pro.status, mandate.payment()[:2]) == ("past_due", ("scheduled", "mandate_cancelled"))
    world.wait_until("2026-01-08")
    assert (len(mandate.debits), mandate.payment()[1]) == (1, "no_payment_method")


def test_two_invoices_are_debited_one_after_the_other(world: World) -> None:
    """A bank account has no cycles to fill, and still never two debits at once."""
    asha, mandate = opened(world, "tok_emandate")
    asha.subscribes_to("Pro", starts="2026-01-10")
    asha.subscribes_to("Pro", starts="2026-01-10")
    world.wait_until(at("2026-01-10", "00:30"))
    assert mandate.debits == [("01-10 00:00", "pending")]
    world.wait_until("2026-01-10")
    assert mandate.debits == [("01-10 00:00", "succeeded"), ("01-10 01:00", "succeeded")]
    assert [invoice.status for invoice in asha.invoices] == ["paid", "paid"]
