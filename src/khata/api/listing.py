"""A list's answer: one page of objects."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel
from starlette.responses import Response

from khata.api.caller import Caller, as_json
from khata.api.schemas.lists import ListOf, ListQuery
from khata.db.reads.lists import Listing, page

T = TypeVar("T")


def listed(
    caller: Caller,
    listing: Listing[T],
    query: ListQuery,
    of: Callable[[T, bool], BaseModel],
    *,
    within: Mapping[str, Any] | None = None,
) -> Response:
    """Answer with the page that is asked for; `within` narrows it by what the path says.

    Raises: NotFound, TwoCursors.
    """
    wanted = query.wanted(listing)
    if within:
        wanted = replace(wanted, by={**wanted.by, **within})
    with caller.reading() as uow:
        found = page(uow.connection, listing, wanted)
    return as_json(
        ListOf[BaseModel].model_construct(
            data=[of(row, caller.livemode) for row in found.rows],
            has_more=found.has_more,
            url=caller.request.url.path,
        )
    )
