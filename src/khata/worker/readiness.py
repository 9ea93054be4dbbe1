"""Readiness: can this process do its work, and if not, what is missing?"""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import psycopg
from psycopg_pool import PoolTimeout

from khata.adapters.broker.sight import BrokerAway, BrokerSight
from khata.db.migrations.migrate import steps
from khata.wiring import Engine

OK: Final = "ok"

Check = Callable[[Engine], str]


def checked(engine: Engine) -> Mapping[str, str]:
    """Return each thing that is needed, with `ok` or a word for what is wrong with it.

    Nothing of the inside is told: whoever asks may be anybody.
    """
    found = {"database": _database(engine)}
    if found["database"] == OK:
        found["migrations"] = _migrations(engine)
    if engine.settings.broker_url is not None:
        found["broker"] = _broker(engine.settings.broker_url)
    if engine.settings.database_url is None:
        found["folder"] = _folder(engine)
    return found


def missing(found: Mapping[str, str]) -> Sequence[str]:
    """Return the names of what is wrong."""
    return [name for name, state in found.items() if state != OK]


def _database(engine: Engine) -> str:
    try:
        engine.db.ask("select 1")
    except (psycopg.OperationalError, PoolTimeout):
        return "away"
    return OK


def _migrations(engine: Engine) -> str:
    # As `pending` does, on a connection that is there: a probe comes every few seconds.
    try:
        [[version]] = engine.db.ask("select version_num from alembic_version")
    except (psycopg.Error, ValueError):
        return "missing"
    known = steps()
    if version in known and version != known[-1]:
        return "behind"
    return OK  # newer tables were looked at when we started: they serve this release, or we ended


def _broker(url: str) -> str:
    try:
        BrokerSight(url).release()
    except BrokerAway:
        return "away"
    return OK


def _folder(engine: Engine) -> str:
    folder = engine.settings.data_dir / "postgres"
    return OK if folder.is_dir() and os.access(engine.settings.data_dir, os.W_OK) else "missing"
