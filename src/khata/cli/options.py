"""Options that several commands take, and the settings they change."""

import os
from pathlib import Path
from typing import Annotated

import typer

from khata.cli.terminal import say_no
from khata.settings import Settings, unknown_variables

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Folder of the embedded database.", show_default=False),
]
Host = Annotated[
    str | None,
    typer.Option("--host", help="Address to listen on; default 127.0.0.1.", show_default=False),
]
Port = Annotated[
    int | None,
    typer.Option("--port", help="Port, 0 for a free one; default 8000.", show_default=False),
]
Tenant = Annotated[
    str | None,
    typer.Option("--tenant", metavar="ten_…", help="Only this tenant.", show_default=False),
]


def settings_with(**given: object) -> Settings:
    """Return the settings of the environment, with what the command line says on top."""
    for name in unknown_variables(dict(os.environ)):
        say_no("unknown_setting", f"{name} is no setting of khata; is it spelled right?")
    return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
