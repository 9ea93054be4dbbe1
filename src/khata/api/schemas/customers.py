"""Customers on the wire."""

from typing import Literal, Self

from pydantic import Field

from khata.api.schemas.fields import (
    Asked,
    Created,
    Currency,
    Email,
    Line,
    Metadata,
    Phone,
    ShortLine,
    Timezone,
    Told,
    kept,
)
from khata.api.schemas.places import AddressAsked, AddressTold
from khata.core.customer import Customer, TaxId, TaxIdType
from khata.core.ids import public_id

TaxIdTypeName = Literal["in_gst", "eu_vat", "gb_vat", "us_ein", "other"]


class TaxIdAsked(Asked):
    """A tax number. A GSTIN and a VAT id are checked; others are shown as they are given."""

    type: TaxIdTypeName = Field(description="Whose number it is", examples=["in_gst"])
    value: ShortLine = Field(description="The number", examples=["29AABCR1718E1ZL"])

    @property
    def tax_id(self) -> TaxId:
        return TaxId(TaxIdType(self.type), self.value)


class TaxIdTold(Told):
    """A tax number."""

    type: TaxIdTypeName = Field(description="Whose number it is", examples=["in_gst"])
    value: str = Field(description="The number", examples=["29AABCR1718E1ZL"])


class CustomerCreate(Asked):
    """Somebody to sell to."""

    name: Line = Field(description="As invoices say it", examples=["Asha Traders"])
    email: Email | None = Field(
        None,
        description="Where mail goes; without it none is sent",
        examples=["asha@traders.example"],
    )
    phone: Phone | None = Field(
        None,
        description="With its country, as E.164 has it; told to gateways that ask for a contact",
        examples=["+919876543210"],
    )
    currency: Currency | None = Field(None, description="ISO 4217; else the account's")
    timezone: Timezone | None = Field(
        None, description="In which its days begin; else the account's"
    )
    address: AddressAsked | None = Field(
        None, description="In India an unregistered customer is billed only once its state is known"
    )
    tax_ids: list[TaxIdAsked] = Field(
        default_factory=list, max_length=5, description="Its tax numbers, one of a type"
    )
    sez: bool = Field(False, description="Whether it is a unit or developer of an Indian SEZ")
    related_establishment: bool = Field(
        False,
        description="Whether it is, abroad, an establishment of the seller: no export then",
    )
    deemed_export: bool = Field(
        False, description="Whether goods sold to it are notified as deemed exports"
    )
    payer: str | None = Field(
        None,
        description="The customer that its invoices are for; null: it pays for itself",
        examples=["cus_06f3k2x8c1a4t9w0m5n7p2q6rs"],
    )
    invoice_together: bool = Field(
        False,
        description="Whether one invoice bills all subscriptions that it pays for and that fall "
        "due together",
    )
    metadata: Metadata = Field(default_factory=dict)


class CustomerChange(Asked):
    """What is left out stays as it is; what is given replaces the whole field."""

    name: Line = Field(default_factory=kept, description="As invoices say it")
    email: Email | None = Field(default_factory=kept, description="Where mail goes; null stops it")
    phone: Phone | None = Field(
        default_factory=kept, description="What gateways are told of it; null removes it"
    )
    timezone: Timezone = Field(default_factory=kept, description="From its next period on")
    address: AddressAsked = Field(
        default_factory=kept,
        description="Invoices made before keep theirs",
    )
    tax_ids: list[TaxIdAsked] = Field(
        default_factory=kept, max_length=5, description="Its tax numbers, one of a type"
    )
    sez: bool = Field(
        default_factory=kept, description="Whether it is a unit or developer of an Indian SEZ"
    )
    related_establishment: bool = Field(
        default_factory=kept, description="Whether it is, abroad, an establishment of the seller"
    )
    deemed_export: bool = Field(
        default_factory=kept, description="Whether goods sold to it are deemed exports"
    )
    payer: str | None = Field(
        default_factory=kept,
        description="Who is billed, from the next invoice on; null: it pays for itself again",
    )
    invoice_together: bool = Field(
        default_factory=kept,
        description="Whether one invoice bills all that it pays for and that falls due together",
    )
    metadata: Metadata = Field(default_factory=kept, description="Replaces what was there")


class CustomerObject(Told):
    """Somebody the account sells to."""

    id: str = Field(examples=["cus_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["customer"] = "customer"
    livemode: bool = Field(description="Whether it is real, or a test")
    name: str = Field(description="As invoices say it", examples=["Asha Traders"])
    email: str | None = Field(description="Where mail goes")
    phone: str | None = Field(description="As E.164 has it", examples=["+919876543210"])
    currency: str = Field(description="ISO 4217; never changes", examples=["INR"])
    timezone: str = Field(description="In which its days begin", examples=["Asia/Kolkata"])
    address: AddressTold = Field(description="Where it is")
    tax_ids: list[TaxIdTold] = Field(description="Its tax numbers")
    sez: bool = Field(description="Whether it is a unit or developer of an Indian SEZ")
    related_establishment: bool = Field(
        description="Whether it is, abroad, an establishment of the seller"
    )
    deemed_export: bool = Field(description="Whether goods sold to it are deemed exports")
    payer: str | None = Field(description="The customer that pays for it; null: it does itself")
    invoice_together: bool = Field(
        description="Whether one invoice bills all that it pays for and that falls due together"
    )
    metadata: dict[str, str] = Field(description="Facts of your own")
    created: Created

    @classmethod
    def of(cls, customer: Customer, livemode: bool) -> Self:
        return cls(
            id=public_id("cus", customer.id),
            livemode=livemode,
            name=customer.name,
            email=customer.email,
            phone=customer.phone,
            currency=customer.currency,
            timezone=customer.timezone,
            address=AddressTold.of(
                customer.address, country=customer.country, state=customer.state
            ),
            tax_ids=[TaxIdTold(type=id.type.value, value=id.value) for id in customer.tax_ids],
            sez=customer.sez,
            related_establishment=customer.related_establishment,
            deemed_export=customer.deemed_export,
            payer=public_id("cus", customer.payer_id) if customer.payer_id else None,
            invoice_together=customer.invoice_together,
            metadata=dict(customer.metadata),
            created=customer.created_at,
        )
