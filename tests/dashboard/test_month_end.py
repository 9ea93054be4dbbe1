"""The page of a month's end: checks in words, debts by age, and Tally's two files."""

from xml.etree.ElementTree import fromstring

from tests.contracts.test_spreadsheets import cells
from tests.dashboard.trading import Trade


def test_the_page_says_what_is_left_and_who_owes(trade: Trade) -> None:
    page = trade.owner.get("/dashboard/month-end?month=2026-01").text
    assert "January 2026" in page
    assert "Debits and credits agree" in page
    assert "Receivable and open invoices agree" in page


def test_another_month_and_no_month(trade: Trade) -> None:
    assert trade.owner.get("/dashboard/month-end?month=2019-02").status_code == 200
    refused = trade.owner.get("/dashboard/month-end?month=soon")
    assert refused.status_code == 400
    assert "A month is written as 2026-03." in refused.text


def test_tally_is_downloaded_in_two_files(trade: Trade) -> None:
    month = f"{trade.paid.issued_on:%Y-%m}"
    vouchers = trade.owner.get(f"/dashboard/month-end/tally-vouchers.xml?month={month}")
    assert vouchers.headers["content-type"] == "application/xml"
    numbers = {
        one.findtext("VOUCHERNUMBER") for one in fromstring(vouchers.content).iter("VOUCHER")
    }
    assert trade.paid.number in numbers
    masters = trade.owner.get(f"/dashboard/month-end/tally-masters.xml?month={month}")
    assert "Sales" in {one.get("NAME") for one in fromstring(masters.content).iter("LEDGER")}


def test_the_accountants_sheets_are_one_workbook(trade: Trade) -> None:
    page = trade.owner.get("/dashboard/month-end?month=2026-01").text
    assert "/dashboard/month-end/accounts.xlsx?month=2026-01" in page
    book = trade.owner.get("/dashboard/month-end/accounts.xlsx?month=2026-01")
    assert 'filename="accounts-2026-01-31.xlsx"' in book.headers["content-disposition"]
    rows = list(cells(book.content, 1).values())
    assert ("Owed" in str(rows), trade.declined.number in str(rows)) == (True, True)
