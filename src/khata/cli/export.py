"""`khata export`: files for the accountant's own programs."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from khata.cli.help import Command, Group
from khata.cli.options import DataDir
from khata.cli.terminal import answers

export = typer.Typer(cls=Group, no_args_is_help=True, help="Files for the accountant.")


@export.callback()
def _group() -> None:
    """Files for the accountant."""


@export.command("tally", cls=Command)
def tally(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the two files go.")],
    tenant: Annotated[str, typer.Option("--tenant", metavar="ten_…", help="Whose books.")],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day.")],
    company: Annotated[
        str | None, typer.Option("--company", metavar="NAME", help="The company in Tally.")
    ] = None,
    revenue: Annotated[
        Literal["sales", "deferred"],
        typer.Option("--revenue", help="Sales at once, or deferred and earned by months."),
    ] = "sales",
    data_dir: DataDir = None,
) -> None:
    """Write what was booked as TallyPrime imports it: masters, then vouchers.

    Import the file of the masters first. The vouchers move what the books
    moved, to the paisa.
    """
    from khata.cli.engine import one_command, tenant_of
    from khata.core.exports.tally.booked import vouchers_of
    from khata.core.exports.tally.xml import masters_xml, vouchers_xml
    from khata.db.reads.booked_entries import booked_between

    days: tuple[date, date] = (first.date(), last.date())
    with one_command(data_dir) as (engine, _):
        whose = tenant_of(engine, tenant)
        with engine.db.transaction(whose) as uow:
            found = booked_between(uow.connection, first=days[0], last=days[1])
    vouchers = vouchers_of(found.entries, deferred=revenue == "deferred")
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{days[0]}-{days[1]}.xml"
    (folder / f"tally-masters-{name}").write_bytes(masters_xml(found.ledgers, company=company))
    (folder / f"tally-vouchers-{name}").write_bytes(vouchers_xml(vouchers, company=company))
    answers.print(f"{len(found.ledgers)} ledgers and {len(vouchers)} vouchers are in {folder}")
    missing = found.missing(deferred=revenue == "deferred")
    if missing:
        answers.print(f"Left out: {len(missing)} entries in other currencies, without a rate")


@export.command("documents", cls=Command)
def documents(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The ZIP to write.")],
    tenant: Annotated[str, typer.Option("--tenant", metavar="ten_…", help="Whose documents.")],
    period: Annotated[datetime, typer.Option("--period", formats=["%Y-%m"], help="The month.")],
    registration: Annotated[
        str | None,
        typer.Option("--registration", metavar="reg_…", help="Else the default one."),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Write all documents of a month into one ZIP, as they were given out.

    The same documents give the same bytes.
    """
    from khata.cli.engine import one_command, tenant_of
    from khata.core.exports.return_period import ReturnPeriod
    from khata.core.ids import parse_id
    from khata.usecases.documents.zip_documents import ZipDocuments, zip_documents

    month = ReturnPeriod.of(period.date())
    with one_command(data_dir) as (engine, _):
        whose = tenant_of(engine, tenant)
        issuer = parse_id("reg", registration) if registration else None
        at = engine.clock.now()
        command = ZipDocuments(whose, at, issuer, month.first, month.last)
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as to:
            count = zip_documents(command, to, tools=engine.tools)
    answers.print(f"{count} documents are in {file}")


@export.command("accounts", cls=Command)
def accounts(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the files go.")],
    tenant: Annotated[str, typer.Option("--tenant", metavar="ten_…", help="Whose books.")],
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help="The last day; else today."),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Write what is owed by age, what is deferred, and TDS.

    One workbook with a sheet of each, and the same as CSV. What is owed is what
    the books held at the end of the day; deferred are the twelve months to it.
    What will be earned, and how TDS stands, is as of today.
    """
    from khata.adapters.spreadsheets.xlsx import XlsxWriter
    from khata.cli.engine import one_command, tenant_of
    from khata.core.exports.sheets import csv_text
    from khata.core.periods import day_of
    from khata.db.reads.account_sheets import account_sheets

    with one_command(data_dir) as (engine, _):
        whose = tenant_of(engine, tenant)
        with engine.db.transaction(whose) as uow:
            last = as_of.date() if as_of else None
            now = engine.now(whose)
            day, sheets = account_sheets(uow.connection, last, at=now)
            today = day_of(now, uow.tenants.get().timezone)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"accounts-{day}.xlsx").write_bytes(XlsxWriter().workbook(sheets))
    names = ("ageing", "deferred-revenue", "to-be-earned", "tds")
    for name, sheet in zip(names, sheets, strict=True):
        of = today if name in ("to-be-earned", "tds") else day
        (folder / f"{name}-{of}.csv").write_text(csv_text(sheet), encoding="utf-8", newline="")
    answers.print(f"accounts-{day}.xlsx and {len(names)} CSV files are in {folder}")
