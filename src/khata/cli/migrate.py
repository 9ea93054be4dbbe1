"""`khata migrate`: bring the tables up to this release."""

from khata.cli.database import opened
from khata.cli.options import DataDir, settings_with
from khata.cli.terminal import answers, fail, foreseen
from khata.db.migrations.migrate import head
from khata.db.migrations.migrate import migrate as apply_steps


def migrate(data_dir: DataDir = None) -> None:
    """Bring the database's tables up to this release.

    Each step is one transaction; asking again does nothing. On a server of
    your own, KHATA_OWNER_DATABASE_URL says who may change tables.
    """
    with foreseen(), opened(settings_with(data_dir=data_dir)) as place:
        if not place.urls.owner:
            fail("owner_unknown", "set KHATA_OWNER_DATABASE_URL to the database as its owner")
        applied = apply_steps(place.urls.owner)
        for step in applied:
            answers.print(f"applied {step}")
        if not applied:
            answers.print(f"nothing to do, the tables are at {head()}")
