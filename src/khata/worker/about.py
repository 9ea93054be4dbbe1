"""About whom the lines of a piece of work are: its tenant, and whether that is test or live."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from khata.watch.circumstances import work_of
from khata.wiring import Engine

MOST_KEPT: Final = 100_000

_livemode: Final[dict[UUID, bool]] = {}  # it never changes; asked for once by a process


@contextmanager
def about(engine: Engine, tenant: UUID) -> Iterator[None]:
    """Say in every line of the block whose work it is, and in which mode they are."""
    with work_of(tenant, livemode=_mode(engine, tenant)):
        yield


def _mode(engine: Engine, tenant: UUID) -> bool | None:
    if tenant not in _livemode:
        with engine.db.transaction(tenant) as uow:
            row = uow.connection.execute("select livemode from tenants").fetchone()
        if row is None:
            return None
        if len(_livemode) >= MOST_KEPT:
            _livemode.clear()
        _livemode[tenant] = row[0]
    return _livemode[tenant]
