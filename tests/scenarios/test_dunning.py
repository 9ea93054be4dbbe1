"""Stories of cards that are declined: retried, paid, given up, paid after all."""

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
