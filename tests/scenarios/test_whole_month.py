"""A month with advances, a debit note, a commercial note and VAT abroad, told in all its forms.

GSTR-1, GSTR-3B, Tally and the ledger agree to the paisa; what is changed by one is named.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

import psycopg
import pytest

from khata.core.credit_note import Settle
from khata.core.exports.drill import figures_of
from khata.core.exports.tally.booked import vouchers_of
from khata.core.exports.tally.ledgers import LEDGERS, OF_PARTIES
from khata.core.ids import new_id
from khata.core.ledger.accounts import Account
from khata.core.tax.parties import VatRegistration, VatScheme
from khata.core.tax.rupees import ExchangeRate
from khata.db.embedded.provision import Urls
from khata.db.reads.booked_entries import booked_between
from khata.db.reads.books import trial_balance
from khata.db.reads.returns import ToldReturn, told_return
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.debit_notes.raise_invoice import RaiseInvoice, raise_invoice
from khata.usecases.taxes.add_exchange_rate import AddExchangeRate, add_exchange_rate
from khata.usecases.wallets.refund_advance import RefundAdvance, refund_advance
from tests.scenarios.filing import blocking, paise, the_return
from tests.scenarios.funds import Wallet
from tests.scenarios.shop import Shop
from tests.scenarios.vouchers import SAAS
from tests.scenarios.world import World, eur, inr

MUMBAI, BENGALURU = "27AAPFU0939F1ZV", "29AABCR1718E1ZL"


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop("Chai Point", state="Karnataka")
    shop.has_lut("AD290325001234X", begins="2025-04-01", ends="2026-03-31")
    oss = VatRegistration("IE", "EU372000041", VatScheme.NON_UNION_OSS, date(2020, 1, 1))
    shop.registers(vat_registrations=(oss,))
    shop.sells("Half", at=inr("500.00"))
    shop.sells("Pro", at=[inr("1,000.00"), eur("100.00")])
    rate = ExchangeRate("EUR", date(2025, 5, 30), Decimal("97.50"), "FBIL")
    world.today_is("2025-06-01")
    add_exchange_rate(AddExchangeRate(shop.tenant, new_id(world.now), world.now, rate), db=shop.db)
    return shop


def june(world: World, shop: Shop) -> None:
    """Asha prepays 1,180.00, uses 590.00 of it and gets 295.00 back; Ravi's invoice is raised.

    Of Meena's 100.00 are taken off without GST; Klaus is a consumer in Germany.
    """
    asha = shop.customer("Asha", gstin=BENGALURU)
    Wallet.opened(asha, tax_code=SAAS).gets(inr("1,180.00"))
    asha.subscribes_to("Half")
    ravi = shop.customer("Ravi", state="Maharashtra", gstin=MUMBAI)
    ravi.subscribes_to("Pro")
    meena = shop.customer("Meena", state="Tamil Nadu")
    meena.subscribes_to("Pro")
    shop.customer("Klaus", country="DE", state=None, currency="EUR", zone="UTC").subscribes_to(
        "Pro"
    )
    world.wait_until("2025-06-20")
    now = world.now
    [(voucher,)] = shop.rows("select id from vouchers")
    refund_advance(
        RefundAdvance(shop.tenant, new_id(now), now, voucher, 29_500, "Too much"), db=shop.db
    )
    line, his = line_of(shop, ravi.latest_invoice.id), line_of(shop, meena.latest_invoice.id)
    raise_invoice(
        RaiseInvoice(
            shop.tenant, new_id(now), now, ravi.latest_invoice.id, "Seats", [(line, 25_050)]
        ),
        db=shop.db,
    )
    off = CreditInvoice(
        shop.tenant,
        new_id(now),
        now,
        meena.latest_invoice.id,
        "Goodwill",
        [(his, 10_000)],
        Settle.CREDIT_BALANCE,
        True,
    )
    credit_invoice(off, db=shop.db)
    world.wait_until("2025-06-30")


def line_of(shop: Shop, invoice: UUID) -> UUID:
    [(line,)] = shop.rows("select id from invoice_lines where invoice_id = %(id)s", id=invoice)
    found: UUID = line
    return found


def of_table(told: ToldReturn, table: str) -> list[object]:
    return [one.amounts for one in figures_of(told.gstr1) if one.table == table]


def test_the_return_is_the_ledgers(world: World, shop: Shop) -> None:
    june(world, shop)
    told = the_return(shop, "2025-06")
    assert blocking(told) == []
    # Ravi: 1,000.00 + 180.00; the debit note 250.50 and 18 % of it, 45.09; Asha 500.00 + 2 × 45.00.
    assert sorted(map(str, of_table(told, "b2b"))) == sorted(
        map(str, [paise("500", "0", "45", "45"), paise("1000", "180")])
    )
    assert of_table(told, "cdnr") == [paise("250.50", "45.09")]
    assert of_table(told, "b2cs") == [paise("1000", "180")]  # the commercial note changes nothing
    # 100.00 euros at 97.50, zero-rated at home; the 19.00 of German VAT are no GST.
    assert of_table(told, "exp") == [paise("9750")]
    # 1,180.00 came, 590.00 were taken up and 295.00 went back in the same month: 295.00 are
    # told, which is 250.00 and 2 × 22.50.
    assert of_table(told, "at") == [paise("250", "0", "22.50", "22.50")]
    assert of_table(told, "txpd") == []
    owed = told.gstr3b.exact
    # IGST 180.00 + 45.09 + 180.00; CGST 45.00 + 22.50.
    assert (owed.igst, owed.cgst, owed.sgst) == (40_509, 6_750, 6_750)
    assert [(one.ledger, one.declared, one.in_month) for one in told.tied][:3] == [
        (40_509, 40_509, 40_509),
        (6_750, 6_750, 6_750),
        (6_750, 6_750, 6_750),
    ]


def test_tally_moves_what_the_books_moved(world: World, shop: Shop) -> None:
    june(world, shop)
    with shop.db.transaction(shop.tenant) as uow:
        found = booked_between(uow.connection, first=date(2025, 6, 1), last=date(2025, 6, 30))
        rows = trial_balance(uow.connection, date(2025, 6, 30), "INR")
    ours = {Account(row.account): row.debits - row.credits for row in rows}
    theirs: dict[str, int] = {}
    vouchers = vouchers_of(found.entries, deferred=True)
    for entry in (entry for voucher in vouchers for entry in voucher.entries):
        theirs[entry.ledger] = theirs.get(entry.ledger, 0) + entry.amount
    # 100.00 euros at 97.50 are 9,750.00, and 19 % of VAT 1,852.50; the gateway keeps 2.38 of 119.
    euros = {
        Account.DEFERRED_REVENUE: -9750_00,
        Account.VAT_PAYABLE: -1852_50,
        Account.GATEWAY_CLEARING: 11_370_45,
        Account.GATEWAY_FEES: 232_05,
    }
    for account, ledger in LEDGERS.items():
        moved = ours.get(account, 0) + euros.get(account, 0)
        assert theirs.get(ledger.name, 0) == moved, account
    parties = {ledger.name for ledger in found.ledgers if ledger.party}
    assert sum(theirs.get(name, 0) for name in parties) == sum(
        ours.get(account, 0) for account in OF_PARTIES
    )
    types = [voucher.type.value for voucher in vouchers]
    assert (types.count("Sales"), types.count("Debit Note")) == (4, 1)


_OWN = "tenant_id = %(tenant)s and "
CHANGED = [
    "update voucher_taxes set amount = amount + 1 where {own}position = 0 and voucher_id ="
    " (select id from vouchers where {own}kind = 'receipt_voucher')",
    "update vouchers set net = net - 1, tax = tax + 1 where {own}kind = 'receipt_voucher'",
    "update advance_uses set taxes[1] = taxes[1] + 1 where {own}cause = 'invoice'",
    "update postings set amount = amount + 1 where {own}position = 0 and entry_id ="
    " (select id from entries where {own}kind = 'advance_received')",
    "update postings set amount = amount + 1 where {own}position = 0 and entry_id ="
    " (select id from entries where {own}kind = 'advance_taken_up')",
    "update line_taxes set amount = amount + 1 where {own}invoice_id ="
    " (select id from invoices where {own}document_kind = 'debit_note')",
]


def test_one_paisa_changed_anywhere_is_named(world: World, shop: Shop, urls: Urls) -> None:
    """Changed by the owner of the tables, past all checks, and undone again."""
    june(world, shop)
    told, silent = the_return(shop, "2025-06"), []
    with psycopg.connect(urls.owner) as connection:
        connection.execute("select set_config('khata.tenant', %s, false)", [str(shop.tenant)])
        for changed in CHANGED:
            with connection.transaction(force_rollback=True):
                sql = changed.format(own=_OWN).encode()
                moved = connection.execute(sql, {"tenant": shop.tenant})
                assert moved.rowcount == 1, changed
                again = told_return(
                    connection, told.registration, told.gstr1.period, today=date(2025, 7, 1)
                )
            if not blocking(again):
                silent.append(changed)
    assert silent == []
