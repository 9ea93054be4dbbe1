"""Products on the wire."""

from typing import Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Asked, Created, Line, Metadata, ShortLine, Text, Told, kept
from khata.core.catalog import Product
from khata.core.ids import public_id
from khata.core.tax.nature import TaxClass

TaxNature = Literal["taxable", "nil_rated", "exempt", "non_gst"]


class ProductCreate(Asked):
    """A thing to sell."""

    name: Line = Field(description="Its name", examples=["Chai Cloud"])
    tax_code: ShortLine = Field(
        description="HSN or SAC: it decides the rate of GST", examples=["998314"]
    )
    tax_nature: TaxNature = Field(
        "taxable", description="Whether it bears GST at all, where its code does not say it"
    )
    reverse_charge: bool = Field(
        False, description="Whether a registered buyer pays the tax of it, and not the seller"
    )
    description: Text | None = Field(None, description="What it is, in your words")
    metadata: Metadata = Field(default_factory=dict)


class ProductChange(Asked):
    """What is left out stays as it is."""

    name: Line = Field(default_factory=kept, description="Its name")
    tax_code: ShortLine = Field(
        default_factory=kept, description="HSN or SAC; invoices made before keep theirs"
    )
    tax_nature: TaxNature = Field(default_factory=kept, description="Whether it bears GST at all")
    reverse_charge: bool = Field(
        default_factory=kept, description="Whether a registered buyer pays the tax of it"
    )
    description: Text | None = Field(
        default_factory=kept, description="What it is; null takes it away"
    )
    metadata: Metadata = Field(default_factory=kept, description="Replaces what was there")


class ProductObject(Told):
    """A thing that is sold."""

    id: str = Field(examples=["prod_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["product"] = "product"
    livemode: bool = Field(description="Whether it is real, or a test")
    name: str = Field(description="Its name", examples=["Chai Cloud"])
    tax_code: str = Field(description="HSN or SAC", examples=["998314"])
    tax_nature: TaxNature = Field(description="Whether it bears GST at all")
    reverse_charge: bool = Field(description="Whether a registered buyer pays the tax of it")
    description: str | None = Field(description="What it is")
    metadata: dict[str, str] = Field(description="Facts of your own")
    created: Created

    @classmethod
    def of(cls, product: Product, livemode: bool) -> Self:
        return cls(
            id=public_id("prod", product.id),
            livemode=livemode,
            name=product.name,
            tax_code=product.tax_code,
            tax_nature=product.tax_class.nature.value,
            reverse_charge=product.tax_class is TaxClass.REVERSE_CHARGE,
            description=product.description,
            metadata=dict(product.metadata),
            created=product.created_at,
        )
