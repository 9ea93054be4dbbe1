"""Payment methods on the wire."""

from typing import Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Asked, Created, Id, Line, ShortLine, Told
from khata.core.customer import PaymentMethod
from khata.core.ids import public_id


class PaymentMethodCreate(Asked):
    """A way to pay. Card numbers never come here: the gateway keeps them and names a token."""

    customer: Id = Field(description="Whose it is", examples=["cus_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    gateway: ShortLine = Field(description="Who moves the money", examples=["fake"])
    token: Line = Field(
        description="The gateway's name for it; the fake gateway knows tok_ok, tok_declined, "
        "tok_insufficient_funds, tok_timeout, tok_pending and more",
        examples=["tok_ok"],
    )
    gateway_account: Id | None = Field(
        None,
        description="The account with the gateway that the token is of; else the routes choose",
        examples=["ga_06f3k2x8c1a4t9w0m5n7p2q6rs"],
    )
    holder: Line | None = Field(
        None, description="The gateway's id of the customer, where its tokens belong to one"
    )
    default: bool = Field(True, description="Whether invoices are collected by it from now on")


class PaymentMethodObject(Told):
    """A customer's way to pay."""

    id: str = Field(examples=["pm_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    object: Literal["payment_method"] = "payment_method"
    livemode: bool = Field(description="Whether it is real, or a test")
    customer: str = Field(description="Whose it is")
    gateway: str = Field(description="Who moves the money", examples=["fake"])
    token: str = Field(description="The gateway's name for it", examples=["tok_ok"])
    gateway_account: str | None = Field(
        description="The account with the gateway; null: a gateway that needs none"
    )
    kind: Literal["card", "upi", "emandate", "wallet", "other"] = Field(
        description="By which rail money comes"
    )
    brand: str | None = Field(description="Of a card; or whose wallet", examples=["visa"])
    last4: str | None = Field(description="The last four digits", examples=["4242"])
    expiry_month: int | None = Field(description="Until the end of which month it is good")
    expiry_year: int | None = Field(description="… of which year")
    default: bool = Field(description="Whether invoices are collected by it")
    detached: bool = Field(description="Whether it was taken away")
    created: Created

    @classmethod
    def of(cls, method: PaymentMethod, livemode: bool) -> Self:
        return cls(
            id=public_id("pm", method.id),
            livemode=livemode,
            customer=public_id("cus", method.customer_id),
            gateway=method.gateway,
            token=method.token,
            gateway_account=public_id("ga", method.account_id) if method.account_id else None,
            kind=method.saved.kind.value,
            brand=method.saved.brand,
            last4=method.saved.last4,
            expiry_month=method.saved.expiry_month,
            expiry_year=method.saved.expiry_year,
            default=method.is_default,
            detached=method.detached_at is not None,
            created=method.created_at,
        )
