"""The summary: what 18 months came to, in a table of 80 columns."""

from collections.abc import Iterator, Mapping
from datetime import date

from rich.console import Console
from rich.table import Table

from khata.cli.demo.by_gateway import by_gateway
from khata.cli.demo.figures import Figures
from khata.cli.demo.shop import NAME
from khata.cli.demo.story import BEGINS
from khata.core.ledger.accounts import TAX_PAYABLE
from khata.core.words import grouped

_SHOWN_LAST = ("active", "trialing", "past_due", "unpaid", "paused", "canceled")


def show(console: Console, told: Figures) -> None:
    """Print the figures, and every disagreement of the books, should there be one."""
    currencies = [one.currency for one in told.invoiced]
    table = Table(
        title=f"{NAME}, {_day(BEGINS)} to {_day(told.on)}",
        title_justify="left",
        title_style="bold",
        box=None,
        padding=(0, 3, 0, 0),
    )
    table.add_column("")
    for currency in currencies:
        table.add_column(currency, justify="right")
    for label, amounts in _money(told):
        cells = [grouped(amounts[c], c) if amounts.get(c) else "–" for c in currencies]
        table.add_row(label, *cells)
    console.print()
    console.print(table)
    console.print()
    console.print(by_gateway(told.recovery))
    console.print()
    for label, words in _counted(told):
        console.print(f"{label:<18}{words}")
    for sentence in (*told.disagreements, *told.recovery.wrong):
        console.print(f"  {sentence}", style="red")


def _money(told: Figures) -> Iterator[tuple[str, Mapping[str, int]]]:
    yield "Invoiced before tax", {one.currency: one.net for one in told.invoiced}
    yield "Credited before tax", {c: -amount for c, amount in told.credited.items()}
    yield f"Revenue to {_day(told.earned_to)}", told.earned
    yield "Monthly recurring revenue", {one.currency: one.amount for one in told.mrr}
    for name, head in TAX_PAYABLE.items():
        yield name, {tax.currency: tax.amount for tax in told.taxes if tax.account == head}
    yield "Owed by customers", {one.currency: one.owed for one in told.invoiced}
    yield "Left in wallets", told.held


def _counted(told: Figures) -> Iterator[tuple[str, str]]:
    states = [f"{told.subscriptions[s]} {s.replace('_', ' ')}" for s in _states(told)]
    failures, beside = told.failures, told.beside
    yield "Customers", str(told.customers)
    yield "Subscriptions", ", ".join(states)
    open_count = sum(one.open_count for one in told.invoiced)
    yield "Invoices", f"{sum(one.count for one in told.invoiced)}, of which {open_count} open"
    yield (
        "Payments failed",
        f"{sum(one.failed for one in failures)}: "
        f"{sum(one.recovered for one in failures)} recovered, "
        f"{sum(one.given_up for one in failures)} given up, "
        f"{sum(one.retrying for one in failures)} tried again",
    )
    yield "Changes of plans", f"{beside.changes}, and {beside.credit_notes} credit notes in all"
    yield "Coupons", f"{beside.coupons}, redeemed {beside.redemptions} times"
    yield "Wallets", str(beside.wallets)
    yield "Parked", str(told.parked)
    yield "Books balance", "yes" if told.books_balance else "NO"
    yield "Gateways agree", "yes, to the last paisa" if not told.recovery.wrong else "NO"


def _states(told: Figures) -> list[str]:
    known = [state for state in _SHOWN_LAST if state in told.subscriptions]
    return known + [state for state in told.subscriptions if state not in _SHOWN_LAST]


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
