"""Stories of payers at Razorpay's pages, before the pretend Razorpay and its webhooks."""

from datetime import date

from khata.adapters.gateways.fake import FakeGateway
from khata.core.ids import new_id
from khata.core.payment_method import MethodKind
from khata.core.visit import Purpose, VisitStatus
from khata.usecases.gateways.ask_for_reconciliation import (
    AskForReconciliation,
    ask_for_reconciliation,
)
from khata.usecases.selling.change_customer import ChangeCustomer, change_customer
from tests.scenarios.february import declined_in_february
from tests.scenarios.payer import Payer
from tests.scenarios.razorpay_account import Razorpay, razorpay
from tests.scenarios.world import World, at, inr

__all__ = ["razorpay"]


def test_paid_and_saved_by_upi_and_told_by_webhook(
    world: World, razorpay: Razorpay, fake_gateway: FakeGateway
) -> None:
    shop, ravi, pro = declined_in_february(world)
    account = razorpay.has_an_account(shop)
    payer = Payer(shop, fake_gateway.payer)
    visit = payer.goes_to_pay(ravi.latest_invoice, by=MethodKind.UPI, saves=True)
    assert (visit.gateway, visit.purpose) == ("razorpay", Purpose.PAY_AND_SAVE)
    razorpay.payer(visit, "pay")
    razorpay.tells(shop, account)  # and the payer never comes back
    world.wait_until(at("2025-02-10", "12:01"))
    assert payer.visit(visit.id).status is VisitStatus.DONE
    invoice = ravi.latest_invoice
    assert (invoice.status, invoice.paid, pro.status) == ("paid", inr("1,180.00"), "active")
    # Of 1,180.00 Razorpay keeps 2 % and 18 % GST on that: 23.60 + 4.25.
    assert shop.rows("select fee from attempts where id = %(id)s", id=visit.id) == [(2_785,)]
    assert shop.rows(
        "select gateway, kind, is_default from payment_methods where gateway_account_id = %(id)s",
        id=account,
    ) == [("razorpay", "upi", True)]
    # What the payer was shown beside the box they ticked is the proof of their mandate.
    proof = "select kind, status, consent_text, consent_address, consent_user_agent from mandates"
    assert shop.rows(proof) == [("upi", "active", "You agree.", "203.0.113.7", "Firefox")]
    unsettled = "select type, status, outcome from gateway_events where status = 'waiting'"
    assert shop.rows(unsettled) == []


def test_razorpay_is_told_the_phone(
    world: World, razorpay: Razorpay, fake_gateway: FakeGateway
) -> None:
    """The link of a payer whose phone is known has it, as Razorpay's pages ask for one."""
    shop, ravi, _ = declined_in_february(world)
    razorpay.has_an_account(shop)
    payer = Payer(shop, fake_gateway.payer)
    change_customer(
        ChangeCustomer(shop.tenant, ravi.id, world.now, {"phone": "+919876543210"}), db=shop.db
    )
    payer.goes_to_pay(ravi.latest_invoice, by=MethodKind.UPI)
    accounts = razorpay.simulator.desk.accounts.all.values()
    [link] = [link for account in accounts for link in account.links.values()]
    assert link["customer"] == {
        "name": "Ravi",
        "email": "ravi@example.com",
        "contact": "+919876543210",
    }


def test_a_payer_is_declined_and_the_link_is_closed_by_the_retry(
    world: World, razorpay: Razorpay, fake_gateway: FakeGateway
) -> None:
    shop, ravi, _ = declined_in_february(world)
    account = razorpay.has_an_account(shop)
    payer = Payer(shop, fake_gateway.payer)
    ravi.card.will_be_accepted()
    world.wait_until(at("2025-02-10", "23:30"))
    razorpay.at_now()
    visit = payer.goes_to_pay(ravi.latest_invoice)
    razorpay.payer(visit, "decline")
    told = payer.comes_back(visit)
    assert (told.status, told.decline_code) == (VisitStatus.OPEN, "payment_declined")
    world.wait_until(at("2025-02-11", "00:00"))
    assert payer.visit(visit.id).status is VisitStatus.EXPIRED
    razorpay.payer(visit, "pay")
    razorpay.tells(shop, account)
    world.wait_until(at("2025-02-11", "00:05"))
    assert ravi.latest_invoice.attempts[-1] == ("2025-02-11", "succeeded")
    assert [one for one in razorpay.simulator.books()["payments"] if one["captured"]] == []


def test_money_that_comes_beside_a_transfer_goes_back_through_razorpay(
    world: World, razorpay: Razorpay, fake_gateway: FakeGateway
) -> None:
    shop, ravi, _ = declined_in_february(world)
    account = razorpay.has_an_account(shop)
    payer = Payer(shop, fake_gateway.payer)
    visit = payer.goes_to_pay(ravi.latest_invoice, by=MethodKind.UPI)
    razorpay.payer(visit, "late")
    world.wait_until(at("2025-02-10", "12:30"))
    razorpay.at_now()
    ravi.transfers(ravi.latest_invoice)
    world.wait_until(at("2025-02-10", "12:31"))
    assert payer.visit(visit.id).status is VisitStatus.EXPIRED
    world.now = at("2025-02-10", "15:00")
    razorpay.at_now()
    world.wait_until(at("2025-02-10", "15:00"))
    razorpay.tells(shop, account)
    world.wait_until(at("2025-02-10", "15:05"))
    assert payer.visit(visit.id).status is VisitStatus.DONE
    assert shop.rows("select amount, reason, status from refunds") == [
        (118_000, "nothing_owed", "succeeded")
    ]
    [paid] = [one for one in razorpay.simulator.books()["payments"] if one["captured"]]
    assert (paid["amount"], paid["refunded"]) == (118_000, 118_000)
    assert shop.balance("receivable") == inr("0.00")


def test_a_day_agrees_with_razorpays_list(
    world: World, razorpay: Razorpay, fake_gateway: FakeGateway
) -> None:
    shop, ravi, _ = declined_in_february(world)
    account = razorpay.has_an_account(shop)
    payer = Payer(shop, fake_gateway.payer)
    visit = payer.goes_to_pay(ravi.latest_invoice)
    razorpay.payer(visit, "pay", "card")
    assert payer.comes_back(visit).status is VisitStatus.DONE
    world.wait_until("2025-02-12")
    day = date(2025, 2, 10)
    ask = AskForReconciliation(shop.tenant, new_id(world.now), account, day, world.now)
    ask_for_reconciliation(ask, db=shop.db)
    world.wait_until(at("2025-02-12", "12:01"))
    days = shop.rows("select day::text, status, payments from reconciliations order by day")
    assert days[0] == ("2025-02-10", "agrees", 1)
