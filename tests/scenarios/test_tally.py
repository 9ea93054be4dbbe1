"""Stories of a month in Tally: every amount by hand, and as much as in our own books."""

from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element, fromstring

import pytest

from khata.core.credit_note import Settle
from khata.core.exports.tally.booked import vouchers_of
from khata.core.exports.tally.ledgers import LEDGERS, OF_PARTIES
from khata.core.exports.tally.voucher import Voucher
from khata.core.exports.tally.xml import masters_xml, vouchers_xml
from khata.core.ids import new_id
from khata.core.ledger.accounts import Account
from khata.core.tax.rupees import ExchangeRate
from khata.core.tds import Withheld
from khata.db.reads.booked_entries import Booked, booked_between
from khata.db.reads.books import trial_balance
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.invoices.void_invoice import VoidInvoice, void_invoice
from khata.usecases.payments.mark_paid import MarkPaid, Method, mark_paid
from khata.usecases.taxes.add_exchange_rate import AddExchangeRate, add_exchange_rate
from tests.scenarios.funds import Wallet
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, inr, usd


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop("Chai Point", state="Karnataka")
    shop.sells("Pro", at=[inr("1,000.00"), usd("20.00")])
    world.today_is("2025-06-01")
    return shop


def booked(shop: Shop) -> Booked:
    with shop.db.transaction(shop.tenant) as uow:
        return booked_between(uow.connection, first=date(2025, 6, 1), last=date(2025, 6, 30))


def told(voucher: Voucher) -> tuple[str, list[tuple[str, int]]]:
    return voucher.type.value, [(entry.ledger, entry.amount) for entry in voucher.entries]


def test_a_paid_sale_inside_the_state(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha Traders", gstin="29AABCR1718E1ZL")
    asha.subscribes_to("Pro")
    found = booked(shop)
    sale, receipt = vouchers_of(found.entries)
    assert told(sale) == (
        "Sales",
        [
            ("Asha Traders", 118_000),
            ("Sales", -100_000),
            ("Output CGST", -9_000),
            ("Output SGST", -9_000),
        ],
    )
    # The gateway keeps 2 % of 1,180.00.
    assert told(receipt) == (
        "Receipt",
        [("Asha Traders", -118_000), ("Gateway Clearing", 115_640), ("Gateway Fees", 2_360)],
    )
    assert [(bill.name, bill.type.value, bill.amount) for bill in receipt.entries[0].bills] == [
        ("INV/25-26/00001", "Agst Ref", -118_000)
    ]
    xml = fromstring(vouchers_xml([sale, receipt], company="Chai Point"))
    first, second = xml.iter("VOUCHER")
    assert first.get("VCHTYPE") == "Sales"
    assert first.get("OBJVIEW") == "Invoice Voucher View"
    assert texts(first, "DATE", "VOUCHERNUMBER", "REFERENCE", "PARTYLEDGERNAME", "ISINVOICE") == [
        "20250601",
        "INV/25-26/00001",
        "INV/25-26/00001",
        "Asha Traders",
        "Yes",
    ]
    assert texts(first, "STATENAME", "PARTYGSTIN", "PLACEOFSUPPLY", "GSTREGISTRATIONTYPE") == [
        "Karnataka",
        "29AABCR1718E1ZL",
        "Karnataka",
        "Regular",
    ]
    party, sales, *_ = first.iter("LEDGERENTRIES.LIST")
    assert texts(party, "ISDEEMEDPOSITIVE", "ISPARTYLEDGER", "AMOUNT") == ["Yes", "Yes", "-1180.00"]
    assert texts(sales, "LEDGERNAME", "ISDEEMEDPOSITIVE", "AMOUNT", "GSTHSNNAME") == [
        "Sales",
        "No",
        "1000.00",
        "998314",
    ]
    [bill] = party.iter("BILLALLOCATIONS.LIST")
    assert texts(bill, "NAME", "BILLTYPE", "AMOUNT") == ["INV/25-26/00001", "New Ref", "-1180.00"]
    assert second.get("OBJVIEW") == "Accounting Voucher View"
    assert [texts(one, "AMOUNT") for one in second.iter("ALLLEDGERENTRIES.LIST")] == [
        ["1180.00"],
        ["-1156.40"],
        ["-23.60"],
    ]
    assert xml.findtext("BODY/IMPORTDATA/REQUESTDESC/REPORTNAME") == "Vouchers"
    assert (
        xml.findtext("BODY/IMPORTDATA/REQUESTDESC/STATICVARIABLES/SVCURRENTCOMPANY") == "Chai Point"
    )


def test_the_ledgers_come_first_and_name_the_customers(shop: Shop) -> None:
    shop.customer("Asha", gstin="29AABCR1718E1ZL").subscribes_to("Pro")
    shop.customer("asha", state="Tamil Nadu").subscribes_to("Pro")
    shop.customer("Sales", state="Kerala").subscribes_to("Pro")
    ledgers = booked(shop).ledgers
    first, second, third = [ledger for ledger in ledgers if ledger.party]
    assert first.name == "Asha"
    assert second.name.startswith("Sales (")  # our own ledger has that name
    assert third.name.startswith("asha (")  # to Tally the same name
    xml = fromstring(masters_xml(ledgers))
    made = {one.get("NAME"): one for one in xml.iter("LEDGER")}
    assert texts(made["Asha"], "PARENT", "ISBILLWISEON", "LEDSTATENAME", "PARTYGSTIN") == [
        "Sundry Debtors",
        "Yes",
        "Karnataka",
        "29AABCR1718E1ZL",
    ]
    assert texts(made["Output IGST"], "PARENT", "ISBILLWISEON") == ["Duties & Taxes", "No"]
    assert xml.findtext("BODY/IMPORTDATA/REQUESTDESC/REPORTNAME") == "All Masters"


def everything_of_june(world: World, shop: Shop) -> str:
    """Let a month happen; return the number of the invoice that was cancelled."""
    asha = shop.customer("Asha", gstin="29AABCR1718E1ZL")
    ravi = shop.customer("Ravi", state="Maharashtra", gstin="27AAPFU0939F1ZV", card=None)
    meena = shop.customer("Meena", state="Tamil Nadu", card=None)
    jane = shop.customer("Jane", country="US", state=None, currency="USD", zone="UTC")
    Wallet.opened(asha).gets(inr("500.00"))
    asha.subscribes_to("Pro")
    pro = ravi.subscribes_to("Pro", pays_by="invoice", days_to_pay=30)
    meena.subscribes_to("Pro", pays_by="invoice", days_to_pay=30)
    jane.subscribes_to("Pro")
    world.wait_until("2025-06-11")
    now, note = world.now, new_id(world.now)
    owed = pro.invoices[0].id
    # Ravi withholds 10 % of 1,000.00 and transfers the rest.
    transfer = MarkPaid(
        shop.tenant, new_id(now), now, owed, Method.BANK_TRANSFER, "UTR1", tds=Withheld(10_000)
    )
    mark_paid(transfer, db=shop.db)
    void_invoice(VoidInvoice(shop.tenant, meena.latest_invoice.id, now), db=shop.db)
    down = CreditInvoice(shop.tenant, note, now, asha.latest_invoice.id, "Down", settle=KEPT)
    credit_invoice(down, db=shop.db)
    world.wait_until("2025-06-30")
    return meena.latest_invoice.number


KEPT = Settle.CREDIT_BALANCE


def test_a_month_of_everything_moves_in_tally_what_it_moves_in_our_books(
    world: World, shop: Shop
) -> None:
    void = everything_of_june(world, shop)
    found = booked(shop)
    vouchers = vouchers_of(found.entries, deferred=True)
    assert {posting.currency for one in found.left_out for posting in one.postings} == {"USD"}
    by_type = [voucher.type.value for voucher in vouchers]
    assert (by_type.count("Sales"), by_type.count("Credit Note")) == (3, 1)
    [cancelled] = [voucher for voucher in vouchers if voucher.cancelled]
    assert (cancelled.number, cancelled.entries) == (void, ())
    receipts = [told(voucher)[1] for voucher in vouchers if voucher.type.value == "Receipt"]
    assert [("Ravi", -118_000), ("Bank", 108_000), ("TDS Receivable", 10_000)] in receipts

    ours, theirs = balances(shop), moved(vouchers)
    parties = {ledger.name for ledger in found.ledgers if ledger.party}
    for account, ledger in LEDGERS.items():
        assert theirs.get(ledger.name, 0) == ours.get(account, 0), account
    assert sum(theirs.get(name, 0) for name in parties) == sum(
        ours.get(account, 0) for account in OF_PARTIES
    )
    # By hand: 180.00 of Asha is credited again, Ravi is in another state, Meena's is void.
    assert (theirs["Output IGST"], theirs.get("Output CGST", 0), theirs["Ravi"]) == (-18_000, 0, 0)
    # Sales as one ledger comes to the same, with nothing left in Deferred Revenue.
    together = moved(vouchers_of(found.entries))
    assert together["Sales"] == theirs["Deferred Revenue"] + theirs.get("Sales", 0)
    assert "Deferred Revenue" not in together


def moved(vouchers: list[Voucher]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for entry in (entry for voucher in vouchers for entry in voucher.entries):
        sums[entry.ledger] = sums.get(entry.ledger, 0) + entry.amount
    return sums


def test_every_account_has_its_ledger() -> None:
    assert set(LEDGERS) | OF_PARTIES == set(Account)
    names = [ledger.name for ledger in LEDGERS.values()]
    assert len(names) == len(set(names))


def balances(shop: Shop) -> dict[Account, int]:
    with shop.db.transaction(shop.tenant) as uow:
        rows = trial_balance(uow.connection, date(2025, 6, 30), "INR")
    return {Account(row.account): row.debits - row.credits for row in rows}


def texts(element: Element, *tags: str) -> list[str | None]:
    return [element.findtext(tag) for tag in tags]


def test_an_export_is_told_in_rupees_and_what_the_rate_did_is_a_difference(
    world: World, shop: Shop
) -> None:
    """20.00 dollars at 83.00 are 1,660.00. Paid on the 11th at 84.00: 1,680.00, a gain of 20.00."""
    shop.has_lut("AD290325001234X", begins="2025-04-01", ends="2026-03-31")
    has_rate(shop, "83.00", "2025-06-01")
    jane = shop.customer("Jane", country="US", state=None, currency="USD", zone="UTC", card=None)
    jane.subscribes_to("Pro", pays_by="invoice", days_to_pay=30)
    world.wait_until("2025-06-11")
    has_rate(shop, "84.00", "2025-06-11")
    jane.transfers(jane.latest_invoice)
    found = booked(shop)
    assert found.left_out == []
    sale, receipt = vouchers_of(found.entries)
    assert told(sale) == ("Sales", [("Jane", 166_000), ("Sales", -166_000)])
    assert told(receipt) == (
        "Receipt",
        [("Jane", -166_000), ("Bank", 168_000), ("Exchange Difference", -2_000)],
    )
    [settled] = receipt.entries[0].bills
    assert (settled.name, settled.amount) == ("INV/25-26/00001", -166_000)


def test_without_a_rate_of_its_day_a_payment_counts_at_its_bill_s(world: World, shop: Shop) -> None:
    """The only rate is ten days old on the day of payment, and a rate bridges seven days."""
    shop.has_lut("AD290325001234X", begins="2025-04-01", ends="2026-03-31")
    has_rate(shop, "83.00", "2025-06-01")
    jane = shop.customer("Jane", country="US", state=None, currency="USD", zone="UTC", card=None)
    jane.subscribes_to("Pro", pays_by="invoice", days_to_pay=30)
    world.wait_until("2025-06-11")
    jane.transfers(jane.latest_invoice)
    _, receipt = vouchers_of(booked(shop).entries)
    assert told(receipt) == ("Receipt", [("Jane", -166_000), ("Bank", 166_000)])


def test_a_rate_is_as_old_as_the_tenant_lets_it_be(world: World) -> None:
    """No day at all: the 84.00 of the 10th say nothing of the 11th, so the bill's 83.00 count."""
    shop = world.shop("Chai Point", state="Karnataka", exchange_rate_days=0)
    shop.sells("Pro", at=[inr("1,000.00"), usd("20.00")])
    world.today_is("2025-06-01")
    shop.has_lut("AD290325001234X", begins="2025-04-01", ends="2026-03-31")
    has_rate(shop, "83.00", "2025-06-01")
    jane = shop.customer("Jane", country="US", state=None, currency="USD", zone="UTC", card=None)
    jane.subscribes_to("Pro", pays_by="invoice", days_to_pay=30)
    world.wait_until("2025-06-11")
    has_rate(shop, "84.00", "2025-06-10")
    jane.transfers(jane.latest_invoice)
    _, receipt = vouchers_of(booked(shop).entries)
    assert told(receipt) == ("Receipt", [("Jane", -166_000), ("Bank", 166_000)])


def test_the_parts_of_an_export_add_up_in_rupees(world: World, shop: Shop) -> None:
    """Three seats of 9.99 with 18 %: 29.97 + 5.39 = 35.36 dollars at 83.4567.

    2,501.20 + 449.83 = 2,951.03 and the whole is 2,951.03: by hand 2501.1973, 449.8316, 2951.0289.
    """
    shop.sells("Seats", at=usd("9.99"), by_the_seat=True)
    has_rate(shop, "83.4567", "2025-06-01")
    jane = shop.customer("Jane", country="US", state=None, currency="USD", zone="UTC", card=None)
    jane.subscribes_to("Seats", seats=[3], pays_by="invoice", days_to_pay=30)
    [sale] = vouchers_of(booked(shop).entries)
    assert told(sale) == (
        "Sales",
        [("Jane", 295_103), ("Sales", -250_120), ("Output IGST", -44_983)],
    )


def has_rate(shop: Shop, rupees: str, on: str) -> None:
    rate = ExchangeRate("USD", date.fromisoformat(on), Decimal(rupees), "FBIL")
    add_exchange_rate(
        AddExchangeRate(shop.tenant, new_id(shop.world.now), shop.world.now, rate), db=shop.db
    )
