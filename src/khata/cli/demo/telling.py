"""What one sees while the story is lived: a bar that goes month by month, and running counts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from khata.cli.demo.figures import failures
from khata.cli.demo.story import months
from khata.db.reads.totals import Counts, counts
from khata.wiring import Engine


@contextmanager
def told(
    console: Console, engine: Engine, tenant: UUID, first: date, last: date
) -> Iterator[Callable[[date], None]]:
    """Show the bar; what is yielded is to be called with the last day of each month lived."""
    bar = Progress(
        TextColumn("[bold]{task.fields[month]}"),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[so_far]}"),
        console=console,
    )
    with bar:
        of = bar.add_task("", total=len(months(first, last)), month=f"{first:%b %Y}", so_far="")

        def month_over(day: date) -> None:
            with engine.db.transaction(tenant) as uow:
                so_far = counts(uow.connection)
                failed = failures(uow.connection)
            words = _said(so_far, sum(one.failed for one in failed))
            bar.update(of, advance=1, month=f"{day:%b %Y}", so_far=words)

        yield month_over


def _said(so_far: Counts, failed: int) -> str:
    return (
        f"{so_far.customers} customers  {so_far.invoices} invoices  "
        f"{so_far.paid} paid  {failed} failed"
    )
