"""Payment methods on the wire."""

from typing import Literal, Self

from pydantic import Field

from khata.api.schemas.fields import Asked, Created, Id, ShortLine, Told
from khata.core.customer import PaymentMethod
from khata.core.ids import public_id


class PaymentMethodCreate(Asked):
    """A way to pay. Card numbers never come here: the gateway keeps them and names a token."""

    customer: Id = Field(description="Whose it is", examples=["cus_06f3k2x8c1a4t9w0m5n7p2q6rs"])
    gateway: ShortLine = Field(description="Who moves the money", examples=["fake"])
    token: ShortLine = Field(
        description="The gateway's name for it; the fake gateway knows tok_ok, tok_declined, "
        "tok_insufficient_funds, tok_timeout, tok_pending and more",
        examples=["tok_ok"],
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
            default=method.is_default,
            detached=method.detached_at is not None,
            created=method.created_at,
        )
