"""Sandboxes on the wire."""

from typing import Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Asked, Created, ShortLine, Told
from khata.api.schemas.periods import At
from khata.core.account import Sandbox
from khata.core.ids import public_id


class SandboxCreate(Asked):
    """A new sandbox."""

    name: ShortLine = Field(
        description="What tells it from the account's others", examples=["Price test"]
    )


class SandboxObject(Told):
    """One more test tenant of the account, with data, keys and a clock of its own."""

    id: str = Field(
        description="The tenant that it is", examples=["ten_06f3k2x8c1a4t9w0m5n7p2q6rs"]
    )
    object: Literal["sandbox"] = "sandbox"
    livemode: Literal[False] = Field(False, description="Nothing in a sandbox is real")
    name: str = Field(description="What tells it from the account's others")
    status: Literal["open", "archived"] = Field(
        description="archived: it is kept, but none of its keys works and nothing in it is due"
    )
    secret_key: str | None = Field(
        default=None,
        description="Its first key: told once, in the answer that opens it",
        examples=["sk_test_…"],
    )
    frozen_time: At | None = Field(
        description="What its test clock shows; null: it lives in real time"
    )
    created: Created
    archived_at: At | None = Field(description="When it was archived")

    @classmethod
    def of(cls, sandbox: Sandbox, _: bool = False) -> Self:
        return cls(
            id=public_id("ten", sandbox.id),
            livemode=False,
            name=sandbox.name,
            status="archived" if sandbox.archived_at else "open",
            frozen_time=sandbox.frozen_time,
            created=sandbox.created_at,
            archived_at=sandbox.archived_at,
        )
