"""XML by EN 16931 on the wire: in which format it is asked for."""

from typing import Literal

from pydantic import Field

from khata.api.schemas.fields import Asked


class XmlQuery(Asked):
    """In which format."""

    format: Literal["cii", "ubl", "peppol", "xrechnung"] = Field(
        "cii",
        description="`cii` is what a Factur-X PDF carries, `ubl` the same in the other syntax of "
        "EN 16931, `peppol` UBL for the Peppol network, `xrechnung` UBL for German authorities",
    )
