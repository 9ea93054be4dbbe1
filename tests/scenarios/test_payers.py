"""A customer pays for another: whose invoice it is, whose tax, whose money, and whose access.

The shop sits in Karnataka; 18 % is two halves of 9 % there, and IGST in Maharashtra.
"""

import pytest

from khata.core.paying import PayerNotPossible, PaysForOthers
from khata.core.trial import MissingMethod
from khata.usecases.billing.foresee_calendar import ForeseeCalendar, foresee_calendar
from khata.usecases.billing.preview_invoice import PreviewInvoice, preview_invoice
from khata.usecases.subscriptions.agree_on_subscription import PaymentMethodNotUsable
from tests.scenarios.customer import Customer
from tests.scenarios.funds import Wallet, credit_of, offers, redeems
from tests.scenarios.money import inr, usd
from tests.scenarios.shop import Shop
from tests.scenarios.subscription import Subscribed
from tests.scenarios.world import World


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop()
    shop.sells("Pro", at=inr("1000.00"))
    shop.sells("Team", at=inr("2500.00"))
    world.today_is("2025-04-01")
    return shop


@pytest.fixture
def parent(shop: Shop) -> Customer:
    return shop.customer("Head Office", state="Maharashtra")


@pytest.fixture
def child(shop: Shop, parent: Customer) -> Customer:
    branch = shop.customer("Branch", card=None)
    branch.is_paid_for_by(parent)
    return branch


def test_the_invoice_is_the_parents_and_so_is_its_tax(
    world: World, child: Customer, parent: Customer
) -> None:
    pro = child.subscribes_to("Pro")
    [made] = parent.invoices
    assert child.invoices == []
    assert made.lines == [("Pro, for Branch", 100_000)]
    assert made.taxes == [("IGST", "18", 18_000)]  # Maharashtra, though Branch is in Karnataka
    assert (made.place, made.status) == ("27", "paid")  # by the parent's card: Branch has none
    assert made.document.buyer.name == "Head Office"
    assert pro.status == "active"
    world.wait_until("2025-04-02")
    assert sorted(parent.inbox.kinds) == ["invoice_issued", "receipt"]
    assert child.inbox.kinds == []


def test_the_parents_wallet_and_coupons_come_first(
    world: World, shop: Shop, child: Customer, parent: Customer
) -> None:
    offers(shop, "TEN", percent="10", lasts="forever")
    offers(shop, "HALF", percent="50", lasts="forever")
    redeems(parent, "TEN")
    redeems(child, "HALF")  # is for what Branch pays for itself
    wallet = Wallet.opened(parent)
    wallet.gets(inr("300.00"), paid=False)
    Wallet.opened(child).gets(inr("500.00"), paid=False)
    pro = child.subscribes_to("Pro")
    made = parent.latest_invoice
    assert made.total == inr("1062.00")  # 1,000.00 - 100.00 = 900.00, and 162.00 of tax
    assert wallet.balance == 0
    assert made.captures == [76_200]  # 1,062.00 - 300.00
    child.is_paid_for_by(None)
    world.wait_until("2025-05-01")
    assert pro.invoices[-1].lines == [("Pro", 50_000)]
    assert pro.invoices[-1].total == inr("590.00")  # 500.00 and two halves of 9 %
    assert pro.invoices[-1].taxes == [("CGST", "9", 4_500), ("SGST", "9", 4_500)]
    assert [one.id for one in child.invoices] == [pro.invoices[-1].id]


def test_when_the_parents_card_fails_the_childs_subscription_is_past_due(
    world: World, child: Customer, parent: Customer
) -> None:
    pro = child.subscribes_to("Pro")
    own = parent.subscribes_to("Team")
    parent.card.will_be_declined()
    world.wait_until("2025-05-01")
    assert (pro.status, own.status) == ("past_due", "past_due")
    assert child.inbox.kinds == []
    assert parent.inbox.kinds.count("payment_failed") == 2
    owed = pro.invoices[-1]
    parent.card.will_be_accepted()
    assert parent.pays(owed) == "succeeded"
    assert (pro.status, own.status) == ("active", "past_due")
    parent.gives_card("tok_ok")
    world.wait_until("2025-05-02")
    assert own.status == "active"


def test_a_change_credits_the_parents_invoice_and_charges_the_parent(
    world: World, child: Customer, parent: Customer
) -> None:
    pro = child.subscribes_to("Pro")
    world.wait_until("2025-04-16")
    seen = pro.would_change_to("Team")
    pro.changes_to("Team")
    # 15 of 30 days: 500.00 and 90.00 of tax back; 1,250.00 and 225.00 charged
    assert pro.credit_notes == [("CN/25-26/00001", 50_000, 59_000)]
    made = parent.latest_invoice
    assert made.lines == [("Team (15 of 30 days), for Branch", 125_000)]
    assert seen.decided.invoice is not None
    assert seen.decided.invoice.total == made.total.amount == 147_500
    assert seen.decided.invoice.customer_id == parent.id
    assert made.captures == [88_500]  # 1,475.00 - 590.00 of credit, which is the parent's
    assert (credit_of(parent), credit_of(child)) == (0, 0)


def test_an_open_invoice_stays_where_it_is_and_so_does_its_credit(
    world: World, shop: Shop, parent: Customer
) -> None:
    asha = shop.customer("Asha", card=None)
    pro = asha.subscribes_to("Pro", pays_by="transfer", days_to_pay=30)
    asha.is_paid_for_by(parent)
    assert asha.latest_invoice.status == "open"
    world.wait_until("2025-04-16")
    pro.changes_to("Team")
    # 590.00 off what Asha owes; the parent is charged for the rest of the month
    assert [invoice.total for invoice in asha.invoices] == [inr("1180.00")]
    assert [invoice.total for invoice in parent.invoices] == [inr("1475.00")]
    asha.transfers(asha.latest_invoice)
    assert asha.latest_invoice.paid == inr("590.00")
    world.wait_until("2025-05-01")
    assert parent.latest_invoice.lines == [("Team, for Asha", 250_000)]


def test_what_is_foreseen_and_previewed_is_what_comes(
    world: World, shop: Shop, child: Customer, parent: Customer
) -> None:
    pro = child.subscribes_to("Pro")
    preview = preview_invoice(PreviewInvoice(shop.tenant, pro.id, world.now), db=shop.db)
    foreseen = foresee_calendar(
        ForeseeCalendar(shop.tenant, world.now, customer_id=parent.id), db=shop.db
    )
    assert foreseen[0].summary == "Pro, for Branch, renews: ₹1,180.00"
    assert preview.customer_id == parent.id
    world.wait_until("2025-05-01")
    made = parent.latest_invoice
    assert [(line.description, line.amount) for line in preview.lines] == made.lines
    assert preview.total == foreseen[0].amount == made.total.amount == 118_000


def test_what_waits_for_the_parent_or_the_child_joins_the_parents_invoice(
    world: World, shop: Shop, child: Customer, parent: Customer
) -> None:
    child.subscribes_to("Pro")
    parent.owes_once("Training", inr("200.00"))
    child.owes_once("Set-up", inr("50.00"))
    world.wait_until("2025-05-01")
    assert parent.latest_invoice.lines == [
        ("Pro, for Branch", 100_000),
        ("Training", 20_000),
        ("Set-up, for Branch", 5_000),
    ]
    child.owes_once("Repair", inr("100.00"), now=True)
    assert parent.latest_invoice.lines == [("Repair, for Branch", 10_000)]
    assert parent.latest_invoice.total == inr("118.00")
    assert child.invoices == []


def test_a_trial_ends_with_the_parents_card(world: World, child: Customer) -> None:
    pro = child.subscribes_to("Pro", trial_days=7, missing_method=MissingMethod.CANCEL)
    world.wait_until("2025-04-09")
    assert pro.status == "active"


def test_only_the_payers_card_pays(shop: Shop, child: Customer, parent: Customer) -> None:
    [(theirs,)] = shop.rows(
        "select id from payment_methods where customer_id = %(id)s", id=parent.id
    )
    other = shop.customer("Other")
    [(foreign,)] = shop.rows(
        "select id from payment_methods where customer_id = %(id)s", id=other.id
    )
    pro: Subscribed = child.subscribes_to("Pro", payment_method_id=theirs)
    assert pro.now.payment_method_id == theirs
    with pytest.raises(PaymentMethodNotUsable):
        child.subscribes_to("Pro", payment_method_id=foreign)


def pretend_payers_stand_on_one_level(shop: Shop, child: Customer, parent: Customer) -> None:
    other = shop.customer("Other")
    with pytest.raises(PayerNotPossible, match="Branch has a payer itself"):
        other.is_paid_for_by(child)
    with pytest.raises(PaysForOthers):
        parent.is_paid_for_by(other)
    with pytest.raises(PayerNotPossible, match="pays for itself"):
        other.is_paid_for_by(other)
    dollars = shop.customer("Dollars", country="US", state=None, currency=usd("1.00").currency)
    with pytest.raises(PayerNotPossible, match="billed in USD, not in INR"):
        other.is_paid_for_by(dollars)
    child.is_paid_for_by(None)
    parent.is_paid_for_by(other)
