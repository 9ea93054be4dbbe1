"""What a list page reads from its address: filter, search and cursor."""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request

from khata.core.ids import parse_id, public_id
from khata.db.reads.browse import Cursor, Page, Row

_LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class Browsing:
    """The address of one page of a list, and the addresses beside it."""

    path: str
    prefix: str
    status: str | None
    search: str | None
    cursor: Cursor

    def filtered(self, status: str | None) -> str:
        """Return the address of the first page with another filter, the search kept."""
        return self._address(status=status)

    def older(self, page: Page[Row]) -> str | None:
        return self._turn("after", page.rows[-1].id) if page.older and page.rows else None

    def newer(self, page: Page[Row]) -> str | None:
        return self._turn("before", page.rows[0].id) if page.newer and page.rows else None

    def _turn(self, way: str, id: UUID) -> str:
        return self._address(status=self.status, **{way: public_id(self.prefix, id)})

    def _address(self, **parts: str | None) -> str:
        kept = {"q": self.search, **parts}
        query = urlencode({key: value for key, value in kept.items() if value})
        return f"{self.path}?{query}" if query else self.path


def browsing(request: Request, prefix: str, statuses: tuple[str, ...] = ()) -> Browsing:
    """Read a list's address. What is not one of `statuses` filters nothing.

    Raises: NotFound, when a cursor is no id of this kind.
    """
    asked = request.query_params
    status = asked.get("status")
    return Browsing(
        path=request.url.path,
        prefix=prefix,
        status=status if status in statuses else None,
        search=typed(asked.get("q", ""), _LONGEST_SEARCH) or None,
        cursor=Cursor(
            after=parse_id(prefix, asked["after"]) if asked.get("after") else None,
            before=parse_id(prefix, asked["before"]) if asked.get("before") else None,
        ),
    )


def typed(text: str, longest: int) -> str:
    """Return what a person typed, without what no person types: NUL and broken letters."""
    clean = text.encode(errors="ignore").decode().replace("\0", "")
    return clean.strip()[:longest]
