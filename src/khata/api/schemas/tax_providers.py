"""Providers of sales tax on the wire."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from khata.api.schemas.fields import Asked, Created, ShortLine, Told
from khata.core.ids import public_id
from khata.ports.tax_providers import ChosenProvider

ProviderName = Literal["stripe_tax", "taxjar"]


class TaxProviderChoose(Asked):
    """Who is asked for sales tax in the United States."""

    provider: ProviderName = Field(description="Who is asked", examples=["stripe_tax"])
    api_key: Annotated[str, StringConstraints(min_length=1, max_length=500)] = Field(
        description="A secret key of Stripe's, or a token of TaxJar's; kept sealed, never told"
    )
    product_code: ShortLine = Field(
        description="The provider's own code of what you sell", examples=["txcd_10103001"]
    )
    base_url: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = Field(
        None, description="Null: the provider's usual address"
    )


class TaxProviderObject(Told):
    """The provider that is asked for sales tax. Its key is never told."""

    id: str = Field(description="The account's", examples=["acct_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["tax_provider"] = "tax_provider"
    livemode: bool = Field(description="Whether it is asked for real sales")
    provider: ProviderName = Field(description="Who is asked")
    product_code: str = Field(description="The provider's own code of what is sold")
    base_url: str = Field(description="Where it is asked")
    created: Created

    @classmethod
    def of(cls, one: ChosenProvider, account: UUID, livemode: bool) -> Self:
        return cls.model_validate(
            {
                "id": public_id("acct", account),
                "livemode": livemode,
                "provider": one.provider.value,
                "product_code": one.product_code,
                "base_url": one.base_url,
                "created": one.chosen_at,
            }
        )


class TaxProviderLeft(Told):
    """Nobody is asked any more: what the account has confirmed decides."""

    id: str = Field(description="The account's")
    object: Literal["tax_provider"] = "tax_provider"
    deleted: Literal[True] = Field(description="Always true")
