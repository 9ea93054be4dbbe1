"""`khata clock advance`: let time pass for a test tenant."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import psycopg
import typer

from khata.cli.help import Command, Group
from khata.cli.options import DataDir
from khata.cli.terminal import answers, fail
from khata.core.ids import public_id
from khata.core.periods import start_of_day

if TYPE_CHECKING:
    from khata.cli.database import Place
    from khata.wiring import Engine

clock = typer.Typer(cls=Group, no_args_is_help=True, help="Move the clock of a test tenant.")


@clock.callback()
def _group() -> None:
    """Move the clock of a test tenant."""


@clock.command("advance", cls=Command)
def advance(
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="WHEN",
            help="A day, or an instant: 2027-02-01 or 2027-02-01T09:00:00+05:30.",
        ),
    ],
    tenant: Annotated[
        str | None,
        typer.Option(
            "--tenant",
            metavar="ten_…",
            help="Whose clock; may be left out when only one has one.",
            show_default=False,
        ),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Move a test tenant's clock; everything due happens, in order, at its time.

    A day means its first instant in the tenant's time zone.
    """
    from khata.cli.engine import one_command, tenant_of

    moment = _read(to)
    with one_command(data_dir) as (engine, place):
        from khata.usecases.tenants.advance_test_clock import AdvanceTestClock, advance_test_clock

        whose = _the_only_one(place) if tenant is None else tenant_of(engine, tenant)
        at = moment if isinstance(moment, datetime) else _first_instant(engine, whose, moment)
        advance_test_clock(AdvanceTestClock(whose, at), tools=engine.tools)
        answers.print(f"{public_id('ten', whose)}: it is {engine.now(whose).isoformat()}")


def _read(text: str) -> date | datetime:
    try:
        if len(text) == len("2027-02-01"):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        fail("invalid_time", f"{text!r} is neither a day nor an instant; write 2027-02-01")
    if moment.tzinfo is None:
        fail("time_zone_missing", f"{text} needs an offset from UTC, such as {text}+05:30")
    return moment


def _first_instant(engine: "Engine", tenant: UUID, day: date) -> datetime:
    with engine.db.transaction(tenant) as uow:
        return start_of_day(day, uow.tenants.get().timezone)


_CLOCKS = """
    select c.tenant_id, concat_ws(', sandbox ', t.name, t.sandbox)
      from test_clocks c join tenants t using (tenant_id)
     where t.archived_at is null
     order by 1 limit 6
"""


def _the_only_one(place: "Place") -> UUID:
    if not place.urls.owner:
        fail("tenant_missing", "say whose clock with --tenant")
    with psycopg.connect(place.urls.owner) as connection:
        rows = connection.execute(_CLOCKS).fetchall()
    if not rows:
        fail("no_test_clock", "no tenant has a test clock; make one with POST /v1/test_clock")
    if len(rows) > 1:
        names = ", ".join(public_id("ten", id) + f" ({named})" for id, named in rows)
        fail("tenant_missing", f"several tenants have a clock, say which with --tenant: {names}")
    only: UUID = rows[0][0]
    return only
