"""Lists by cursor: one page of a table, newest first, however long the table is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, LiteralString, TypeVar
from uuid import UUID

from psycopg.rows import dict_row

from khata.core.ids import public_id
from khata.core.refusal import NotFound, Refusal
from khata.db.rows import Connection

T = TypeVar("T")


class TwoCursors(Refusal):
    """A page begins after one object or ends before another, not both."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition that a list may be narrowed by. `refers` is the table an id must be in."""

    condition: LiteralString
    prefix: str | None = None
    refers: LiteralString | None = None
    what: str = ""


CREATED: Mapping[str, Filter] = {
    "created[gt]": Filter("created_at > %s"),
    "created[gte]": Filter("created_at >= %s"),
    "created[lt]": Filter("created_at < %s"),
    "created[lte]": Filter("created_at <= %s"),
}


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """What is listed: `source` is a table or a sub-select with an id and a created_at."""

    source: LiteralString
    fields: LiteralString
    of: Callable[[dict[str, Any]], T]
    prefix: str
    what: str
    filters: Mapping[str, Filter] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which page, and of what. `by` holds values for filters of the listing, by name.

    A cursor is what the listing's `id` is: a number where a table is listed by one.
    """

    limit: int = 20
    starting_after: UUID | int | None = None
    ending_before: UUID | int | None = None
    by: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    rows: Sequence[T]
    has_more: bool  # beyond this page, in the direction that was asked


def page(connection: Connection, listing: Listing[T], wanted: Wanted) -> Page[T]:
    """Read one page, newest first; ties are broken by id.

    Raises: TwoCursors; NotFound for a cursor or a filter's id that does not exist here.
    """
    if wanted.starting_after is not None and wanted.ending_before is not None:
        raise TwoCursors("Give starting_after or ending_before, not both", param="ending_before")
    conditions, values = _conditions(connection, listing, wanted)
    direction = "asc" if wanted.ending_before is not None else "desc"
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            f"select {listing.fields} from {listing.source} where {' and '.join(conditions)}"
            f" order by id {direction} limit %s",
            [*values, wanted.limit + 1],
        ).fetchall()
    shown = [listing.of(row) for row in rows[: wanted.limit]]
    if wanted.ending_before is not None:
        shown.reverse()
    return Page(shown, len(rows) > wanted.limit)


def find(connection: Connection, listing: Listing[T], id: UUID, *, param: str | None = None) -> T:
    """Read one object as its list shows it. Raises: NotFound."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(
            f"select {listing.fields} from {listing.source} where id = %s", [id]
        ).fetchone()
    if row is None:
        raise NotFound(listing.what, public_id(listing.prefix, id), param=param)
    return listing.of(row)


def _conditions(
    connection: Connection, listing: Listing[T], wanted: Wanted
) -> tuple[list[str], list[Any]]:
    conditions, values = ["true"], []
    for name, value in wanted.by.items():
        narrowed = listing.filters.get(name) or CREATED[name]
        if narrowed.prefix is not None and narrowed.refers is not None:
            _must_exist(
                connection,
                narrowed.refers,
                value,
                what=narrowed.what,
                prefix=narrowed.prefix,
                param=name,
            )
        conditions.append(narrowed.condition)
        values.append(value)
    for param, id, comparison in (
        ("starting_after", wanted.starting_after, "id < %s"),
        ("ending_before", wanted.ending_before, "id > %s"),
    ):
        if id is not None:
            _must_exist(
                connection,
                listing.source,
                id,
                what=listing.what,
                prefix=listing.prefix,
                param=param,
            )
            conditions.append(comparison)
            values.append(id)
    return conditions, values


def _must_exist(
    connection: Connection,
    source: LiteralString,
    id: UUID | int,
    *,
    what: str,
    prefix: str,
    param: str,
) -> None:
    if connection.execute(f"select 1 from {source} where id = %s", [id]).fetchone() is None:
        named = public_id(prefix, id) if isinstance(id, UUID) else str(id)
        raise NotFound(what, named, param=param)
