"""Recovery by gateway as the summary shows it: a table of 80 columns."""

from collections.abc import Callable, Iterator, Mapping

from rich.table import Table

from khata.cli.demo.recovery import TITLES, AtGateway, Recovery
from khata.core.words import grouped


def by_gateway(told: Recovery) -> Table:
    """Return the table: counts of payments, and the cash of both books beside each other."""
    table = Table(
        title="Recovery by gateway",
        title_justify="left",
        title_style="bold",
        box=None,
        padding=(0, 3, 0, 0),
    )
    table.add_column("")
    for one in told.at:
        table.add_column(TITLES[one.name], justify="right")
    for label, read in _COUNTS.items():
        table.add_row(label, *(f"{read(one):,}" for one in told.at))
    for label, amounts in _cash(told):
        table.add_row(label, *amounts)
    return table


_COUNTS: Mapping[str, Callable[[AtGateway], int]] = {
    "Payments charged": lambda one: one.counted.charged,
    "Collected": lambda one: one.counted.collected,
    "Failed at a try": lambda one: one.counted.failed,
    "Recovered by retry": lambda one: one.counted.recovered,
    "Given up": lambda one: one.counted.given_up,
    "Still open": lambda one: one.counted.open,
    "Taken twice": lambda one: one.twice,
    "Unknown left over": lambda one: one.unknown,
    "Surplus given back": lambda one: one.given_back,
    "Mandates": lambda one: one.mandates,
    "Notices before a debit": lambda one: one.notices,
}


def _cash(told: Recovery) -> Iterator[tuple[str, list[str]]]:
    for currency in told.currencies:
        for whose, of in (("theirs", _there), ("ours", _here)):
            shown = [
                grouped(of(one)[currency], currency) if currency in of(one) else "–"
                for one in told.at
            ]
            yield f"Cash in {currency}, {whose}", shown


def _there(one: AtGateway) -> Mapping[str, int]:
    return one.cash_there


def _here(one: AtGateway) -> Mapping[str, int]:
    return one.cash_here
