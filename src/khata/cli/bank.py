"""`khata bank import`: the bank's statement, from a CSV file of any bank."""

from pathlib import Path
from typing import Annotated

import typer

from khata.cli.help import Command, Group
from khata.cli.options import DataDir
from khata.cli.terminal import answers, fail
from khata.core.bank_statement import Columns, read_statement

LARGEST_FILE = 20_000_000  # bytes

bank = typer.Typer(cls=Group, no_args_is_help=True, help="The bank's statement.")


@bank.callback()
def _group() -> None:
    """The bank's statement."""


def _column(name: str, what: str) -> object:
    return typer.Option(f"--{name}", metavar="HEADING", help=what, show_default=False)


@bank.command("import", cls=Command)
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="The statement.")],
    tenant: Annotated[str, typer.Option("--tenant", metavar="ten_…", help="Whose statement.")],
    account: Annotated[
        str, typer.Option("--account", metavar="NAME", help="Your name for the bank account.")
    ],
    currency: Annotated[str, typer.Option("--currency", metavar="ISO", help="Its currency.")],
    date: Annotated[str, _column("date", "Column of the day. Default: date.")] = "date",
    amount: Annotated[str | None, _column("amount", "Column with a sign. Default: amount.")] = None,
    credit: Annotated[str | None, _column("credit", "Column of what came in.")] = None,
    debit: Annotated[str | None, _column("debit", "Column of what went out.")] = None,
    reference: Annotated[
        str, _column("reference", "Column of the bank's reference.")
    ] = "reference",
    narration: Annotated[str, _column("narration", "Column of what the bank says.")] = "narration",
    id: Annotated[
        str | None, _column("id", "Column that names a row. Default: all it says.")
    ] = None,
    date_format: Annotated[
        str, typer.Option("--date-format", metavar="FORMAT", help="How days are spelled.")
    ] = "%Y-%m-%d",
    data_dir: DataDir = None,
) -> None:
    """Take in a statement, and match it with what gateways paid out.

    One bad row, and nothing of the file is taken. The same file again changes
    nothing.
    """
    from khata.cli.engine import one_command, tenant_of
    from khata.usecases.settlements.import_bank_lines import ImportBankLines, import_bank_lines

    text = _text(file)
    if amount is None and credit is None and debit is None:
        amount = "amount"
    columns = Columns(
        date=date,
        amount=amount,
        credit=credit,
        debit=debit,
        reference=reference,
        narration=narration,
        id=id,
        date_format=date_format,
    )
    with one_command(data_dir) as (engine, _):
        whose = tenant_of(engine, tenant)
        lines = read_statement(text, columns, currency=currency.upper())
        command = ImportBankLines(whose, account, lines, engine.now(whose))
        done = import_bank_lines(command, db=engine.db)
    answers.print(
        f"{done.new} new, {done.repeated} were there already; {done.matched} payouts arrived"
    )


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST_FILE:
            fail("file_too_large", f"{file} is larger than {LARGEST_FILE // 1_000_000} MB")
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        fail("file_not_text", f"{file} is not UTF-8; save it as CSV UTF-8")
    except OSError as fault:
        fail("file_not_readable", f"{file} cannot be read: {fault.strerror}")
