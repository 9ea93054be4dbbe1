"""What a table, a tile or a chart says to somebody who only glances at it."""

from datetime import timedelta

from khata.dashboard.pages.overview import Overview
from khata.db.reads.metrics import Sum, TaxOfHead
from khata.usecases.due_work.do_due_work import DoDueWork, do_due_work
from tests.dashboard.test_figures import told
from tests.dashboard.trading import Trade
from tests.dashboard.visitor import Visitor
from tests.dashboard.world import PASSWORD, World

NOTHING = Sum("INR", 0, 0)


def test_an_empty_book_draws_no_chart_and_alarms_nobody(signed_in: Visitor) -> None:
    page = signed_in.get("/dashboard").text
    assert "data-chart" not in page
    assert "Nothing has been invoiced or earned yet" in page
    assert "Nothing is overdue" in page
    assert "status=overdue" not in page


def test_the_missing_bar_of_the_running_month_is_explained(trade: Trade, world: World) -> None:
    sentence = "is booked when the month ends: until then it has no bar of its own."
    page = trade.owner.get("/dashboard").text
    assert sentence not in page  # nothing was invoiced in February so far
    assert "<details open data-figures>" in page  # also for whoever has no scripts
    world.passes(timedelta(days=26))
    do_due_work(DoDueWork(trade.shop.test, world.now, "test"), tools=world.engine.tools)
    trade.owner.sign_in(trade.shop.email, PASSWORD)  # the session has ended
    assert f"What Feb 2026 earns {sentence}" in told(trade.owner.get("/dashboard").text)


def test_taxes_stand_in_the_order_of_a_return() -> None:
    heads = ["utgst_payable", "igst_payable", "sgst_payable", "cgst_payable"]
    shown = Overview(
        "INR", NOTHING, 0, 0, [], NOTHING, NOTHING, [], [], [],
        [[TaxOfHead(head, "INR", 1) for head in heads], []],
    )  # fmt: skip
    assert shown.heads == ["cgst_payable", "sgst_payable", "utgst_payable", "igst_payable"]


def test_a_small_screen_reads_tables_as_cards(trade: Trade) -> None:
    books = trade.owner.get("/dashboard/books").text
    assert '<table class="cards">' in books
    assert 'data-label="Credit">₹' in books
    churn = trade.owner.get("/dashboard").text.partition("Churn and failures")[2]
    assert churn.partition("How MRR moved")[0].count('data-label="12 months"') == 6


def test_a_list_says_days_where_nobody_asks_for_the_hour(trade: Trade) -> None:
    since = trade.owner.get("/dashboard/customers").text
    assert 'data-label="Since" class="whole">31 Jan 2026</td>' in since


def test_who_is_past_due_is_tried_again_on_a_day(trade: Trade) -> None:
    page = told(trade.owner.get("/dashboard/subscriptions?status=past_due").text)
    assert "Past due next try 1 Feb 2026" in page
