"""`khata`: every command, and what they share."""

import importlib.metadata
import signal
from types import FrameType
from typing import Annotated, Never

import typer

from khata.cli.bank import bank
from khata.cli.billing import billing
from khata.cli.clock import clock
from khata.cli.demo.command import demo
from khata.cli.doctor.command import doctor
from khata.cli.events import events
from khata.cli.export import export
from khata.cli.gateway_sim import gateway_sim
from khata.cli.help import Command, Group
from khata.cli.irp_sim import irp_sim
from khata.cli.migrate import migrate
from khata.cli.processes import api, scheduler, worker
from khata.cli.relay import relay
from khata.cli.returns import returns
from khata.cli.up import up

app = typer.Typer(
    name="khata",
    cls=Group,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)

app.command("up", cls=Command, rich_help_panel="Run")(up)
app.command("demo", cls=Command, rich_help_panel="Run")(demo)
app.command("gateway-sim", cls=Command, rich_help_panel="Run")(gateway_sim)
app.command("irp-sim", cls=Command, rich_help_panel="Run")(irp_sim)
app.command("api", cls=Command, rich_help_panel="Run on many machines")(api)
app.command("worker", cls=Command, rich_help_panel="Run on many machines")(worker)
app.command("scheduler", cls=Command, rich_help_panel="Run on many machines")(scheduler)
app.command("relay", cls=Command, rich_help_panel="Run on many machines")(relay)
app.command("doctor", cls=Command, rich_help_panel="Look after")(doctor)
app.command("migrate", cls=Command, rich_help_panel="Look after")(migrate)
app.add_typer(bank, name="bank", rich_help_panel="Work by hand")
app.add_typer(billing, name="billing", rich_help_panel="Work by hand")
app.add_typer(events, name="events", rich_help_panel="Look after")
app.add_typer(export, name="export", rich_help_panel="Work by hand")
app.add_typer(returns, name="returns", rich_help_panel="Work by hand")
app.add_typer(clock, name="clock", rich_help_panel="Work by hand")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"khata {importlib.metadata.version('khata')}")
        raise typer.Exit


@app.callback()
def khata(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Say which khata."),
    ] = False,
) -> None:
    """Billing and subscriptions that a startup runs itself.

    [bold]khata up[/bold] starts everything on a PostgreSQL of its own; settings are
    environment variables that begin with KHATA_ (see docs/operations.md).
    """
    # A polite end from outside runs the same clean-up as an end from inside.
    signal.signal(signal.SIGTERM, _leave)


def _leave(number: int, frame: FrameType | None) -> Never:
    raise SystemExit(0)
