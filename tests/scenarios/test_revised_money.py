"""Revised invoices and money: who is charged, who gets access back, what can go back, and by what.

A shop sells without a GSTIN from 1 June 2025; its certificate is of 20 June, and holds from 5 June.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from khata.adapters.gateways.fake import FakeGateway
from khata.core.credit_note import Settle
from khata.core.customer import TaxId, TaxIdType
from khata.core.ids import new_id
from khata.core.payment import Refund, RefundStatus
from khata.core.revised_invoice import NotRevisable
from khata.core.succession import BadSuccession
from khata.core.tds import TdsTooHigh, Withheld
from khata.core.voiding import NotVoidable
from khata.db.reads.totals import disagreements
from khata.db.stores.refunds import Refunds
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.payments.mark_paid import MarkPaid, Method, mark_paid
from khata.usecases.payments.refund_payment import RefundPayment, refund_payment
from khata.usecases.selling.change_customer import (
    ChangeCustomer,
    CustomerChanges,
    change_customer,
)
from khata.usecases.selling.change_registration import ChangeRegistration, change_registration
from tests.scenarios.filing import the_return
from tests.scenarios.funds import Wallet, credit_of, has_credit
from tests.scenarios.invoice import Invoice
from tests.scenarios.payer import Payer
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
    shop = without_a_number(world)
    world.wait_until("2025-06-10")
    return shop


def test_who_has_left_is_asked_and_not_charged(world: World, shop: Shop) -> None:
    """The card was declined, the customer left; a card that is stored later waits for a person."""
    asha = shop.customer("Asha", card="tok_declined")
    asha.subscribes_to("Pro").is_canceled(now=True)
    ravi = shop.customer("Ravi")
    paid = ravi.subscribes_to("Pro")
    paid.is_canceled(now=True)
    world.wait_until("2025-06-12")
    asha.gives_card("tok_ok")
    registers_on(world, shop, "2025-06-25")
    owed, rest = revised(shop, asha.latest_invoice), revised(shop, ravi.latest_invoice)
    world.wait_until("2025-06-30")
    assert (again(shop, owed.id).captures, again(shop, owed.id).paid) == ([], inr("0.00"))
    assert (again(shop, rest.id).captures, again(shop, rest.id).paid) == ([], inr("1,000.00"))


def test_access_that_was_lost_comes_back_by_paying(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha", card="tok_declined")
    subscription = asha.subscribes_to("Pro")
    world.wait_until("2025-07-08")
    assert subscription.status == "unpaid"
    registers(shop)
    now = revised(shop, asha.latest_invoice)
    assert (now.status, subscription.status) == ("open", "unpaid")
    with shop.db.transaction(shop.tenant) as uow:  # another invoice that is paid opens nothing
        other = new_id(world.now)
        assert uow.payments.owes_elsewhere(subscription.id, other, date(2025, 7, 8))
    world.wait_until("2025-07-12")
    assert len(asha.invoices) == 2  # nothing more is billed
    asha.transfers(again(shop, now.id))
    assert (again(shop, now.id).status, subscription.status) == ("paid", "active")


def test_what_waits_for_its_first_payment_begins_when_credit_pays_it(
    world: World, shop: Shop
) -> None:
    asha = shop.customer("Asha", card="tok_declined")
    subscription = asha.subscribes_to("Pro", waits_for_payment=True)
    assert subscription.status == "incomplete"
    has_credit(asha, inr("1,180.00"))
    registers(shop, effective_on=date(2025, 6, 5), certificate_on=date(2025, 6, 10))
    now = revised(shop, asha.latest_invoice)
    assert (now.status, subscription.status) == ("paid", "active")


def test_one_that_money_paid_a_part_of_is_credited_and_never_voided(
    world: World, shop: Shop
) -> None:
    asha = shop.customer("Asha", gstin=BENGALURU, card=None)
    asha.subscribes_to("Pro", pays_by="transfer", days_to_pay=30)
    asha.transfers(asha.latest_invoice)
    registers_on(world, shop, "2025-06-25")
    now = revised(shop, asha.latest_invoice)
    with pytest.raises(NotVoidable, match="was paid in part"):
        now.is_voided()


def test_one_that_nothing_was_paid_of_may_be_void(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha", card=None)
    asha.subscribes_to("Pro", pays_by="transfer", days_to_pay=30)
    registers_on(world, shop, "2025-06-25")
    now = revised(shop, asha.latest_invoice)
    now.is_voided()
    assert again(shop, now.id).status == "void"
    told = the_return(shop, "2025-06")
    assert [(run.count, run.cancelled) for run in told.gstr1.numbers] == [(1, 1)]


def test_who_is_at_a_gateways_page_pays_first(
    world: World, shop: Shop, fake_gateway: FakeGateway
) -> None:
    asha = shop.customer("Asha", card=None)
    asha.subscribes_to("Pro", pays_by="transfer", days_to_pay=30)
    registers_on(world, shop, "2025-06-25")
    Payer(shop, fake_gateway.payer).goes_to_pay(asha.latest_invoice)
    with pytest.raises(NotRevisable, match="A payment of INV/25-26/00001 is under way"):
        revised(shop, asha.latest_invoice)


def test_the_place_is_where_the_customer_was(world: World, shop: Shop) -> None:
    """IGST Act s.12(2)(b): Asha moved to Maharashtra after the supply, which Karnataka taxes."""
    asha = shop.customer("Asha")
    asha.subscribes_to("Pro")
    asha.moves_to("MH")
    registers_on(world, shop, "2025-06-25")
    now = revised(shop, asha.invoices[0])
    assert (now.place, now.taxes) == ("29", [("CGST", "9", 9_000), ("SGST", "9", 9_000)])
    assert now.document.buyer.state_name == "Karnataka"


def test_a_wallet_that_paid_pays_again(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    Wallet.opened(asha).gets(inr("1,500.00"))
    asha.subscribes_to("Pro")
    registers_on(world, shop, "2025-06-25")
    now = revised(shop, asha.latest_invoice)
    assert (now.status, now.paid) == ("paid", inr("1,180.00"))
    # 1,500.00 less 1,180.00
    assert shop.rows("select balance from wallets") == [(32_000,)]


def test_what_was_withheld_of_the_original_counts(world: World, shop: Shop) -> None:
    """At most 20 % of 1,000.00 is withheld, of both together: 200.00 were, so no more is."""
    asha = shop.customer("Asha", gstin=BENGALURU, card=None)
    asha.subscribes_to("Pro", pays_by="transfer", days_to_pay=30)

    def pays(invoice: Invoice, amount: int, withheld: int) -> None:
        tds = Withheld(withheld, "194J", "20") if withheld else None
        id, now = new_id(world.now), world.now
        command = MarkPaid(
            shop.tenant, id, now, invoice.id, Method.BANK_TRANSFER, "UTR0001", amount, tds
        )
        mark_paid(command, db=shop.db)

    pays(asha.latest_invoice, 80_000, 20_000)
    registers_on(world, shop, "2025-06-25")
    now = revised(shop, asha.latest_invoice)
    assert now.paid == inr("1,000.00")
    with pytest.raises(TdsTooHigh):
        pays(now, 8_000, 10_000)
    pays(now, 18_000, 0)
    assert shop.balance("tds_receivable") == inr("200.00")


def test_what_its_payment_gave_back_before_is_gone(world: World, shop: Shop) -> None:
    """Of 1,000.00 that a card paid 400.00 went back as too much: 600.00 are left to go back."""
    asha = shop.customer("Asha", gstin=BENGALURU)
    asha.subscribes_to("Pro")
    [(attempt,)] = shop.rows("select id from attempts")
    surplus = Refund(
        id=new_id(world.now),
        attempt_id=attempt,
        invoice_id=asha.latest_invoice.id,
        gateway="fake",
        amount=40_000,
        currency="INR",
        reason="nothing_owed",
        number=1,
        status=RefundStatus.SUCCEEDED,
        gateway_reference="re_1",
        ask_at=None,
        asks=0,
        created_at=world.now,
        finished_at=world.now,
    )
    with shop.db.transaction(shop.tenant) as uow:
        Refunds(uow.connection).add(surplus)
    registers_on(world, shop, "2025-06-25")
    now = revised(shop, asha.latest_invoice, "inclusive")
    all_of_it = CreditInvoice(
        shop.tenant, new_id(world.now), world.now, now.id, "Down", settle=Settle.REFUND
    )
    credit_invoice(all_of_it, db=shop.db)
    amounts = shop.rows("select amount from refunds where invoice_id = %(id)s", id=now.id)
    assert amounts == [(60_000,)]
    assert credit_of(asha) == 40_000  # what no gateway can give back


def test_the_return_warns_of_what_was_not_revised(world: World, shop: Shop) -> None:
    """CGST Act s.40."""
    asha, ravi = shop.customer("Asha"), shop.customer("Ravi")
    asha.subscribes_to("Pro")
    ravi.subscribes_to("Pro")
    registers_on(world, shop, "2025-06-25")
    revised(shop, asha.latest_invoice)
    [finding] = the_return(shop, "2025-06").findings
    assert (finding.code, finding.documents) == ("not_revised", (ravi.latest_invoice.id,))
    assert "revise them until 2025-07-20" in finding.sentence
    assert the_return(shop, "2025-07").findings == ()


def test_a_registration_and_renewals_do_not_meet(world: World, shop: Shop) -> None:
    """Subscriptions are locked before anything that a renewal waits for."""
    for n in range(8):
        shop.customer(f"Asha {n}").subscribes_to("Pro")
    world.now = world.now.replace(month=7)
    with ThreadPoolExecutor(3) as pool:
        made = pool.submit(registers, shop)
        runs = [pool.submit(shop.bills, "2025-07-10", batch=2) for _ in range(2)]
        assert made.result()
        assert all(one.result() for one in runs)
    [(old,)] = shop.rows(
        "select count(*) from subscriptions s join registrations r on r.id = s.registration_id"
        " where r.tax_id is null"
    )
    assert old == 0
    with shop.db.transaction(shop.tenant) as uow:
        assert disagreements(uow.connection) == []


def test_nothing_is_sold_under_the_old_one_any_more(world: World, shop: Shop) -> None:
    [(before,)] = shop.rows("select id from registrations where is_default")
    registers_on(world, shop, "2025-06-25")
    asha = shop.customer("Asha")
    asha.subscribes_to("Pro", registration_id=before)
    assert asha.latest_invoice.taxes == [("CGST", "9", 9_000), ("SGST", "9", 9_000)]


def test_a_state_and_a_number_that_were_told_since_count(world: World, shop: Shop) -> None:
    """CGST Rules, rule 53(1)(f): the number of a recipient who is registered."""
    asha = shop.customer("Asha", state=None)
    asha.subscribes_to("Pro")
    original = asha.latest_invoice
    now_known: CustomerChanges = {
        "state": "KA",
        "tax_ids": [TaxId(TaxIdType.IN_GST, BENGALURU)],
    }
    change_customer(ChangeCustomer(shop.tenant, asha.id, world.now, now_known), db=shop.db)
    registers_on(world, shop, "2025-06-25")
    now = revised(shop, original)
    assert (now.place, now.document.buyer.tax_id) == ("29", BENGALURU)


def test_who_moved_is_who_and_where_it_was(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha", gstin=BENGALURU)
    asha.subscribes_to("Pro")
    moved: CustomerChanges = {"state": "MH", "tax_ids": [TaxId(TaxIdType.IN_GST, MUMBAI)]}
    change_customer(ChangeCustomer(shop.tenant, asha.id, world.now, moved), db=shop.db)
    registers_on(world, shop, "2025-06-25")
    now = revised(shop, asha.invoices[0])
    assert (now.place, now.document.buyer.tax_id) == ("29", BENGALURU)


def test_a_refund_of_a_payment_goes_by_that_payment(world: World, shop: Shop) -> None:
    """1,000.00 were paid of the original, and 180.00 of the revised one, by two payments."""
    asha = shop.customer("Asha", gstin=BENGALURU)
    asha.subscribes_to("Pro")
    [(first,)] = shop.rows("select id from payments")
    registers_on(world, shop, "2025-06-25")
    now = revised(shop, asha.latest_invoice)
    world.wait_until("2025-06-26")
    assert again(shop, now.id).status == "paid"
    back = RefundPayment(shop.tenant, new_id(world.now), world.now, first, 100_000, "Down")
    refund_payment(back, db=shop.db)
    assert shop.rows(
        "select r.amount, a.payment_id from refunds r join attempts a on a.id = r.attempt_id"
    ) == [(100_000, first)]


def test_the_old_one_is_made_the_default_no_more(world: World, shop: Shop) -> None:
    [(before,)] = shop.rows("select id from registrations where is_default")
    registers_on(world, shop, "2025-06-25")
    command = ChangeRegistration(shop.tenant, before, world.now, {}, make_default=True)
    with pytest.raises(BadSuccession, match="29ABCCT1234E1ZL sells in the place of"):
        change_registration(command, db=shop.db, pdf=world.engine.pdf)
