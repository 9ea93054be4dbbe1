"""How the terminal speaks: answers on one stream, a no on the other with exit code 1."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import psycopg
import typer
from pydantic import ValidationError
from rich.console import Console

from khata.core.refusal import Refusal
from khata.db.embedded.failure import EmbeddedPostgresFailed
from khata.db.migrations.migrate import NewerThanThisRelease
from khata.db.wall_breaches import WallBreached
from khata.settings import UnreadableFile

answers = Console(highlight=False, soft_wrap=True)
refusals = Console(stderr=True, highlight=False, soft_wrap=True)

_FORESEEN = (
    EmbeddedPostgresFailed,
    NewerThanThisRelease,
    WallBreached,
    psycopg.OperationalError,
)


@contextmanager
def foreseen() -> Iterator[None]:
    """Turn a foreseen no into its code, a sentence and exit code 1; a bug keeps its traceback."""
    try:
        yield
    except Refusal as refusal:
        fail(refusal.code, refusal.detail)
    except ValidationError as wrong:
        for error in wrong.errors():
            field = "KHATA_" + str(error["loc"][0]).upper() if error["loc"] else "settings"
            say_no(field, error["msg"].removeprefix("Value error, "))
        raise typer.Exit(1) from None
    except UnreadableFile as unreadable:
        fail(unreadable.variable, str(unreadable))
    except OSError as failure:
        if failure.filename is None:
            raise
        fail(
            "folder_unusable",
            f"{failure.filename}: {failure.strerror}; name another folder with --data-dir or "
            "KHATA_DATA_DIR",
        )
    except _FORESEEN as failure:
        fail(_snake(type(failure).__name__), str(failure).strip())


def say_no(code: str, sentence: str) -> None:
    """Write one line of a no, without reading markup into it."""
    refusals.print(f"{code}: {sentence}", style="red", markup=False)


def fail(code: str, sentence: str) -> NoReturn:
    """Say no and leave with exit code 1."""
    say_no(code, sentence)
    raise typer.Exit(1)


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
