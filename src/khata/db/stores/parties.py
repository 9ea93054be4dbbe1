"""Parties: what a document shows of a seller or buyer, kept as it was on that day."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

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
