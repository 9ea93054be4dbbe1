"""What was paid in parts, and what was withheld, on the page, the PDF and in the API's object.

1,180.00 are owed: 500.00 come, and then 580.00 with 100.00 withheld, 10 % of the 1,000.00 without
GST.
"""

from khata.adapters.pdf.sheet import sheet_of
from khata.api.schemas.invoices import InvoiceObject
from khata.core.ids import new_id
from khata.core.tds import Withheld
from khata.db.reads.documents import invoice_document
from khata.db.reads.invoices import INVOICES
from khata.db.reads.lists import find
from khata.usecases.payments.mark_paid import MarkPaid, Method, mark_paid
from tests.dashboard.test_figures import told
from tests.dashboard.test_pages import whole
from tests.dashboard.trading import Trade
from tests.dashboard.world import World


def gives(world: World, trade: Trade, amount: int, withheld: Withheld | None = None) -> None:
    id, at = new_id(world.now), world.now
    how = Method.BANK_TRANSFER
    command = MarkPaid(trade.shop.test, id, at, trade.declined.id, how, "UTR-1", amount, withheld)
    mark_paid(command, db=world.engine.db)


def sums(world: World, trade: Trade) -> dict[str, str]:
    """The last rows of the PDF, by their labels."""
    with world.engine.db.transaction(trade.shop.test) as uow:
        document = invoice_document(uow.connection, trade.declined.id, base_url="http://k")
    return {row["label"]: row["amount"] for row in sheet_of(document)["sums"]}


def invoice_object(world: World, trade: Trade) -> InvoiceObject:
    with world.engine.db.transaction(trade.shop.test) as uow:
        view = find(uow.connection, INVOICES, trade.declined.id)
    return InvoiceObject.of(view, False, base_url="http://k")


def test_a_part_and_then_the_rest_with_tax_withheld(trade: Trade, world: World) -> None:
    page = trade.hosted(trade.declined)
    gives(world, trade, 50_000)
    html = trade.owner.get(page).text
    whole(html)
    text = told(html)
    assert "Paid ₹500.00 Left to pay ₹680.00" in text
    assert "TDS" not in text
    assert sums(world, trade)["Paid"] == "-₹500.00"
    assert sums(world, trade)["Amount due"] == "₹680.00"
    one = invoice_object(world, trade)
    assert (one.amount_paid, one.tds_withheld, one.amount_due) == (50_000, 0, 68_000)

    gives(world, trade, 58_000, Withheld(10_000, "194J", "10"))
    text = told(trade.owner.get(page).text)
    assert "Paid ₹1,080.00 TDS withheld ₹100.00" in text
    assert "Left to pay" not in text
    paid = sums(world, trade)
    assert (paid["Paid"], paid["TDS withheld"]) == ("-₹1,080.00", "-₹100.00")
    assert paid["Amount due"] == "₹0.00"
    one = invoice_object(world, trade)
    assert (one.status, one.amount_paid, one.tds_withheld) == ("paid", 118_000, 10_000)
    assert one.amount_due == 0


def test_the_seller_s_page_says_it_too(trade: Trade, world: World) -> None:
    gives(world, trade, 48_000, Withheld(10_000, "194J", "10"))
    name = invoice_object(world, trade).id
    text = told(trade.owner.get(f"/dashboard/invoices/{name}").text)
    assert "Paid in all ₹580.00 of it withheld as TDS ₹100.00 Left to pay ₹600.00" in text
