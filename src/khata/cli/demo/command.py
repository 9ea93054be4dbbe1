"""`khata demo`: live the story unless it was lived, show what came of it, and serve it."""

import socket
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from khata.cli.listening import listen
from khata.cli.options import settings_with
from khata.cli.terminal import answers, foreseen

if TYPE_CHECKING:
    from khata.cli.demo.folder import Folder, Notes
    from khata.cli.demo.stage import Stage
    from khata.settings import Settings


def demo(
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Serve what was made, or end after it.")
    ] = True,
    reset: Annotated[bool, typer.Option("--reset", help="Begin the story afresh.")] = False,
    port: Annotated[
        int | None,
        typer.Option(help="Port, 0 for a free one; default 8000.", show_default=False),
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option("--data-dir", help="Folder of the demo's database.", show_default=False),
    ] = None,
) -> None:
    """See a business live through 18 months, then look around in it.

    Chai Cloud Pvt Ltd signs up, sells, bills, is paid and is not, on a test
    clock; then its dashboard and its API are served. It has a database of its
    own. Run again, it is where it was.
    """
    with foreseen():
        from khata.cli.demo.folder import Folder

        settings = _settings(port, data_dir)
        folder = Folder(settings.data_dir)
        with folder.alone():
            listener = None
            if serve:
                listener, settings = _listen(settings, chosen=port is not None)
            _run(folder, settings, listener, reset=reset)


def _settings(port: int | None, data_dir: Path | None) -> "Settings":
    """Return the settings of a demo: no database but its own, and no mail to anybody."""
    settings = settings_with(port=port, data_dir=data_dir)
    return settings.model_copy(
        update={
            "data_dir": data_dir or settings.data_dir / "demo",
            "database_url": None,
            "smtp_url": None,
            "gateway_stand_ins": "http://127.0.0.1",
        }
    )


def _listen(settings: "Settings", *, chosen: bool) -> tuple[socket.socket, "Settings"]:
    """Take the address before the story, whose mails name it; a port not chosen may be another."""
    if not chosen and not _is_free(settings):
        settings = settings.model_copy(update={"port": 0})
    return listen(settings)


def _is_free(settings: "Settings") -> bool:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError:
        return False
    return True


def _run(
    folder: "Folder", settings: "Settings", listener: socket.socket | None, *, reset: bool
) -> None:
    from khata.cli.demo import summary
    from khata.cli.demo.accounts import find_accounts
    from khata.cli.demo.cast import cast
    from khata.cli.demo.figures import figures
    from khata.cli.demo.play import play
    from khata.cli.demo.stage import stage
    from khata.cli.demo.story import ENDS
    from khata.worker.observed import told_as

    # What goes wrong at the story's gateways is part of the story; serving sets its own level.
    told_as("command", settings.model_copy(update={"log_level": "error"}))
    console = Console(highlight=False)
    notes = None if reset else folder.notes()
    with ExitStack() as stack:
        with console.status("Starting PostgreSQL and the gateways"):
            here = stack.enter_context(stage(folder, settings, afresh=notes is None))
            if notes is not None:
                find_accounts(here.engine, here.gateways, notes.tenant_id)
        if notes is None:
            notes = play(folder, here, console, cast(), ENDS)
        summary.show(console, figures(here, notes.tenant_id))
        if listener is not None:
            _serve(here, listener, notes)


def _serve(here: "Stage", listener: socket.socket, notes: "Notes") -> None:
    from khata.cli.demo import signposts
    from khata.cli.demo.postman import on_the_rounds
    from khata.cli.serving import serve

    with closing(listener), on_the_rounds(here.engine, here.gateways, notes.tenant_id):
        serve(here.engine, listener, ready=lambda _: signposts.show(answers, here, notes))
