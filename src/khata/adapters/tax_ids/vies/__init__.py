"""VIES: the register of VAT ids of the European Union."""

from typing import Final

VIES_URL: Final = (
    "where live VAT ids of the Union are confirmed, such as "
    "https://ec.europa.eu/taxation_customs/vies/rest-api; without it none is, and such customers "
    "count as consumers"
)
