"""`khata billing run`: bill what is due now, as the scheduler does by itself."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from khata.cli.help import Command, Group
from khata.cli.options import DataDir, Tenant
from khata.cli.terminal import answers, fail
from khata.core.ids import new_id, public_id

if TYPE_CHECKING:
    from khata.wiring import Engine

MOST_TENANTS = 100_000

billing = typer.Typer(cls=Group, no_args_is_help=True, help="Bill what is due, by hand.")


@billing.callback()
def _group() -> None:
    """Bill what is due, by hand."""


@billing.command("run", cls=Command)
def run(
    tenant: Tenant = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="YYYY-MM-DD",
            help="Day of the tenant's calendar to bill for; needs --tenant. Default: today.",
            show_default=False,
        ),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Bill what is due: of one tenant, or of every tenant with work.

    The scheduler does this by itself; nobody is billed twice when both do.
    """
    from khata.cli.engine import one_command, tenant_of

    if as_of is not None and tenant is None:
        fail("tenant_missing", "a day is some tenant's day: say whose with --tenant")
    day = None if as_of is None else _read(as_of)
    with one_command(data_dir) as (engine, _):
        if tenant is not None:
            tenants = [tenant_of(engine, tenant)]
        else:
            rows = engine.db.ask(
                "select tenant_id from tenants_with_due_work(%s, %s)",
                engine.clock.now(),
                MOST_TENANTS,
            )
            tenants = [row[0] for row in rows]
        failed = 0
        for id in tenants:
            failed += not _billed(engine, id, day)
        if not tenants:
            answers.print("nothing is due")
    if failed:
        fail("run_failed", f"{failed} of {len(tenants)} tenants were not billed to the end")


@billing.command("release", cls=Command)
def release(
    tenant: Annotated[str, typer.Option("--tenant", metavar="ten_…", help="Whose parked work.")],
    code: Annotated[
        str | None,
        typer.Option(
            "--code",
            metavar="CODE",
            help="Only what was refused with this code.",
            show_default=False,
        ),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Take parked work up again, all of a tenant or all of one code.

    Mend the cause first: what is still wrong is parked again.
    """
    from khata.cli.engine import one_command, tenant_of

    with one_command(data_dir) as (engine, _):
        from khata.usecases.tenants.release_all_parked import ReleaseAllParked, release_all_parked

        whose = tenant_of(engine, tenant)
        count = release_all_parked(ReleaseAllParked(whose, engine.now(whose), code), db=engine.db)
        if count:
            answers.print(f"{public_id('ten', whose)}: {count} taken up again")
        else:
            answers.print("nothing is parked")


def _read(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        fail("invalid_date", f"{text!r} is not a day; write 2027-02-01")


def _billed(engine: "Engine", tenant: UUID, as_of: date | None) -> bool:
    """Bill one tenant; what is refused is the answer, what breaks is told and hinders no other."""
    from khata.core.refusal import Refusal

    try:
        _bill(engine, tenant, as_of)
    except Refusal:
        raise
    except Exception as fault:
        answers.print(f"{public_id('ten', tenant)}: {type(fault).__name__}: {fault}")
        return False
    return True


def _bill(engine: "Engine", tenant: UUID, as_of: date | None) -> None:
    from khata.usecases.billing.run_billing import RunBilling, run_billing

    at = engine.now(tenant)
    done = run_billing(RunBilling(tenant, new_id(at), as_of, at, "cli"), db=engine.db)
    answers.print(
        f"{public_id('ten', tenant)} as of {done.as_of}: "
        f"{done.invoices} invoices, {done.parked} parked ({public_id('run', done.id)})"
    )
