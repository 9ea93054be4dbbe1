"""An engine for one command: opened on the settings' database, closed afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from khata.cli.database import Place, brought_up_to_date, opened
from khata.cli.options import settings_with
from khata.cli.terminal import foreseen
from khata.core.ids import parse_id
from khata.core.refusal import NotFound
from khata.settings import Settings
from khata.wiring import Engine, open_engine
from khata.worker.observed import told_as


@contextmanager
def engine_for(settings: Settings) -> Iterator[tuple[Engine, Place]]:
    """Open the engine on an up-to-date database. Raises: WallBreached and what opening may say."""
    with opened(settings) as place:
        made_ready(settings, place)
        engine = open_engine(settings, place.urls)
        try:
            yield engine, place
        finally:
            engine.close()


def made_ready(settings: Settings, place: Place) -> None:
    """Bring the tables up to date, and have the secret before anybody is answered."""
    settings.secret()  # it may have to be made where nobody can write
    brought_up_to_date(place.urls)


@contextmanager
def one_command(data_dir: Path | None) -> Iterator[tuple[Engine, Place]]:
    """Open the engine for a command that ends by itself; what is refused becomes exit code 1."""
    with foreseen():
        settings = settings_with(data_dir=data_dir)
        told_as("command", settings)
        with engine_for(settings) as opened_engine:
            yield opened_engine


def tenant_of(engine: Engine, text: str) -> UUID:
    """Return the tenant whose public id this is. Raises: NotFound."""
    tenant = parse_id("ten", text)
    with engine.db.transaction(tenant) as uow:
        if uow.connection.execute("select 1 from tenants").fetchone() is None:
            raise NotFound("tenant", text)
    return tenant
