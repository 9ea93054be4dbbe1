"""Counters: one row a series and year, locked from the draw to the commit, so without gaps."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from khata.core.numbering import counted_under, counting_year, render
from khata.db.rows import Connection

Series = tuple[UUID, str, str]  # a registration, the pattern of its numbers, the financial year
Drawn = psycopg.Cursor[TupleRow]  # answers with the last number of a run, when it is asked

_DRAW: Final = """
    insert into number_counters
      (registration_id, document_type, series, financial_year, last_number)
    values (%s, %s, %s, %s, %s)
    on conflict (tenant_id, registration_id, document_type, series, financial_year)
    do update set last_number = number_counters.last_number + excluded.last_number
    returning last_number
"""


class Counters:
    def __init__(self, connection: Connection, document: str) -> None:
        self._connection = connection
        self._document = document

    def draw(
        self, wanted: Sequence[Series], kinds: Sequence[str] | None = None
    ) -> list[tuple[list[int], Drawn]]:
        """Draw a run of numbers from each series, for the documents at these places.

        `kinds` are their types, where they are not all of the one: each type counts for itself.
        """
        kinds = [self._document] * len(wanted) if kinds is None else kinds
        places = defaultdict(list)
        for place, key in enumerate(zip(wanted, kinds, strict=True)):
            places[key].append(place)
        return [
            (of_series, self._drawn(series, kind, len(of_series)))
            for (series, kind), of_series in sorted(places.items())
        ]

    def _drawn(self, series: Series, kind: str, count: int) -> Drawn:
        registration_id, pattern, year = series
        return self._connection.execute(
            _DRAW,
            [
                registration_id,
                str(kind),
                counted_under(pattern),
                counting_year(pattern, year=year),
                count,
            ],
        )


def rendered(
    wanted: Sequence[Series], drawn: Sequence[tuple[list[int], Drawn]]
) -> list[tuple[int, str]]:
    """Return count and number of each document, in their order. Raises: SeriesFull."""
    numbers: list[tuple[int, str]] = [(0, "")] * len(wanted)
    for places, answer in drawn:
        row = answer.fetchone()
        assert row is not None
        _, pattern, year = wanted[places[0]]
        for n, place in enumerate(places, start=row[0] - len(places) + 1):
            numbers[place] = (n, render(pattern, year=year, n=n))
    return numbers
