"""The sales register of a month with every kind of document, each by hand."""

import csv
import io
from collections import Counter
from decimal import Decimal

import pytest

from khata.core.exports.sales_register import sales_register
from khata.core.exports.sheets import csv_text
from khata.db.reads.returns import ToldReturn
from tests.scenarios.every_kind import june, shop_of
from tests.scenarios.shop import Shop
from tests.scenarios.world import World

MUMBAI, BENGALURU, EMBASSY = "27AAPFU0939F1ZV", "29AABCR1718E1ZL", "0717USA00027UNX"


@pytest.fixture
def shop(world: World) -> Shop:
    return shop_of(world)


@pytest.fixture
def told(world: World, shop: Shop) -> ToldReturn:
    return june(world, shop)


# Each document of the month: kind, customer; taxable, IGST, CGST, SGST, cess; round-off, total.
REGISTER = [
    ("receipt_voucher", "Asha", "1000 0 90 90 0", "0", "1180"),
    ("invoice", "Asha", "500 0 45 45 0", "0", "590"),
    ("invoice", "Ravi", "1000 180 0 0 0", "0", "1180"),
    ("invoice", "Bela", "1000 180 0 0 0", "0", "1180"),
    ("invoice", "Meena", "1000 180 0 0 0", "0", "1180"),
    ("invoice", "Home", "1000 0 90 90 0", "0", "1180"),
    ("invoice", "Abroad", "8550 0 0 0 0", "0", "8550"),  # 100.00 dollars at 85.50
    ("invoice", "Embassy", "1000 180 0 0 0", "0", "1180"),
    ("invoice", "Zone", "1000 0 0 0 0", "0", "1000"),
    ("invoice", "Mira", "1750 0 90 90 0", "0", "1930"),  # 750.00 of it a book
    ("bill_of_supply", "Nila", "750 0 0 0 0", "0", "750"),
    ("bill_of_supply", "Map", "300 0 0 0 0", "0", "300"),
    ("bill_of_supply", "Pump", "400 0 0 0 0", "0", "400"),
    ("invoice", "Driver", "1000 0 140 140 170", "0", "1450"),
    ("invoice", "Owes", "200 36 0 0 0", "0", "200"),  # the 36.00 are his to pay
    ("invoice", "Exporter", "1000 180 0 0 0", "0", "1180"),  # a deemed export
    ("invoice", "Large", "150000 27000 0 0 0", "0", "177000"),
    ("invoice", "Never", "0 0 0 0 0", "0", "0"),  # cancelled
    ("invoice", "Zone paid", "1000 180 0 0 0", "0", "1180"),
    ("invoice", "Abroad paid", "8550 1539 0 0 0", "0", "10089"),
    ("refund_voucher", "Asha", "-250 0 -22.5 -22.5 0", "0", "-295"),
    ("revised_invoice", "Before", "1000 0 90 90 0", "0", "1180"),
    ("debit_note", "Ravi", "250.5 45.09 0 0 0", "0", "295.59"),
    ("credit_note", "Bela", "-1000 -180 0 0 0", "0", "-1180"),
    ("credit_note", "Meena", "-100 -18 0 0 0", "0", "-118"),
    ("credit_note", "Abroad", "-855 0 0 0 0", "0", "-855"),
]
# … who they are to GST: number of GSTIN and place, which the register spells with its name.
PARTIES = {
    "Before": ("", "29-Karnataka"),
    "Asha": (BENGALURU, "29-Karnataka"),
    "Ravi": (MUMBAI, "27-Maharashtra"),
    "Bela": (MUMBAI, "27-Maharashtra"),
    "Meena": ("", "33-Tamil Nadu"),
    "Home": ("", "29-Karnataka"),
    "Abroad": ("", "96-Other Countries"),
    "Embassy": (EMBASSY, "07-Delhi"),
    "Zone": (BENGALURU, "29-Karnataka"),
    "Mira": (BENGALURU, "29-Karnataka"),
    "Nila": ("", "33-Tamil Nadu"),
    "Map": ("", "29-Karnataka"),
    "Pump": ("", "29-Karnataka"),
    "Driver": ("", "29-Karnataka"),
    "Owes": (MUMBAI, "27-Maharashtra"),
    "Exporter": (MUMBAI, "27-Maharashtra"),
    "Large": ("", "33-Tamil Nadu"),
    "Never": ("", "32-Kerala"),
    "Zone paid": (BENGALURU, "29-Karnataka"),
    "Abroad paid": ("", "96-Other Countries"),
}
PREFIXES = {
    "receipt_voucher": "RV",
    "invoice": "INV",
    "bill_of_supply": "BS",
    "refund_voucher": "RF",
    "debit_note": "DN",
    "revised_invoice": "RI",
    "credit_note": "CN",
}
# … and table by table, with what lowers taken off, as LISTED and the vouchers have it.
BY_TABLE = {
    "b2b": "7700 936 135 135 0",  # IGST of five, Owes' 36.00 and none under the letter
    "b2cl": "150000 27000 0 0 0",
    "exp": "17100 1539 0 0 0",
    "cdnr": "-749.5 -134.91 0 0 0",  # 250.50 + 45.09 less 1,000.00 + 180.00
    "cdnur": "-855 0 0 0 0",
    "b2cs": "3900 162 320 320 170",
    "nil": "2200 0 0 0 0",
    "": "0 0 0 0 0",  # the cancelled one
    "at": "750 0 67.5 67.5 0",  # before 590.00 of it is in Asha's invoice: 500 + 45 + 45
}
MONEY = ("Taxable value", "IGST", "CGST", "SGST/UTGST", "Cess")


def test_the_register_has_each_document_as_worked_out_by_hand(told: ToldReturn) -> None:
    rates, whole = sales_register(told.gstr1.documents, period=told.gstr1.period)
    rows = list(csv.DictReader(io.StringIO(csv_text(whole))))
    have = [
        (
            row["Document"],
            row["Customer"],
            [Decimal(row[name]) for name in MONEY],
            Decimal(row["Round-off"]),
            Decimal(row["Total"]),
        )
        for row in rows[:-1]
    ]
    want = [
        (kind, who, [Decimal(one) for one in money.split()], Decimal(off), Decimal(total))
        for kind, who, money, off, total in REGISTER
    ]
    assert sorted(have) == sorted(want)
    numbers = [row["Number"] for row in rows[:-1]]
    assert len(set(numbers)) == len(numbers) == len(REGISTER)
    tables: dict[str, list[Decimal]] = {}
    for row in list(csv.DictReader(io.StringIO(csv_text(rates))))[:-1]:
        sums = tables.setdefault(row["GSTR-1 table"], [Decimal(0)] * len(MONEY))
        tables[row["GSTR-1 table"]] = [
            added + Decimal(row[name]) for added, name in zip(sums, MONEY, strict=True)
        ]
    assert tables == {
        name: [Decimal(one) for one in money.split()] for name, money in BY_TABLE.items()
    }


def test_each_document_has_its_number_day_party_and_place(told: ToldReturn) -> None:
    """Each kind counts on its own, in the order of the story; what corrects is of 20 June."""
    counts: Counter[str] = Counter()
    want = []
    for kind, who, *_ in REGISTER:
        counts[kind] += 1
        number = f"{PREFIXES[kind]}/25-26/{counts[kind]:05}"
        corrects = kind in ("refund_voucher", "revised_invoice", "debit_note", "credit_note")
        day = "2025-06-20" if corrects else "2025-06-01"
        status = "cancelled" if who == "Never" else "issued"
        want.append((number, day, status, who, *PARTIES[who]))
    names = ("Number", "Date", "Status", "Customer", "GSTIN", "Place of supply")
    for sheet in sales_register(told.gstr1.documents, period=told.gstr1.period):
        rows = list(csv.DictReader(io.StringIO(csv_text(sheet))))[:-1]
        assert {tuple(row[name] for name in names) for row in rows} == set(want), sheet.name
