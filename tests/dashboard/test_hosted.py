"""The invoice as its customer opens it: by an unguessable link, and with ways to pay."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from khata.core.ids import new_id, public_id
from khata.db.reads.documents import invoice_document
from tests.dashboard.conftest import NOON
from tests.dashboard.trading import Trade
from tests.dashboard.visitor import Visitor
from tests.dashboard.world import World

BANK = {
    "account_name": "Chai Cloud Pvt Ltd",
    "account_number": "001234567890",
    "ifsc": "HDFC0000001",
    "bank": "HDFC Bank",
}


def shows_branding(trade: Trade, world: World) -> None:
    with world.engine.db.transaction(trade.shop.test) as uow:
        tenant = uow.tenants.get()
        uow.tenants.change(
            name=tenant.name,
            email=tenant.email,
            policies={},
            branding={"upi_vpa": "chaicloud@hdfcbank", "bank": BANK},
        )


def goes_live(trade: Trade, world: World) -> None:
    """Let the shop's tenant be its live one: documents are real from now on."""
    with world.engine.db.transaction(trade.shop.test) as uow:
        uow.connection.execute("update tenants set livemode = true")


def by_hand(trade: Trade, world: World) -> None:
    """Let the declined invoice be one that its customer pays by themselves."""
    with world.engine.db.transaction(trade.shop.test) as uow:
        uow.connection.execute(
            "update invoices set collection_method = 'send_invoice' where id = %s",
            [trade.declined.id],
        )


def test_whoever_has_the_link_sees_the_invoice(trade: Trade, visitor: Visitor) -> None:
    answer = visitor.get(trade.hosted(trade.paid))
    assert answer.status_code == 200
    assert "noindex" in answer.headers["x-robots-tag"]
    assert answer.headers["referrer-policy"] == "same-origin"
    assert trade.paid.number in answer.text
    assert "Asha Traders" in answer.text
    assert "29ABCCT1234E1ZL" in answer.text
    assert "Paid on 31 Jan 2026" in answer.text
    assert "Thank you." in answer.text
    assert "<form" not in answer.text


def test_a_wrong_address_is_no_page_whatever_is_wrong_with_it(
    trade: Trade, visitor: Visitor, world: World
) -> None:
    tenant, token = trade.shop.public_tenant, trade.paid.link_token
    other = world.opens_shop("Other Shop").public_tenant
    nobody = public_id("ten", new_id(world.now))
    wrong = [
        f"/i/{tenant}/{token[:-1]}",
        f"/i/{tenant}/{token}x",
        f"/i/{other}/{token}",
        f"/i/{nobody}/{token}",
        f"/i/ten_x/{token}",
        f"/i/{tenant}/%00",
        f"/i/{tenant}/{public_id('inv', trade.paid.id)}",
    ]
    answers = [visitor.get(path + end) for path in wrong for end in ("", "/pdf")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert visitor.post(f"/i/{other}/{token}/pay", card="tok_ok").status_code == 404


def test_the_pdf_is_there_for_the_customer(trade: Trade, visitor: Visitor) -> None:
    answer = visitor.get(f"{trade.hosted(trade.declined)}/pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-1.7")
    assert 'filename="INV-25-26-00002.pdf"' in answer.headers["content-disposition"]


def test_the_document_counts_lines_from_one_and_shows_their_last_day(
    trade: Trade, world: World
) -> None:
    with world.engine.db.transaction(trade.shop.test) as uow:
        shown = invoice_document(uow.connection, trade.paid.id, base_url="https://pay.example")
    (line,) = shown.lines
    assert (line.position, line.period_end_inclusive) == (1, date(2026, 2, 27))
    assert [(tax.name, tax.amount) for tax in line.taxes] == [("CGST", 9000), ("SGST", 9000)]
    assert shown.title == "Tax Invoice"
    assert shown.place_of_supply == "29-Karnataka"
    assert shown.paid_on == date(2026, 1, 31)
    assert shown.hosted_url == f"https://pay.example{trade.hosted(trade.paid)}"
    assert shown.seller.tax_id == "29ABCCT1234E1ZL"
    assert shown.buyer.lines == ("12 MG Road", "Mysuru 570001")


def test_what_the_customer_pays_by_hand_can_be_paid_by_upi(
    trade: Trade, visitor: Visitor, world: World
) -> None:
    here = trade.hosted(trade.declined)
    goes_live(trade, world)
    by_hand(trade, world)
    assert "<svg" not in visitor.get(here).text  # no address of UPI
    shows_branding(trade, world)
    page = visitor.get(here).text
    assert "<svg" in page
    assert "upi://pay?pa=chaicloud@hdfcbank&amp;pn=Chai%20Cloud%20Pvt%20Ltd&amp;am=1180.00" in page
    assert "001234567890" in page
    assert "<svg" not in visitor.get(trade.hosted(trade.paid)).text  # nothing is owed


def test_in_test_mode_there_is_no_code_that_moves_real_money(
    trade: Trade, visitor: Visitor, world: World
) -> None:
    shows_branding(trade, world)
    by_hand(trade, world)
    page = visitor.get(trade.hosted(trade.declined)).text
    for real in ("<svg", "upi://", "chaicloud@hdfcbank", "001234567890", "HDFC0000001"):
        assert real not in page
    assert "This is test mode: nothing here can be paid with real money" in page


def test_who_is_late_is_told(trade: Trade, visitor: Visitor, world: World) -> None:
    by_hand(trade, world)
    page = visitor.get(trade.hosted(trade.declined)).text  # two days after it was due
    assert "Overdue: it was due on 31 Jan 2026" in page
    assert 'class="tag bad">Overdue' in page
    world.clock.at = NOON.replace(hour=17)  # 22:30 in India: still the day
    assert "Due 31 Jan 2026" in visitor.get(trade.hosted(trade.declined)).text


def methods_of(trade: Trade, world: World) -> int:
    with world.engine.db.transaction(trade.shop.test) as uow:
        row = uow.connection.execute("select count(*) from payment_methods").fetchone()
    assert row is not None
    return int(row[0])


def test_a_refused_payment_leaves_no_payment_method(
    trade: Trade, visitor: Visitor, world: World
) -> None:
    before = methods_of(trade, world)
    visitor.post(f"{trade.hosted(trade.declined)}/pay", card="tok_pending")
    assert methods_of(trade, world) == before + 1
    answer = visitor.post(f"{trade.hosted(trade.declined)}/pay", card="tok_ok")
    assert answer.status_code == 409
    assert "is being collected; wait for its end" in answer.text
    answer = visitor.post(f"{trade.hosted(trade.paid)}/pay", card="tok_ok")
    assert answer.status_code == 409
    assert methods_of(trade, world) == before + 1


def test_of_many_clicks_at_once_one_pays_and_keeps_its_card(trade: Trade, world: World) -> None:
    before = methods_of(trade, world)
    path = f"{trade.hosted(trade.declined)}/pay"
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: world.visitor().post(path, card="tok_ok"), range(6)))
    assert sorted(answer.status_code for answer in answers) == [303] + [409] * 5
    assert methods_of(trade, world) == before + 1


def test_what_we_collect_ourselves_gives_nothing_to_pay_by(
    trade: Trade, visitor: Visitor, world: World
) -> None:
    goes_live(trade, world)
    shows_branding(trade, world)
    here = trade.hosted(trade.declined)
    page = visitor.get(here).text  # it will be tried again
    assert "The payment method on file is charged once more by itself.</p>" in page
    assert "upi://" not in page
    assert "001234567890" not in page
    with world.engine.db.transaction(trade.shop.test) as uow:
        uow.connection.execute(
            "update payments set status = 'given_up', next_attempt_at = null where invoice_id = %s",
            [trade.declined.id],
        )
    page = visitor.get(here).text
    assert "Will be charged" not in page
    assert "upi://" in page
    assert "001234567890" in page


def test_the_page_says_what_the_law_asks_for(trade: Trade, visitor: Visitor) -> None:
    page = visitor.get(trade.hosted(trade.paid)).text
    for particular in (
        "place of supply 29-Karnataka",
        "HSN/SAC 998314",
        "Subtotal",
        "₹1,000.00",
        "Karnataka, India",
    ):
        assert particular in page, particular


def test_a_test_card_pays_the_invoice(trade: Trade, visitor: Visitor) -> None:
    page = visitor.get(trade.hosted(trade.declined)).text
    assert "The last payment did not go through. Your bank did not allow the payment." in page
    answer = visitor.post(f"{trade.hosted(trade.declined)}/pay", card="tok_ok")
    assert answer.headers["location"] == trade.hosted(trade.declined)
    after = visitor.get(trade.hosted(trade.declined)).text
    assert "Paid on 2 Feb 2026" in after
    assert "<form" not in after
    again = visitor.post(f"{trade.hosted(trade.declined)}/pay", card="tok_ok")
    assert again.status_code == 409
    assert "nothing is owed" in again.text


def test_a_declined_test_card_leaves_the_invoice_open(trade: Trade, visitor: Visitor) -> None:
    visitor.post(f"{trade.hosted(trade.declined)}/pay", card="tok_lost_card")
    page = visitor.get(trade.hosted(trade.declined)).text
    assert "The last payment did not go through" in page
    assert "lost" not in page.replace('value="tok_lost_card">A card reported lost', "").replace(
        "The answer gets lost", ""
    )  # a thief must not learn that the card is reported


@pytest.mark.parametrize("card", ["", "tok_nonsense", "\0", "\ud800", "x" * 5000])
def test_a_card_that_is_none_gets_a_sentence(trade: Trade, visitor: Visitor, card: str) -> None:
    answer = visitor.post(f"{trade.hosted(trade.declined)}/pay", card=card)
    assert answer.status_code == 400
    assert "Choose one of the test cards in the list" in answer.text
    assert 'aria-describedby="refused"' in answer.text


def test_who_was_declined_is_not_told_that_there_is_nothing_to_do(
    trade: Trade, visitor: Visitor
) -> None:
    page = visitor.get(trade.hosted(trade.declined)).text
    assert "The last payment did not go through." in page
    assert "is charged once more by itself. Whoever does not want to wait can pay here." in page
    assert "nothing to do" not in page
