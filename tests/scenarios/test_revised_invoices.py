"""Stories of revised invoices: the certificate of registration came after the first sales.

CGST Act s.31(3)(a); CGST Rules, rules 10, 35, 53. A shop sells without a GSTIN from 1 June 2025;
its certificate is of 20 June, and holds from 5 June. Figures by hand, at 18 %.
"""

from datetime import date
from typing import Any

import pytest

from khata.core.credit_note import Settle
from khata.core.ids import new_id
from khata.core.proration import ProrationPolicy
from khata.core.revised_invoice import NotRevisable
from khata.core.succession import BadRegistrationDates, BadSuccession
from khata.core.tax.parties import Scheme
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.payments.refund_payment import RefundPayment, refund_payment
from tests.scenarios.filing import paise, the_return
from tests.scenarios.revising import (
    BENGALURU,
    MUMBAI,
    again,
    registers,
    registers_on,
    revised,
    without_a_number,
)
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, inr


@pytest.fixture
def shop(world: World) -> Shop:
    return without_a_number(world)


def test_what_was_paid_pays_the_revised_invoice_and_the_tax_is_owed(
    world: World, shop: Shop
) -> None:
    world.wait_until("2025-06-10")
    asha = shop.customer("Asha", gstin=BENGALURU)
    asha.subscribes_to("Pro")
    original = asha.latest_invoice
    assert (original.status, original.total, original.tax) == ("paid", inr("1,000.00"), inr("0.00"))
    world.wait_until("2025-06-25")
    registers(shop)

    now = revised(shop, original)
    # 1,000.00 at 9 % and 9 %: 90.00 each; 1,180.00, of which 1,000.00 was paid
    assert (now.number, now.issued_on, now.total) == (
        "RI/25-26/00001",
        "2025-06-25",
        inr("1,180.00"),
    )
    assert now.taxes == [("CGST", "9", 9_000), ("SGST", "9", 9_000)]
    assert (now.status, now.paid) == ("open", inr("1,000.00"))
    assert (again(shop, original.id).status, again(shop, original.id).paid) == ("void", inr("0.00"))
    assert shop.balance("receivable") == inr("180.00")
    assert shop.balance("customer_credit") == inr("0.00")
    assert shop.balance("deferred_revenue") == inr("-1,000.00")
    assert shop.balance("cgst_payable") == inr("-90.00")
    assert shop.books_balance()
    world.wait_until("2025-06-26")  # the card on file is charged the rest
    assert (again(shop, now.id).status, again(shop, now.id).captures) == ("paid", [18_000])


# What was billed is 1,180.00 with the tax inside, or 1,000.00 without; so many paise of net, heads,
# round-off and rest to pay follow. 1,000.00 / 1.18 = 847.457…; 9 % of 847.46 is 76.271….
PRICED: list[tuple[str, str | None, str, list[tuple[str, str, int]], int, int]] = [
    ("All in", None, "29", [("CGST", "9", 9_000), ("SGST", "9", 9_000)], 100_000, 0),
    ("All in", "exclusive", "29", [("CGST", "9", 10_620), ("SGST", "9", 10_620)], 118_000, 21_240),
    ("Pro", None, "29", [("CGST", "9", 9_000), ("SGST", "9", 9_000)], 100_000, 18_000),
    ("Pro", "inclusive", "29", [("CGST", "9", 7_627), ("SGST", "9", 7_627)], 84_746, 0),
    ("Pro", "inclusive", "27", [("IGST", "18", 15_254)], 84_746, 0),
    ("Pro", "exclusive", "27", [("IGST", "18", 18_000)], 100_000, 18_000),
]


@pytest.mark.parametrize(("plan", "prices", "place", "taxes", "net", "rest"), PRICED)
def test_the_tax_comes_on_top_or_out_of_what_was_billed(
    world: World,
    shop: Shop,
    plan: str,
    prices: str | None,
    place: str,
    taxes: list[tuple[str, str, int]],
    net: int,
    rest: int,
) -> None:
    """CGST Rules, rule 35: of a value with tax in it, tax is value × rate / (100 + rate)."""
    world.wait_until("2025-06-10")
    state, gstin = ("Karnataka", BENGALURU) if place == "29" else ("Maharashtra", MUMBAI)
    asha = shop.customer("Asha", state=state, gstin=gstin)
    asha.subscribes_to(plan)
    original = asha.latest_invoice
    registers_on(world, shop, "2025-06-25")
    now = revised(shop, original, prices)
    assert (now.taxes, now.place) == (taxes, place)
    assert now.subtotal == inr(f"{net / 100:.2f}")
    assert now.total.amount - now.paid.amount == rest
    assert now.total.amount == original.total.amount + rest
    assert shop.balance("deferred_revenue").amount == -net


def test_what_is_still_owed_is_owed_by_the_revised_invoice(world: World, shop: Shop) -> None:
    world.wait_until("2025-06-10")
    asha = shop.customer("Asha", card=None)
    asha.subscribes_to("Pro", pays_by="transfer", days_to_pay=30)
    original = asha.latest_invoice
    asha.transfers(original, amount=40_000)
    registers_on(world, shop, "2025-06-25")
    now = revised(shop, original)
    # 1,180.00 less the 400.00 that came; due as any invoice is, so many days from today
    assert (now.status, now.paid, now.due_on) == ("open", inr("400.00"), "2025-07-25")
    assert again(shop, original.id).status == "void"
    assert shop.balance("receivable") == inr("780.00")
    asha.transfers(now)
    assert (again(shop, now.id).status, shop.balance("receivable")) == ("paid", inr("0.00"))


def test_the_return_of_the_month_declares_it_and_not_the_original(world: World, shop: Shop) -> None:
    """CGST Act s.40: what was sold before the grant is declared in the first return after it."""
    world.wait_until("2025-06-10")
    asha = shop.customer("Asha", gstin=BENGALURU)
    asha.subscribes_to("Pro")
    ravi = shop.customer("Ravi", state="Maharashtra")
    ravi.subscribes_to("All in")
    registers_on(world, shop, "2025-06-25")
    one, other = revised(shop, asha.latest_invoice), revised(shop, ravi.latest_invoice)
    world.wait_until("2025-06-30")
    told = the_return(shop, "2025-06")
    assert told.findings == ()
    assert told.may_be_filed
    # 1,000.00 inside the state to a business; 1,180.00 with 180.00 of IGST in it to a consumer
    assert told.gstr3b.exact == paise("0", "180", "90", "90")
    assert [row.difference for row in told.tied] == [0, 0, 0, 0]
    tree: dict[str, Any] = dict(told.gstr1.tree())
    [buyer] = tree["b2b"]
    assert (buyer["ctin"], buyer["inv"][0]["inum"]) == (BENGALURU, one.number)
    [consumers] = tree["b2cs"]
    assert (consumers["pos"], float(consumers["txval"]), float(consumers["iamt"])) == (
        "27",
        1000.0,
        180.0,
    )
    [issued] = tree["doc_issue"]["doc_det"]
    assert (issued["doc_num"], issued["doc_typ"]) == (3, "Revised Invoice")
    [run] = issued["docs"]
    assert (run["from"], run["to"], run["totnum"]) == (one.number, other.number, 2)


def test_renewals_go_on_under_the_number(world: World, shop: Shop) -> None:
    world.wait_until("2025-06-10")
    asha = shop.customer("Asha")
    asha.subscribes_to("Pro")
    registers_on(world, shop, "2025-06-25")
    world.wait_until("2025-07-10")
    [_, renewed] = asha.invoices
    assert (renewed.number, renewed.total) == ("INV/25-26/00001", inr("1,180.00"))
    assert renewed.taxes == [("CGST", "9", 9_000), ("SGST", "9", 9_000)]
    [(registrations,)] = shop.rows("select count(*) from registrations where is_default")
    assert registrations == 1


def test_what_is_earned_follows_the_value_without_tax(world: World, shop: Shop) -> None:
    """1,180.00 for 30 days from 10 June: 21 of them are June's.

    Before, 826.00 of 1,180.00; of 1,000.00 it is 700.00, so July takes 126.00 back.
    """
    world.wait_until("2025-06-10")
    asha = shop.customer("Asha")
    subscription = asha.subscribes_to("All in")
    original = asha.latest_invoice
    world.wait_until("2025-07-02")
    assert shop.earned() == {"2025-06": 82_600}
    registers(shop)
    revised(shop, original)
    assert shop.earned() == {"2025-06": 82_600, "2025-07": -82_600}
    subscription.is_canceled()
    world.wait_until("2025-08-02")
    assert shop.earned() == {"2025-06": 82_600, "2025-07": 100_000 - 82_600}


def test_ending_at_once_credits_the_revised_invoice_with_its_tax(world: World, shop: Shop) -> None:
    world.wait_until("2025-06-10")
    asha = shop.customer("Asha", gstin=BENGALURU)
    subscription = asha.subscribes_to("Pro")
    original = asha.latest_invoice
    registers_on(world, shop, "2025-06-25")
    now = revised(shop, original)
    subscription.is_canceled(now=True, policy=ProrationPolicy.BY_DAY)
    # 14 of 30 days are left: 466.67, and 42.00 of each tax; 180.00 of it lowers what is owed
    [(number, total, back)] = shop.rows("select number, total, to_balance from credit_notes")
    assert (number, total, back) == ("CN/25-26/00001", 55_067, 37_067)
    assert (again(shop, now.id).status, shop.balance("receivable")) == ("paid", inr("0.00"))
    assert shop.balance("cgst_payable") == inr("-48.00")


def test_several_subscriptions_of_one_invoice_go_over_together(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    asha.wants_one_invoice()
    asha.subscribes_to("Pro")
    team = asha.subscribes_to("Pro")
    world.wait_until("2025-07-01")
    [*_, both] = asha.invoices
    assert both.total == inr("2,000.00")
    registers(shop, certificate_on=date(2025, 7, 1))
    now = revised(shop, both)
    assert now.total == inr("2,360.00")
    team.is_canceled(now=True, policy=ProrationPolicy.BY_DAY)
    # 30 of 31 days go back: 967.74, and 87.10 of each tax
    assert shop.rows("select invoice_id, total from credit_notes") == [(now.id, 114_194)]


def test_money_goes_back_by_the_payment_of_the_original(world: World, shop: Shop) -> None:
    world.wait_until("2025-06-10")
    asha = shop.customer("Asha", gstin=BENGALURU)
    asha.subscribes_to("Pro")
    original = asha.latest_invoice
    [(payment,)] = shop.rows("select id from payments")
    registers_on(world, shop, "2025-06-25")
    now = revised(shop, original, "inclusive")
    back = RefundPayment(shop.tenant, new_id(world.now), world.now, payment, 40_000, "Half")
    refund_payment(back, db=shop.db)
    assert shop.rows("select invoice_id, total from credit_notes") == [(now.id, 40_000)]
    world.wait_until("2025-06-26")
    assert shop.rows("select amount, status from refunds") == [(40_000, "succeeded")]
    rest = CreditInvoice(
        shop.tenant, new_id(world.now), world.now, now.id, "All", settle=Settle.REFUND
    )
    credit_invoice(rest, db=shop.db)
    world.wait_until("2025-06-27")
    refunds = shop.rows("select amount, status from refunds order by id")
    assert refunds == [(40_000, "succeeded"), (60_000, "succeeded")]
    assert shop.balance("customer_credit") == inr("0.00")
    assert shop.balance("igst_payable") == shop.balance("cgst_payable") == inr("0.00")


BOUNDS = [
    ("2025-06-04", "2025-06-25", "what may be revised was issued between 2025-06-05"),
    ("2025-06-05", "2025-06-25", None),
    ("2025-06-20", "2025-06-25", None),
    ("2025-06-21", "2025-06-25", "and 2025-06-20, the day of its certificate"),
    ("2025-06-10", "2025-07-20", None),
    ("2025-06-10", "2025-07-21", "could be revised until 2025-07-20"),
]


@pytest.mark.parametrize(("sold", "asked", "no"), BOUNDS)
def test_it_has_its_days(world: World, shop: Shop, sold: str, asked: str, no: str | None) -> None:
    """CGST Act s.31(3)(a): of the time before the certificate, within a month of it."""
    world.wait_until(sold)
    asha = shop.customer("Asha")
    asha.subscribes_to("Pro").is_canceled()
    original = asha.latest_invoice
    registers_on(world, shop, asked)
    if no is None:
        assert revised(shop, original).number == "RI/25-26/00001"
        return
    with pytest.raises(NotRevisable, match=no):
        revised(shop, original)
    assert again(shop, original.id) == original
    assert shop.rows("select 1 from number_counters where series like 'RI%%'") == []


def test_what_else_cannot_be_revised(world: World, shop: Shop) -> None:
    world.wait_until("2025-06-10")
    names = ("Asha", "Bela", "Chand", "Devi")
    asha, bela, chand, devi = (shop.customer(one, card=None) for one in names)
    for one in (asha, bela, chand, devi):
        one.subscribes_to("Pro", pays_by="transfer", days_to_pay=30)
    with pytest.raises(NotRevisable, match="No registration under GST succeeds"):
        revised(shop, asha.latest_invoice)
    world.wait_until("2025-06-25")
    bela.latest_invoice.is_voided()
    chand.latest_invoice.is_written_off()
    note = CreditInvoice(shop.tenant, new_id(world.now), world.now, devi.latest_invoice.id, "Down")
    credit_invoice(note, db=shop.db)
    registers(shop)
    for one, no in (
        (bela, "is void"),
        (chand, "is uncollectible"),
        (devi, "A credit note"),
    ):
        with pytest.raises(NotRevisable, match=no):
            revised(shop, one.latest_invoice)
    original = asha.latest_invoice
    now = revised(shop, original)
    with pytest.raises(NotRevisable, match="was revised by RI/25-26/00001"):
        revised(shop, original)
    with pytest.raises(NotRevisable, match="Nothing was sold by"):
        revised(shop, now)


def test_who_collects_no_tax_revises_nothing(world: World, shop: Shop) -> None:
    world.wait_until("2025-06-10")
    asha = shop.customer("Asha")
    asha.subscribes_to("Pro")
    registers_on(world, shop, "2025-06-25", scheme=Scheme.COMPOSITION)
    with pytest.raises(NotRevisable, match="collects no tax under composition"):
        revised(shop, asha.latest_invoice)


def test_a_certificate_has_its_days_and_a_place_is_taken_once(world: World, shop: Shop) -> None:
    world.wait_until("2025-06-25")
    for different, no in (
        ({"effective_on": None}, "Give both"),
        ({"effective_on": date(2025, 6, 21)}, "not from 2025-06-21"),
        ({"certificate_on": date(2025, 6, 26)}, "it is 2025-06-25"),
        ({"tax_id": None, "tax_id_type": None}, "is given with a GSTIN"),
    ):
        with pytest.raises(BadRegistrationDates, match=no):
            registers(shop, **different)
    with pytest.raises(BadSuccession, match="a GSTIN is of one state"):
        registers(shop, tax_id="27ABCCT1234E1ZP", state="MH")
    [(before,)] = shop.rows("select id from registrations where is_default")
    registers(shop)
    with pytest.raises(BadSuccession, match="29ABCCT1234E1ZL has taken the place"):
        registers(shop, tax_id="29ABCCT1234E2ZK", succeeds=before)
    [(after,)] = shop.rows("select id from registrations where is_default")
    with pytest.raises(BadSuccession, match="is registered itself"):
        registers(shop, tax_id="29ABCCT1234E2ZK", succeeds=after)
