"""The figures of the overview and the words around them, for a shop whose trade is known."""

import re

import pytest

from khata.core.ids import public_id
from khata.dashboard.wording import short_money
from tests.dashboard.trading import Trade


def told(html: str) -> str:
    """Return what a reader reads: no tags, one space between words."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_overview_of_two_subscribers(trade: Trade) -> None:
    """Two plans of 1,000.00 a month; one paid, one declined and owed: 1,180.00 with tax."""
    text = told(trade.owner.get("/dashboard").text)
    assert "Monthly recurring revenue ₹2,000" in text
    assert "Paying customers 2" in text
    assert "Owed to you ₹1,180" in text
    assert "1 overdue , ₹1,180" in text
    assert "Failed payments, 12 months 1 0 recovered, 0 given up" in text
    assert "Renews" in text
    assert "CGST payable — ₹180" in text  # issued on 31 January; today is 2 February


def test_revenue_by_month_has_its_table(trade: Trade) -> None:
    page = trade.owner.get("/dashboard").text
    rows = re.findall(r"<tr><th scope=\"row\">(\w+ \d+)</th>(.*?)</tr>", page)
    months = {month: re.findall(r'data-value="([\d.]+)"', cells) for month, cells in rows}
    assert len(months) == 18
    assert months["Jan 2026"] == ["0.0", "2000.0", "2000.0"]  # earned when the month is closed
    assert months["Dec 2025"] == ["0.0", "0.0", "0.0"]


def test_parked_work_tells_its_reason_and_is_counted(trade: Trade) -> None:
    text = told(trade.owner.get("/dashboard/parked").text)
    assert "Parked work 1 waiting" in text
    assert "Nowhere Stores" in text
    assert "state_required" in text
    assert "Take up again" in text


def test_the_story_of_a_subscription(trade: Trade) -> None:
    path = f"/dashboard/subscriptions/{public_id('sub', trade.subscription)}"
    text = told(trade.owner.get(path).text)
    began, billed = text.index("Became active"), text.index(f"Invoice {trade.paid.number} of")
    assert billed < began  # the newest first
    assert "of ₹1,180.00 paid" in text
    assert "Renews on 28 Feb 2026, 00:00 : ₹1,000.00 before tax" in text


def test_the_story_of_a_declined_payment(trade: Trade) -> None:
    path = f"/dashboard/invoices/{public_id('inv', trade.declined.id)}"
    text = told(trade.owner.get(path).text)
    assert "Try 1 at fake with tok_declined : failed" in text
    assert "The customer&#39;s bank did not allow the payment." in text
    assert "The next try is on 1 Feb 2026, 12:00." in text
    failed = told(trade.owner.get("/dashboard/payments?status=retrying").text)
    assert trade.declined.number in failed
    assert trade.declined.number not in trade.owner.get("/dashboard/payments?status=given_up").text


def test_an_invoice_tells_lines_taxes_and_postings(trade: Trade) -> None:
    path = f"/dashboard/invoices/{public_id('inv', trade.paid.id)}"
    text = told(trade.owner.get(path).text)
    assert "31 Jan 2026 – 27 Feb 2026, HSN/SAC 998314" in text
    assert "CGST 9 % on ₹1,000.00 ₹90.00" in text
    assert "Total ₹1,180.00" in text
    assert "Invoice issued Receivable Deferred revenue ₹1,000.00" in text
    assert "Payment received Gateway clearing Receivable ₹1,180.00" in text
    assert "Inside the state, taxed" in text
    assert "Your invoice" in text  # the mail about it


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        (4_461_278, "INR", "₹44,612"),
        (118_000, "INR", "₹1,180"),
        (18_000, "INR", "₹180"),
        (98_910, "INR", "₹989.10"),
        (2_994, "USD", "$29.94"),
        (-599_650, "INR", "-₹5,996"),
        (0, "INR", "₹0"),
        (1_234, "JPY", "¥1,234"),
    ],
)
def test_an_amount_for_a_headline(amount: int, currency: str, said: str) -> None:
    assert short_money(amount, currency) == said
