"""The figures of the story so far, each read from what the engine has stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from khata.cli.demo.recovery import Recovery, recovery
from khata.cli.demo.shop import ZONE
from khata.cli.demo.stage import Stage
from khata.cli.demo.story import BEGINS
from khata.core.periods import day_of
from khata.db.reads import metrics, overview, totals
from khata.db.reads.metrics import Connection, Sum, TaxOfHead
from khata.db.reads.overview import Failures
from khata.db.reads.totals import Beside, Invoiced

_ALWAYS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Figures:
    """Amounts in minor units, by currency where they are mappings to int.

    `earned_to` is the last day of the last closed month, up to which revenue is recognised.
    """

    on: date
    customers: int
    subscriptions: Mapping[str, int]
    invoiced: Sequence[Invoiced]
    earned: Mapping[str, int]
    earned_to: date
    mrr: Sequence[Sum]
    taxes: Sequence[TaxOfHead]
    failures: Sequence[Failures]
    parked: int
    beside: Beside
    credited: Mapping[str, int]
    held: Mapping[str, int]
    disagreements: Sequence[str]
    recovery: Recovery

    @property
    def books_balance(self) -> bool:
        return not self.disagreements


def figures(here: Stage, tenant: UUID) -> Figures:
    """Read every figure as of the tenant's now."""
    engine = here.engine
    today = day_of(engine.now(tenant), ZONE)
    with engine.db.transaction(tenant) as uow:
        connection = uow.connection
        shown = overview.shop(connection)
        assert shown is not None
        return Figures(
            on=today,
            customers=totals.counts(connection).customers,
            subscriptions=totals.subscriptions_by_status(connection),
            invoiced=totals.invoiced(connection),
            earned=totals.earned(connection),
            earned_to=_last_closed_day(uow.tenants.get().next_close_at),
            mrr=metrics.mrr(connection, today),
            taxes=metrics.tax_by_head(connection, BEGINS, today + timedelta(days=1)),
            failures=failures(connection),
            parked=shown.parked,
            beside=totals.beside(connection),
            credited=totals.credited(connection),
            held=totals.held(connection),
            disagreements=totals.disagreements(connection),
            recovery=recovery(connection, here.gateways.books()),
        )


def failures(connection: Connection) -> list[Failures]:
    """Return every payment whose first try failed, by currency, and what has become of them."""
    first, until = _ALWAYS
    return overview.failures(connection, first, until)


def _last_closed_day(next_close_at: datetime) -> date:
    """Return the last day of the month before the one that is closed next."""
    last_of_open_month = day_of(next_close_at, ZONE) - timedelta(days=1)
    return last_of_open_month.replace(day=1) - timedelta(days=1)
