"""Secret keys on the wire."""

from typing import Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Created, Told
from khata.core.account import ApiKey
from khata.core.ids import public_id


class ApiKeyObject(Told):
    """A secret key, as far as it is remembered."""

    id: str = Field(examples=["key_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["api_key"] = "api_key"
    livemode: bool = Field(description="Which mode it opens")
    prefix: str = Field(description="What it begins with", examples=["sk_test_"])
    last4: str = Field(description="What it ends with", examples=["x7Qd"])
    revoked: bool = Field(description="Whether it works no more")
    secret_key: str | None = Field(
        default=None, description="The key itself: told once, in the answer that makes it"
    )
    created: Created

    @classmethod
    def of(cls, key: ApiKey, livemode: bool) -> Self:
        return cls(
            id=public_id("key", key.id),
            livemode=livemode,
            prefix=key.prefix,
            last4=key.last4,
            revoked=key.revoked_at is not None,
            created=key.created_at,
        )
