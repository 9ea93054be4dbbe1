"""The stage of the story: its engine, and the gateways that it is collected through."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from khata.cli.demo.folder import Folder
from khata.cli.demo.postman import Postman
from khata.cli.demo.pretend import PretendGateways
from khata.settings import Settings
from khata.wiring import Engine, open_engine


@dataclass(frozen=True, slots=True)
class Stage:
    engine: Engine
    gateways: PretendGateways


@contextmanager
def stage(folder: Folder, settings: Settings, *, afresh: bool) -> Iterator[Stage]:
    """Have all that the story needs running; with `afresh` nothing of an earlier one is left."""
    with (
        folder.database(settings, afresh=afresh) as urls,
        PretendGateways(folder.gateways, afresh=afresh) as pretend,
    ):
        engine = open_engine(settings, urls)
        try:
            yield Stage(replace(engine, beside=Postman(engine, pretend)), pretend)
        finally:
            engine.close()
