"""The accountant's sheets, row by row: amounts with a point, in their own currency's decimals."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from khata.core.ageing import OpenInvoice, aged
from khata.core.deferral import DeferredMonth
from khata.core.exports.account_sheets import (
    ageing_sheet,
    deferred_sheet,
    tds_sheet,
    to_earn_sheet,
)
from khata.core.exports.sheets import csv_text

ASHA, RAVI = UUID(int=1), UUID(int=2)


def owed(n: int, who: UUID, name: str, due: date, amount: int, currency: str) -> OpenInvoice:
    number = f"INV/25-26/{n:05}"
    return OpenInvoice(UUID(int=n), number, who, name, currency, date(2025, 4, 1), due, amount)


def test_each_open_invoice_has_its_age_and_credit_a_row_of_its_own() -> None:
    invoices = [
        owed(1, ASHA, "Asha", date(2025, 6, 30), 118_000, "INR"),  # due on the day itself
        owed(2, ASHA, "Asha", date(2025, 5, 31), 59_000, "INR"),  # 30 days
        owed(3, ASHA, "Asha", date(2025, 5, 30), 100, "INR"),  # 31
        owed(4, RAVI, "=Ravi", date(2025, 3, 31), 5_000, "JPY"),  # 91; yen have no decimals
    ]
    rows = aged(invoices, [(RAVI, "=Ravi", "JPY", 300)], as_of=date(2025, 6, 30))
    sheet = ageing_sheet(rows, as_of=date(2025, 6, 30))
    assert [row[1:2] + row[4:] for row in sheet.rows] == [
        ("INV/25-26/00003", 31, "31-60", "INR", Decimal("1.00")),
        ("INV/25-26/00002", 30, "1-30", "INR", Decimal("590.00")),
        ("INV/25-26/00001", 0, "not due", "INR", Decimal("1180.00")),
        ("INV/25-26/00004", 91, "over 90", "JPY", Decimal(5000)),
        (None, None, "credit, not applied", "JPY", Decimal(-300)),
    ]
    assert "'=Ravi,INV/25-26/00004" in csv_text(sheet)  # no formula runs


def test_a_month_of_deferred_revenue_adds_up_on_its_row() -> None:
    month = DeferredMonth(date(2025, 6, 1), "INR", 100_00, 300_00, 120_00, 20_00, -10_00)
    sheet = deferred_sheet([month])
    assert sheet.rows == (
        (
            "2025-06",
            "INR",
            *(Decimal(one) for one in ("100.00", "300.00", "120.00", "20.00", "-10.00", "250.00")),
        ),
    )
    to_come = to_earn_sheet(
        {(date(2025, 8, 1), "INR"): 50_00, (date(2025, 7, 1), "INR"): 200_00},
        as_of=date(2025, 6, 30),
    )
    assert to_come.rows == (
        ("2025-07", "INR", Decimal("200.00")),
        ("2025-08", "INR", Decimal("50.00")),
    )


@dataclass
class Held:
    quarter: str = "2025-26 Q1"
    customer: str = "Asha"
    number: str = "INV/25-26/00001"
    currency: str = "INR"
    amount: int = 10_000
    section: str | None = "194J"
    deducted_on: date = date(2025, 6, 10)
    certificate_due_on: date = date(2025, 8, 15)
    status: str = "written_off"
    certificate_number: str | None = None
    certificate_amount: int | None = None
    written_off: int = 10_000


def test_what_was_withheld_stands_with_its_certificate() -> None:
    [row] = tds_sheet([Held()], as_of=date(2025, 6, 30)).rows
    assert row[:4] == ("2025-26 Q1", "Asha", "INV/25-26/00001", "194J")
    assert row[6:] == (
        Decimal("100.00"),
        "written off",
        None,
        Decimal("0.00"),
        Decimal("100.00"),
        date(2025, 8, 15),
    )
