"""A problem: what every refusal looks like. Source: RFC 9457."""

from pydantic import Field

from khata.api.schemas.fields import Told


class Fault(Told):
    """One thing that is wrong."""

    code: str = Field(description="A name that never changes", examples=["unknown_currency"])
    param: str | None = Field(description="The path of the field", examples=["prices.0.currency"])
    detail: str = Field(description="A sentence for a person")


class Problem(Told):
    """Why the request was refused, or failed."""

    type: str = Field(
        description="A URN with the code, as RFC 9457 asks for",
        examples=["urn:khata:problem:unknown_currency"],
    )
    title: str = Field(description="What sort of problem it is")
    status: int = Field(description="The HTTP status", examples=[422])
    detail: str = Field(description="What was wrong this time, and what to do")
    code: str = Field(description="A name that never changes", examples=["unknown_currency"])
    param: str | None = Field(description="The path of the field at fault, if one is")
    errors: list[Fault] = Field(description="All that is wrong, the first of them as above")
    request_id: str = Field(description="Quote it when you ask for help")
