"""A whole month of a shop in Maharashtra, June 2025, with each kind of document. By hand."""

from khata.core.exports.gstr1.file import Filer, Gstr1, gstr1
from khata.core.exports.return_period import ReturnPeriod
from khata.core.exports.tax_document import DocumentKind, Nature, NumbersUsed, TaxDocument
from khata.core.tax.place_of_supply import SupplyKind, Treatment
from tests.core.exports.paper import (
    BENGALURU,
    EMBASSY,
    MUMBAI,
    across,
    advance,
    credit,
    debit,
    document,
    line,
    local,
    nil_line,
    paise,
    run,
    taken_up,
)

JUNE = ReturnPeriod(2025, 6)
FILER = Filer("27AAPFU0939F1ZV", turnover=paise(8_00_00_000))

_LARGE = document("INV/25-26/0103", "2025-06-05", across("150000.00", "27000.00"), place="24")
_MAY = document("INV/25-26/0090", "2025-05-20", local("20000.00", "1800.00"), to=MUMBAI)
_SMALL = document("INV/25-26/0104", "2025-06-06", local("999.00", "89.91"))
_ABROAD = document(
    "INV/25-26/0105",
    "2025-06-07",
    line("83250.50"),
    place="96",
    currency="USD",
    exchange_rate="83.2505",
)

DOCUMENTS: tuple[TaxDocument, ...] = (
    # Registered, inside the state, rounded to a rupee: 1,180.60 and 40 paise on top.
    document("INV/25-26/0101", "2025-06-02", local("1000.50", "90.05"), to=MUMBAI, total="1181.00"),
    # Registered, another state, two codes at one rate.
    document(
        "INV/25-26/0102",
        "2025-06-03",
        across("5000.00", "900.00"),
        line("2500.00", 18, igst="450.00", code="997331"),
        to=BENGALURU,
        place="29",
    ),
    _LARGE,
    _SMALL,
    _ABROAD,
    # Export on payment of tax.
    document(
        "INV/25-26/0106",
        "2025-06-08",
        across("40000.00", "7200.00"),
        place="96",
        treatment=Treatment.ZERO_RATED_WITH_IGST,
    ),
    # SEZ in the shop's own state, under an undertaking.
    document("INV/25-26/0107", "2025-06-09", line("60000.00"), to=MUMBAI, supply=SupplyKind.SEZ),
    document("INV/25-26/0108", "2025-06-10", local("500.00", "45.00"), cancelled_on="2025-06-10"),
    # Under reverse charge: the tax is the buyer's to pay.
    document(
        "INV/25-26/0109",
        "2025-06-11",
        across("10000.00", "1800.00"),
        to=BENGALURU,
        place="29",
        reverse_charge=True,
    ),
    # An embassy in Delhi.
    document("INV/25-26/0110", "2025-06-12", across("3000.00", "540.00"), to=EMBASSY, place="07"),
    # A consumer of another state, small, with an exempt line beside it.
    document(
        "INV/25-26/0111",
        "2025-06-13",
        across("2000.00", "360.00"),
        nil_line("750.00"),
        place="29",
    ),
    # Takes up an advance of May, and one of this month in part.
    document(
        "INV/25-26/0112",
        "2025-06-20",
        local("30000.00", "2700.00"),
        to=MUMBAI,
        advances=[
            taken_up("RV/25-26/0007", "2025-05-28", "10000.00", each="900.00"),
            taken_up("RV/25-26/0008", "2025-06-04", "4000.00", each="360.00"),
        ],
    ),
    document(
        "BOS/25-26/0001",
        "2025-06-14",
        nil_line("1200.00", Nature.NIL_RATED),
        to=MUMBAI,
        kind=DocumentKind.BILL_OF_SUPPLY,
    ),
    credit("CN/25-26/0011", "2025-06-15", local("2000.00", "180.00"), to=MUMBAI, against=_MAY),
    credit(
        "CN/25-26/0012", "2025-06-16", across("50000.00", "9000.00"), place="24", against=_LARGE
    ),
    credit("CN/25-26/0013", "2025-06-17", local("99.00", "8.91"), against=_SMALL),
    credit("CN/25-26/0014", "2025-06-18", line("3250.50"), place="96", against=_ABROAD),
    debit("DN/25-26/0001", "2025-06-19", local("100.00", "9.00"), to=MUMBAI, against=_MAY),
    advance("RV/25-26/0008", "2025-06-04", local("10000.00", "900.00")),
    advance("RV/25-26/0009", "2025-06-21", across("6000.00", "1080.00"), place="29"),
    document(
        "RF/25-26/0001",
        "2025-06-25",
        across("1000.00", "180.00"),
        place="29",
        kind=DocumentKind.REFUND_VOUCHER,
    ),
)

NUMBERS: tuple[NumbersUsed, ...] = (
    run("INV/25-26/0101", "INV/25-26/0112", 12, cancelled=1),
    run("BOS/25-26/0001", "BOS/25-26/0001", 1, kind="bill_of_supply"),
    run("DN/25-26/0001", "DN/25-26/0001", 1, kind="debit_note"),
    run("CN/25-26/0011", "CN/25-26/0014", 4, kind="credit_note"),
    run("RV/25-26/0008", "RV/25-26/0009", 2, kind="receipt_voucher"),
    run("RF/25-26/0001", "RF/25-26/0001", 1, kind="refund_voucher"),
)


def the_return() -> Gstr1:
    return gstr1(FILER, JUNE, DOCUMENTS, numbers=NUMBERS)
