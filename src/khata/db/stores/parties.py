"""Parties: what a document shows of a seller or buyer, kept as it was on that day."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg.types.json import Jsonb

from khata.db.rows import Connection


def add_party(
    connection: Connection,
    id: UUID,
    facts: Mapping[str, Any],
    at: datetime,
) -> None:
    """Keep a snapshot. It is never changed: a new address is a new party."""
    connection.execute(
        "insert into parties (id, facts, created_at) values (%s, %s, %s)",
        [id, Jsonb(dict(facts)), at],
    )


class PartyFacts:
    """What documents tell of parties, read once each; those named before are read together."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._found: dict[UUID, Mapping[str, Any]] = {}

    def read(self, ids: Iterable[UUID]) -> None:
        """Read these at once."""
        rows = self._connection.execute(
            "select id, facts::text from parties where id = any(%s)", [list(ids)], binary=True
        )
        self._found.update((id, orjson.loads(facts)) for id, facts in rows)

    def __call__(self, id: UUID) -> Mapping[str, Any]:
        """Return the facts of a party; it is there."""
        if id not in self._found:
            self.read([id])
        return self._found[id]
