"""Settings of the registers that live VAT ids are asked of; without them none is asked."""

from typing import Final, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings

_COUNT_AS: Final = "; without it none is, and such customers count as consumers"


class RegisterAddresses(BaseSettings):
    """Where VIES and HMRC are asked."""

    vies_url: str | None = Field(
        default=None,
        pattern=r"^https?://",
        description="where live VAT ids of the Union are confirmed, such as "
        f"https://ec.europa.eu/taxation_customs/vies/rest-api{_COUNT_AS}",
    )
    hmrc_url: str | None = Field(
        default=None,
        pattern=r"^https?://",
        description="where live VAT numbers of the United Kingdom are confirmed, such as "
        f"https://api.service.hmrc.gov.uk{_COUNT_AS}",
    )
    hmrc_client_id: str | None = Field(
        default=None, description="of your application at HMRC's Developer Hub"
    )
    hmrc_client_secret: str | None = Field(
        default=None, repr=False, description="… and its client secret"
    )

    @model_validator(mode="after")
    def _hmrc_whole(self) -> Self:
        given = [self.hmrc_url, self.hmrc_client_id, self.hmrc_client_secret]
        if any(given) and not all(given):
            raise ValueError(
                "KHATA_HMRC_URL, KHATA_HMRC_CLIENT_ID and KHATA_HMRC_CLIENT_SECRET go together"
            )
        return self
