"""`khata returns`: the files of a month for the GST portal and the accountant."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from khata.cli.help import Command, Group
from khata.cli.options import DataDir
from khata.cli.terminal import answers, foreseen

if TYPE_CHECKING:
    from khata.core.exports.checks.finding import Finding
    from khata.db.reads.returns import ToldReturn

returns = typer.Typer(cls=Group, no_args_is_help=True, help="Returns of GST.")

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the files go.")]
Tenant = Annotated[str, typer.Option("--tenant", metavar="ten_…", help="Whose return.")]
RegistrationId = Annotated[
    str | None,
    typer.Option("--registration", metavar="reg_…", help="Who files; else the default."),
]
Month = Annotated[
    str | None, typer.Option("--period", metavar="YYYY-MM", help="The month; else the last one.")
]


@returns.callback()
def _group() -> None:
    """Returns of GST."""


@returns.command("gstr1", cls=Command)
def gstr1(
    folder: Folder,
    tenant: Tenant,
    registration: RegistrationId = None,
    period: Month = None,
    data_dir: DataDir = None,
) -> None:
    """Check a month's GSTR-1 and write the file for the portal.

    Nothing is written while anything blocks the return.
    """
    from khata.core.exports.gstr1.parts import file_parts, part_names
    from khata.core.filing import check_given_out

    told, today = _told(tenant, registration, period, data_dir)
    _say(told.findings)
    with foreseen():
        check_given_out(told.findings)
    parts = file_parts(told.gstr1)
    folder.mkdir(parents=True, exist_ok=True)
    names = part_names(told.gstr1, on=today, count=len(parts))
    for name, part in zip(names, parts, strict=True):
        (folder / name).write_text(part, encoding="utf-8")
    answers.print(f"{len(told.gstr1.documents)} documents are in {', '.join(names)}")


@returns.command("gstr3b", cls=Command)
def gstr3b(
    tenant: Tenant,
    registration: RegistrationId = None,
    period: Month = None,
    data_dir: DataDir = None,
) -> None:
    """Say what GSTR-3B owes for a month, by head, and what the ledger holds."""
    from khata.core.money import decimal_text

    told, _ = _told(tenant, registration, period, data_dir)
    payable = told.gstr3b.payable.heads
    for one in told.tied:
        answers.print(
            f"{one.head}: declared {decimal_text(one.declared, 'INR')}, "
            f"in the ledger {decimal_text(one.ledger, 'INR')}, "
            f"to pay {decimal_text(payable[one.head], 'INR')}"
        )
    _say(told.findings)


@returns.command("register", cls=Command)
def register(
    folder: Folder,
    tenant: Tenant,
    registration: RegistrationId = None,
    period: Month = None,
    data_dir: DataDir = None,
) -> None:
    """Write the sales register of a month as a workbook."""
    from khata.adapters.spreadsheets.xlsx import XlsxWriter
    from khata.core.exports.sales_register import register_name, sales_register

    told, _ = _told(tenant, registration, period, data_dir)
    sheets = sales_register(told.gstr1.documents, period=told.gstr1.period)
    name = register_name(told.gstr1.filer.gstin, told.gstr1.period, "xlsx")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(XlsxWriter().workbook(sheets))
    answers.print(f"{len(told.gstr1.documents)} documents are in {folder / name}")


def _told(
    tenant: str, registration: str | None, period: str | None, data_dir: Path | None
) -> "tuple[ToldReturn, date]":
    """Read the return that is asked for; the day is the tenant's own."""
    from khata.cli.engine import one_command, tenant_of
    from khata.core.ids import parse_id
    from khata.core.periods import day_of
    from khata.db.reads.returns import asked_return

    with one_command(data_dir) as (engine, _):
        whose = tenant_of(engine, tenant)
        id = None if registration is None else parse_id("reg", registration)
        with engine.db.transaction(whose) as uow:
            today = day_of(engine.now(whose), uow.tenants.get().timezone)
            return asked_return(uow.connection, id, period, today=today), today


def _say(findings: "Sequence[Finding]") -> None:
    for one in findings:
        answers.print(f"{one.severity}: {one.sentence}")
