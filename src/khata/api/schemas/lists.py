"""Lists: what every one of them is asked with, and what it looks like."""

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SerializeAsAny, WithJsonSchema
from pydantic_core import PydanticCustomError

from khata.api.schemas.fields import Id, Instant, Told
from khata.core.ids import parse_id
from khata.db.reads.lists import CREATED, Listing, Wanted

T = TypeVar("T", bound=BaseModel)


class ListOf(Told, Generic[T]):
    """One page, newest first. When `has_more`, ask again with `starting_after` the last id."""

    object: Literal["list"] = "list"
    data: list[SerializeAsAny[T]] = Field(description="The objects of this page, newest first")
    has_more: bool = Field(description="Whether there is more in the direction that was asked")
    url: str = Field(description="The path of this list", examples=["/v1/products"])


def _whole(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 9:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise PydanticCustomError("wrong_type", "A whole number is asked for")


Limit = Annotated[
    int,
    BeforeValidator(_whole),
    Field(ge=1, le=100),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 100}),
]


class ListQuery(BaseModel):
    """The page, and `created` bounds, that every list takes. A list's own filters are added."""

    model_config = ConfigDict(extra="forbid")

    limit: Limit = Field(20, description="How many, 1 to 100")
    starting_after: Id | None = Field(None, description="The page begins after this object's id")
    ending_before: Id | None = Field(None, description="The page ends before this object's id")
    created_gt: Instant | None = Field(None, alias="created[gt]", description="Made after")
    created_gte: Instant | None = Field(None, alias="created[gte]", description="Made at or after")
    created_lt: Instant | None = Field(None, alias="created[lt]", description="Made before")
    created_lte: Instant | None = Field(None, alias="created[lte]", description="Made at or before")

    def wanted(self, listing: Listing[Any]) -> Wanted:
        """Return the page that is asked for. Raises: NotFound, for ids that are none."""
        return Wanted(
            limit=self.limit,
            starting_after=_cursor(listing, self.starting_after, "starting_after"),
            ending_before=_cursor(listing, self.ending_before, "ending_before"),
            by=self.narrowed(listing),
        )

    def narrowed(self, listing: Listing[Any]) -> dict[str, Any]:
        """Return by what the list is narrowed. Raises: NotFound, for ids that are none."""
        by: dict[str, Any] = {}
        for name, value in self.model_dump(by_alias=True, exclude_none=True).items():
            if name in CREATED:
                assert isinstance(value, datetime)
                by[name] = value.astimezone(UTC)
            elif name in listing.filters:
                prefix = listing.filters[name].prefix
                by[name] = parse_id(prefix, value, param=name) if prefix else value
        return by


def _cursor(listing: Listing[Any], id: str | None, param: str) -> Any:
    return None if id is None else parse_id(listing.prefix, id, param=param)
