"""A list's answer: one page of objects."""

from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel
from starlette.responses import Response

from khata.api.caller import Caller, as_json
from khata.api.schemas.lists import ListOf, ListQuery
from khata.db.reads.lists import Listing, page

T = TypeVar("T")


def listed(
    caller: Caller, listing: Listing[T], query: ListQuery, of: Callable[[T, bool], BaseModel]
) -> Response:
    """Answer with the page that is asked for. Raises: NotFound, TwoCursors."""
    wanted = query.wanted(listing)
    with caller.reading() as uow:
        found = page(uow.connection, listing, wanted)
    return as_json(
        ListOf[BaseModel].model_construct(
            data=[of(row, caller.livemode) for row in found.rows],
            has_more=found.has_more,
            url=caller.request.url.path,
        )
    )
