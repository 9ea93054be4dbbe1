"""A month of a shop in Karnataka, June 2025, as it is declared: every figure by hand."""

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import psycopg
import pytest

from khata.core.credit_note import Settle
from khata.core.exports.drill import Figure, documents_of, figures_of
from khata.core.exports.sales_register import sales_register
from khata.core.ids import new_id
from khata.core.tax.nature import Nature
from khata.db.embedded.provision import Urls
from khata.db.reads.returns import ToldReturn, told_return
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from tests.scenarios.filing import blocking, paise, the_return
from tests.scenarios.funds import Wallet
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, inr, usd

_POSTING = (
    "update postings set amount = amount {1} 1 where {0} in (debit, credit)"
    " and entry_id in (select id from entries where source_id = %(id)s"
    " and kind in ('invoice_issued', 'credit_note_issued'))"
)
MUMBAI, BENGALURU = "27AAPFU0939F1ZV", "29AABCR1718E1ZL"


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop("Chai Point", state="Karnataka", round_off="rupee")
    shop.has_lut("AD290325001234X", begins="2025-04-01", ends="2026-03-31")
    shop.sells("Pro", at=[inr("1,000.50"), usd("100.00")])
    shop.sells("Large", at=inr("1,50,000.00".replace(",", "")))
    shop.sells("Books", at=inr("750.00"), tax_nature=Nature.EXEMPT)
    shop.sells("Guards", at=inr("200.00"), reverse_charge=True)
    world.today_is("2025-06-01")
    return shop


def a_month_of_everything(world: World, shop: Shop) -> None:
    """Bill each kind of buyer once, credit one, cancel one.

    A document of a further kind is added here and its amounts to the figures of the tests below.
    """
    near = shop.customer("Near", gstin=BENGALURU)
    far = shop.customer("Far", state="Maharashtra", gstin=MUMBAI)
    home = shop.customer("Home")
    away = shop.customer("Away", state="Tamil Nadu")
    large = shop.customer("Large", state="Tamil Nadu", card=None)
    zone = shop.customer("Zone", gstin=BENGALURU, sez=True)
    abroad = shop.customer("Abroad", country="US", state=None, currency="USD", zone="UTC")
    never = shop.customer("Never", state="Kerala", card=None)
    Wallet.opened(home).gets(inr("500.00"))  # a top-up: no supply, and in no table
    for buyer in (near, far, home, away, zone):
        buyer.subscribes_to("Pro")
    abroad.subscribes_to("Pro")
    away.subscribes_to("Books")
    owes = shop.customer("Owes", state="Maharashtra", gstin=MUMBAI)
    owes.subscribes_to("Guards")  # under reverse charge: the tax is the buyer's to pay
    large.subscribes_to("Large", pays_by="invoice", days_to_pay=30)
    never.subscribes_to("Pro", pays_by="invoice", days_to_pay=30)
    never.latest_invoice.is_voided()
    world.wait_until("2025-06-20")
    shop.rows(
        "update invoices set exchange_rate = 85.5, exchange_rate_on = '2025-05-30',"
        " exchange_rate_source = 'RBI' where currency = 'USD' returning 1"
    )
    note = CreditInvoice(
        shop.tenant,
        new_id(world.now),
        world.now,
        far.latest_invoice.id,
        "Down",
        settle=Settle.CREDIT_BALANCE,
    )
    credit_invoice(note, db=shop.db)
    world.wait_until("2025-07-01")


@pytest.fixture
def told(world: World, shop: Shop) -> ToldReturn:
    a_month_of_everything(world, shop)
    return the_return(shop, "2025-06")


def of_table(figures: Sequence[Figure], table: str) -> list[tuple[tuple[str, ...], object]]:
    return [(one.key, one.amounts) for one in figures if one.table == table]


def test_a_month_of_every_kind_of_document(told: ToldReturn, shop: Shop) -> None:
    assert blocking(told) == []
    assert told.status == "ready"
    figures = figures_of(told.gstr1)
    numbers = {one.buyer.legal_name: one.number for one in told.gstr1.documents}
    # The order is that of the numbers. 9 % of 1,000.50 is 90.045, half up 90.05; 18 % is 180.09.
    assert of_table(figures, "b2b") == [
        ((BENGALURU, numbers["Near"]), paise("1000.50", "0", "90.05", "90.05")),
        ((MUMBAI, _invoice(told, "Far")), paise("1000.50", "180.09")),
        ((BENGALURU, numbers["Zone"]), paise("1000.50")),
        ((MUMBAI, numbers["Owes"]), paise("200", "36")),
    ]
    assert of_table(figures, "b2cl") == [(("33", numbers["Large"]), paise("150000", "27000"))]
    assert of_table(figures, "b2cs") == [
        (("INTRA", "29", "18"), paise("1000.50", "0", "90.05", "90.05")),
        (("INTER", "33", "18"), paise("1000.50", "180.09")),
    ]
    assert of_table(figures, "exp") == [(("WOPAY", numbers["Abroad"]), paise("8550"))]
    assert [one for _, one in of_table(figures, "cdnr")] == [paise("1000.50", "180.09")]
    assert of_table(figures, "nil") == [(("INTRB2C",), paise("750"))]


def test_gstr_3b_and_the_ledger_agree_by_head(told: ToldReturn) -> None:
    # IGST: 180.09 - 180.09 + 180.09 + 27,000; CGST and SGST 90.05 twice.
    assert told.gstr3b.exact == paise("0", "27180.09", "180.10", "180.10")
    assert told.gstr3b.payable == paise("0", "27180", "180", "180")
    assert [(one.head, one.ledger, one.difference, one.in_month) for one in told.tied] == [
        ("IGST", 2_718_009, 0, 2_718_009),
        ("CGST", 18_010, 0, 18_010),
        ("SGST", 18_010, 0, 18_010),
        ("cess", 0, 0, 0),
    ]
    supplies = {name: one.amounts for name, one in told.gstr3b.supplies.items()}
    # Near, Home and Away at 1,000.50 and 1,50,000; Far is credited. Zone and abroad; the books.
    assert supplies["osup_det"] == paise("153001.50", "27180.09", "180.10", "180.10")
    assert supplies["osup_zero"] == paise("9550.50")
    assert supplies["osup_nil_exmp"] == paise("750")


def test_the_register_has_every_document_and_the_same_sums(told: ToldReturn) -> None:
    by_rate, by_document = sales_register(told.gstr1.documents, period=told.gstr1.period)
    total = dict(zip(by_document.header, by_document.rows[-1], strict=True))
    # What the ledger holds, and the 36.00 that a buyer owes under reverse charge.
    assert total["IGST"] == Decimal("27216.09")
    assert total["CGST"] == total["SGST/UTGST"] == Decimal("180.10")
    states = [row[by_document.header.index("Status")] for row in by_document.rows[:-1]]
    assert states.count("cancelled") == 1
    assert by_rate.rows[-1][by_rate.header.index("IGST")] == Decimal("27216.09")


def test_the_file_counts_the_numbers_and_leads_back_to_the_documents(told: ToldReturn) -> None:
    file = json.loads(told.gstr1.text())
    assert (file["gstin"], file["fp"]) == (told.registration.gstin, "062025")
    [invoices, *others] = file["doc_issue"]["doc_det"]
    bills, run = sorted(invoices["docs"], key=lambda one: str(one["from"]))
    assert (bills["from"], bills["net_issue"]) == ("BS/25-26/00001", 1)
    # Eight invoices, one of them cancelled, one under reverse charge, and a top-up.
    assert (run["totnum"], run["cancel"], run["net_issue"]) == (10, 1, 9)
    assert [one["docs"][0]["totnum"] for one in others] == [1]  # the credit note
    figures = figures_of(told.gstr1)
    [large] = documents_of(figures, "b2cl", "33")
    assert large == next(one.id for one in told.gstr1.documents if one.buyer.legal_name == "Large")


def _invoice(told: ToldReturn, buyer: str) -> str:
    return next(
        one.number
        for one in told.gstr1.documents
        if one.buyer.legal_name == buyer and not one.kind.is_note
    )


# Every stored amount that a return is made of, moved by one: what, and the document it is of.
MOVED = {
    "a line": ("update invoice_lines set amount = amount + 1 where invoice_id = %(id)s", "Near"),
    "a tax": (
        "update line_taxes set amount = amount - 1 where invoice_id = %(id)s and name = 'CGST'",
        "Home",
    ),
    "a round-off and its total": (
        "update invoices set round_off = round_off + 1, total = total + 1 where id = %(id)s",
        "Large",
    ),
    "a line, its sum and the total": (
        "with one as (update invoice_lines set amount = amount + 1 where invoice_id = %(id)s)"
        " update invoices set subtotal = subtotal + 1, total = total + 1 where id = %(id)s",
        "Zone",
    ),
    "one head for the other": (
        "update line_taxes set amount = amount + case name when 'CGST' then 1 else -1 end"
        " where invoice_id = %(id)s",
        "Near",
    ),
    "a cent of dollars": (
        "with one as (update invoice_lines set amount = amount + 1 where invoice_id = %(id)s)"
        " update invoices set subtotal = subtotal + 1, total = total + 1 where id = %(id)s",
        "Abroad",
    ),
    "a line of the note": (
        "update credit_note_lines set amount = amount - 1 where credit_note_id = %(id)s",
        "note",
    ),
    "a tax of the note and its totals": (
        "with one as (update credit_note_taxes set amount = amount - 1"
        " where credit_note_id = %(id)s)"
        " update credit_notes set tax = tax - 1, total = total - 1,"
        " to_balance = to_balance - 1 where id = %(id)s",
        "note",
    ),
    "a value in the ledger": (_POSTING.format("'deferred_revenue'", "+"), "Owes"),
    "a tax in the ledger": (_POSTING.format("'igst_payable'", "+"), "Away"),
    "a round-off in the ledger": (_POSTING.format("'round_off'", "+"), "Home"),
    "dollars in the ledger": (_POSTING.format("'deferred_revenue'", "+"), "Abroad"),
    "a note's tax in the ledger": (_POSTING.format("'igst_payable'", "+"), "note"),
}


def test_whatever_is_changed_by_one_paisa_is_named(
    told: ToldReturn, shop: Shop, urls: Urls
) -> None:
    """Changed by the owner of the tables, past all checks, and undone again."""
    ids = {
        "note" if one.kind.is_note else one.buyer.legal_name: one.id
        for one in told.gstr1.documents
        if one.kind.is_note or one.number != _books(told)
    }
    silent, misnamed = [], []
    with psycopg.connect(urls.owner) as connection:
        connection.execute("select set_config('khata.tenant', %s, false)", [str(shop.tenant)])
        for what, (sql, whose) in MOVED.items():
            with connection.transaction(force_rollback=True):
                moved = connection.execute(sql.encode(), {"id": ids[whose]})
                assert moved.rowcount > 0, what
                again = told_return(
                    connection,
                    told.registration,
                    told.gstr1.period,
                    today=date(2025, 7, 1),
                )
            if not blocking(again):
                silent.append(what)
            elif not any(ids[whose] in one.documents for one in again.findings):
                misnamed.append((what, blocking(again)))
    assert (silent, misnamed) == ([], [])


def _books(told: ToldReturn) -> str:
    return next(one.number for one in told.gstr1.documents if one.number.startswith("BS/"))
