"""The overview: MRR, revenue by month, what failed, what is owed, and what is due next."""

from dataclasses import dataclass
from datetime import date, timedelta

import psycopg
from fastapi import APIRouter, Depends, Request, Response
from psycopg.rows import TupleRow

from khata.core.ledger.accounts import Account
from khata.core.metrics import Movements
from khata.core.money import exponent
from khata.core.periods import Interval, Unit, edge, start_of_day
from khata.dashboard.page import page
from khata.dashboard.route import HtmlRoute
from khata.dashboard.viewer import Viewer, viewers
from khata.db.reads import metrics, overview
from khata.db.reads.metrics import CustomerChurn, MonthOfRevenue, Sum, TaxOfHead
from khata.db.reads.overview import DueNext, Failures
from khata.wiring import Engine

_MONTHS_SHOWN = 18
# As the books list them: CGST, SGST, UTGST, IGST, the order of a return.
_ORDER = {account.value: position for position, account in enumerate(Account)}


@dataclass(frozen=True, slots=True)
class Span:
    """One column of figures: a month, or a year of them."""

    name: str
    movement: Movements
    churn: CustomerChurn
    failures: Failures


@dataclass(frozen=True, slots=True)
class Overview:
    currency: str
    mrr: Sum
    paying: int  # customers, in whatever currency
    mrr_a_month_ago: int
    elsewhere: list[Sum]
    owed: Sum
    overdue: Sum
    spans: list[Span]
    months: list[MonthOfRevenue]
    due: list[DueNext]
    taxes: list[list[TaxOfHead]]  # of this month and of the last

    @property
    def heads(self) -> list[str]:
        charged = {row.account for month in self.taxes for row in month}
        return sorted(charged, key=lambda head: (_ORDER.get(head, len(_ORDER)), head))

    @property
    def has_revenue(self) -> bool:
        return any(month.invoiced or month.recognized or month.mrr for month in self.months)

    @property
    def awaits_close(self) -> bool:
        """Whether the running month has been invoiced, and nothing of it is booked as earned."""
        return bool(self.months and self.months[-1].invoiced and not self.months[-1].recognized)

    def tax_of(self, head: str, month: int) -> int:
        return sum(row.amount for row in self.taxes[month] if row.account == head)


def router(engine: Engine) -> APIRouter:
    routes = APIRouter(route_class=HtmlRoute, include_in_schema=False)
    seen = viewers(engine)

    @routes.get("/dashboard")
    def overview_page(request: Request, viewer: Viewer = Depends(seen)) -> Response:
        asked = request.query_params.get("currency", "")[:3].upper()
        with engine.db.transaction(viewer.tenant) as uow:
            shown = _overview(uow.connection, viewer, asked)
        return page(
            "overview.html",
            viewer=viewer,
            here="overview",
            shown=shown,
            places=exponent(shown.currency),
        )

    return routes


def _overview(connection: psycopg.Connection[TupleRow], viewer: Viewer, asked: str) -> Overview:
    this = viewer.today.replace(day=1)
    month = Interval(Unit.MONTH)
    last, following = edge(this, month, -1), edge(this, month, 1)
    sums = metrics.mrr(connection, viewer.today)
    known = {total.currency for total in sums} | {viewer.shop.currency}
    currency = asked if asked in known else viewer.shop.currency
    owed, overdue = overview.receivable(connection, viewer.today)
    return Overview(
        currency=currency,
        mrr=_of(currency, sums),
        paying=sum(total.count for total in sums),
        mrr_a_month_ago=_of(
            currency, metrics.mrr(connection, edge(viewer.today, month, -1))
        ).amount,
        elsewhere=[total for total in sums if total.currency != currency],
        owed=_of(currency, owed),
        overdue=_of(currency, overdue),
        spans=[
            _span("This month", connection, viewer, currency, this, following),
            _span("Last month", connection, viewer, currency, last, this),
            _span("12 months", connection, viewer, currency, edge(this, month, -11), following),
        ],
        months=metrics.revenue_by_month(
            connection, currency, edge(this, month, 1 - _MONTHS_SHOWN), following
        ),
        due=overview.due_next(connection, 8),
        taxes=[
            [row for row in metrics.tax_by_head(connection, *days) if row.currency == currency]
            for days in ((this, following), (last, this))
        ],
    )


def _span(
    name: str,
    connection: psycopg.Connection[TupleRow],
    viewer: Viewer,
    currency: str,
    first: date,
    until: date,
) -> Span:
    start = _of(currency, metrics.mrr(connection, first - timedelta(days=1)))
    moved = [m for m in metrics.movements(connection, first, until) if m.currency == currency]
    failed = overview.failures(
        connection, start_of_day(first, viewer.zone), start_of_day(until, viewer.zone)
    )
    return Span(
        name,
        _together(moved, currency, first, start.amount),
        metrics.customer_churn(connection, first, until),
        next((f for f in failed if f.currency == currency), Failures(currency, 0, 0, 0, 0, 0, 0)),
    )


def _together(months: list[Movements], currency: str, first: date, start: int) -> Movements:
    """Add up the moves of months that follow each other."""
    return Movements(
        month=first,
        currency=currency,
        start=start,
        new=sum(m.new for m in months),
        reactivation=sum(m.reactivation for m in months),
        expansion=sum(m.expansion for m in months),
        contraction=sum(m.contraction for m in months),
        churn=sum(m.churn for m in months),
    )


def _of(currency: str, sums: list[Sum]) -> Sum:
    return next((total for total in sums if total.currency == currency), Sum(currency, 0, 0))
