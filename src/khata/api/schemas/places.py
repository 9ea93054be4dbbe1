"""An address as it is asked for and told."""

from typing import Self

from pydantic import Field

from khata.api.schemas.fields import Asked, Country, Line, ShortLine, State, Told
from khata.core.places import Address


class AddressAsked(Asked):
    """Where somebody is. In India the state decides the tax."""

    line1: Line | None = Field(None, description="Building and street", examples=["12 MG Road"])
    line2: Line | None = Field(None, description="Area, landmark")
    city: Line | None = Field(None, description="City", examples=["Mysuru"])
    postal_code: ShortLine | None = Field(None, description="PIN or postcode", examples=["570001"])
    state: State | None = Field(
        None, description="ISO 3166-2 without the country; in India it decides the tax"
    )
    country: Country

    @property
    def lines(self) -> Address:
        return Address(self.line1, self.line2, self.city, self.postal_code)


class AddressLinesAsked(Asked):
    """The lines of an address whose country and state stand beside it."""

    line1: Line | None = Field(
        None, description="Building and street", examples=["80 Residency Rd"]
    )
    line2: Line | None = Field(None, description="Area, landmark")
    city: Line | None = Field(None, description="City", examples=["Bengaluru"])
    postal_code: ShortLine | None = Field(None, description="PIN or postcode", examples=["560025"])

    @property
    def lines(self) -> Address:
        return Address(self.line1, self.line2, self.city, self.postal_code)


class AddressTold(Told):
    """Where somebody is."""

    line1: str | None = Field(description="Building and street")
    line2: str | None = Field(description="Area, landmark")
    city: str | None = Field(description="City")
    postal_code: str | None = Field(description="PIN or postcode")
    state: str | None = Field(description="ISO 3166-2 without the country", examples=["KA"])
    country: str = Field(description="ISO 3166-1 alpha-2", examples=["IN"])

    @classmethod
    def of(cls, address: Address, *, country: str, state: str | None) -> Self:
        return cls(
            line1=address.line1,
            line2=address.line2,
            city=address.city,
            postal_code=address.postal_code,
            state=state,
            country=country,
        )
